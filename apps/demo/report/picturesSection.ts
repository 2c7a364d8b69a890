// Knows how test pictures are shown with what both networks took them for.
import { bitmapUrl } from './bitmapUrl.ts';
import { html, type Markup } from './html.ts';
import type { ReportParts, ReportPicture } from './reportParts.ts';

/** A row of pictures; undefined when there are none to show. */
export function picturesSection({ pictures = [] }: ReportParts): Markup | undefined {
  if (pictures.length === 0) return undefined;
  return html`<ul class="pictures">${pictures.map(item)}</ul>`;
}

function item({ image, label, dense, compact }: ReportPicture): Markup {
  const answer = (name: string, said: string): Markup =>
    html`<dt>${name}</dt><dd class="${said === label ? name : 'alarm'}">${said}</dd>`;
  return html`<li><img src="${addressOf(image)}" alt="${label}" /><div><b>${label}</b><dl>${answer('dense', dense)}${answer('compact', compact)}</dl></div></li>\n`;
}

/** Anything but an embedded picture would reach for the network. */
function addressOf(image: ReportPicture['image']): string {
  if (typeof image !== 'string') return bitmapUrl(image);
  return /^data:image\/(png|jpeg|webp|gif|bmp);base64,[A-Za-z0-9+/=]*$/.test(image) ? image : 'data:,';
}
