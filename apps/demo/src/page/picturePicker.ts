// Knows the ways to choose a picture: the test set, a file, the camera.
import { element } from './element.ts';
import { fromTestPicture, type Picture, showPixels } from './inputPicture.ts';
import type { TestPicture } from './runFolder.ts';

/** What was chosen. */
export interface Choice {
  readonly picture: Picture;
  readonly caption: string;
}

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
  /** Offers test pictures; the first is chosen where nothing was before. */
  offer(pictures: readonly TestPicture[], choose: boolean): void;
  /** Takes a file that was dropped. */
  open(file: File): Promise<void>;
  /** Says whether the camera runs; the button is there only where there is a camera. */
  cameraRuns(runs: boolean): void;
}

/** A picker. */
export function picturePicker(events: PickerEvents): PicturePicker {
  const strip = element('div', {
    class: 'pictures',
    role: 'group',
    'aria-label': 'Test pictures',
    hidden: true,
  });
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
      events.chosen({ picture, caption: file.name });
    } catch {
      events.failed(`${file.name} is no picture that this browser can read.`);
    }
  }

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
    open,
    offer: (pictures, choose) => {
      strip.hidden = pictures.length === 0;
      strip.replaceChildren(...pictures.map((picture) => thumbnail(picture, strip, events)));
      const [first] = strip.querySelectorAll('button');
      if (choose) first?.click();
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
        const { width, height } = pixels;
        const caption = `Test picture, labelled ${picture.label}`;
        events.chosen({ picture: { source: canvas, width, height, pixels }, caption });
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
