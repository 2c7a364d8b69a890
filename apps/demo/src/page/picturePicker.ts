// Knows the ways to choose a picture: the test set, a file, a drop, the camera.
import type { Pixels } from '@asfp/edge-runtime';
import { element } from './element.ts';
import { type Drawable, fromTestPicture, showPixels } from './inputPicture.ts';
import type { TestPicture } from './runFolder.ts';

/** What was chosen. */
export type Choice =
  | { readonly kind: 'test'; readonly pixels: Pixels; readonly label: string }
  | { readonly kind: 'file'; readonly picture: Drawable; readonly name: string };

/** Who is told what was chosen. */
export interface PickerEvents {
  chosen(choice: Choice): void;
  /** The camera button was pressed. */
  camera(): void;
  /** A file was no picture. */
  failed(message: string): void;
}

/** The picker; `pictures` may be empty. */
export interface PicturePicker {
  readonly root: HTMLElement;
  /** Offers the test pictures and chooses the first. */
  offer(pictures: readonly TestPicture[]): void;
  /** Says whether the camera runs; the button is there only where there is a camera. */
  cameraRuns(runs: boolean): void;
}

/** A picker; files may also be dropped anywhere on the page. */
export function picturePicker(events: PickerEvents): PicturePicker {
  const strip = element('div', { class: 'pictures', role: 'group', 'aria-label': 'Test pictures' });
  const input = element('input', {
    type: 'file',
    id: 'file',
    accept: 'image/*',
    class: 'visually-hidden',
    onChange: () => {
      const [file] = input.files ?? [];
      if (file) void open(file);
      input.value = '';
    },
  });
  const camera = element(
    'button',
    { type: 'button', class: 'camera', hidden: true, onClick: () => events.camera() },
    'Use the camera',
  );

  async function open(file: File): Promise<void> {
    try {
      const source = await createImageBitmap(file);
      press(strip, null);
      const picture = { source, width: source.width, height: source.height };
      events.chosen({ kind: 'file', picture, name: file.name });
    } catch {
      events.failed(`${file.name} is no picture that this browser can read.`);
    }
  }

  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer?.files ?? [];
    if (file) void open(file);
  });
  void hasCamera().then((has) => {
    camera.hidden = !has;
  });

  return {
    root: element(
      'div',
      { class: 'picker' },
      strip,
      element(
        'div',
        { class: 'ways' },
        element('label', { for: 'file', class: 'button' }, 'Open a picture'),
        input,
        camera,
      ),
    ),
    offer: (pictures) => {
      strip.hidden = pictures.length === 0;
      strip.replaceChildren(...pictures.map((picture) => thumbnail(picture, strip, events)));
      const [first] = strip.querySelectorAll('button');
      first?.click();
    },
    cameraRuns: (runs) => {
      camera.textContent = runs ? 'Stop the camera' : 'Use the camera';
      if (runs) press(strip, null);
    },
  };
}

function thumbnail(picture: TestPicture, strip: HTMLElement, events: PickerEvents): HTMLElement {
  const pixels = fromTestPicture(picture);
  const canvas = element('canvas', { class: 'thumbnail', 'aria-hidden': 'true' });
  showPixels(canvas, pixels);
  const button = element(
    'button',
    {
      type: 'button',
      'aria-pressed': 'false',
      'aria-label': `Test picture: ${picture.label}`,
      title: picture.label,
      onClick: () => {
        press(strip, button);
        events.chosen({ kind: 'test', pixels, label: picture.label });
      },
    },
    canvas,
  );
  return button;
}

function press(strip: HTMLElement, pressed: HTMLElement | null): void {
  for (const button of strip.querySelectorAll('button')) {
    button.setAttribute('aria-pressed', String(button === pressed));
  }
}

async function hasCamera(): Promise<boolean> {
  try {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.some(({ kind }) => kind === 'videoinput');
  } catch {
    return false;
  }
}
