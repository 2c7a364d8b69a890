// Knows that text never becomes tags.
import { expect, test } from 'vitest';
import { element, html, show } from './html.ts';

test('values are escaped, markup is not escaped again', () => {
  const name = `<script>alert("1 & 2's")</script>`;
  const escaped = '&lt;script&gt;alert(&quot;1 &amp; 2&#39;s&quot;)&lt;/script&gt;';
  expect(html`<p>${name}</p>`.markup).toBe(`<p>${escaped}</p>`);
  expect(element('text', { title: name, x: 1, y: undefined }, name, html`<b>${2}</b>`).markup).toBe(
    `<text title="${escaped}" x="1">${escaped}<b>2</b></text>`,
  );
  expect(show([undefined, ['a', html`<i></i>`], 3])).toBe('a<i></i>3');
});
