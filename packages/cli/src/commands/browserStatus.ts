// Knows what the browser on this machine can do: whether it starts, and which engines it has.
import { describeError } from '@asfp/core';
import { launchBrowser } from '@asfp/demo/lab';

/** One engine of the browser. */
export interface EngineStatus {
  readonly name: string;
  readonly usable: boolean;
  readonly detail: string;
}

/** The browser, or why there is none. */
export type BrowserStatus =
  | { readonly usable: true; readonly version: string; readonly engines: readonly EngineStatus[] }
  | { readonly usable: false; readonly reason: string };

/** What is asked in the page; a text, since Node's types know no DOM. */
const question = `(() => {
  const gl = document.createElement('canvas').getContext('webgl2');
  const info = gl && gl.getExtension('WEBGL_debug_renderer_info');
  return {
    simd: WebAssembly.validate(new Uint8Array([0,97,115,109,1,0,0,0,1,5,1,96,0,1,123,3,2,1,0,10,10,1,8,0,65,0,253,15,253,98,11])),
    renderer: gl ? String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER)) : null,
  };
})()`;

interface Answer {
  readonly simd: boolean;
  readonly renderer: string | null;
}

/** Starts the browser and asks it. */
export async function browserStatus(): Promise<BrowserStatus> {
  try {
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      const { simd, renderer } = (await page.evaluate(question)) as Answer;
      const software = renderer !== null && /swiftshader|llvmpipe|software/i.test(renderer);
      const webgl =
        renderer === null
          ? 'no WebGL 2 context'
          : `${renderer}${software ? ' (software GL: drawn by the CPU)' : ''}`;
      return {
        usable: true,
        version: `Chromium ${browser.version()}`,
        engines: [
          {
            name: 'tfjs-wasm',
            usable: true,
            detail: simd ? 'WebAssembly with SIMD' : 'WebAssembly without SIMD: slow',
          },
          { name: 'tfjs-webgl', usable: renderer !== null, detail: webgl },
        ],
      };
    } finally {
      await browser.close();
    }
  } catch (error) {
    return { usable: false, reason: describeError(error) };
  }
}
