// Knows how the lab's browser is started: headless, with software GL allowed, silent on the network.
import { AsfpError, describeError } from '@asfp/core';
import type { Browser } from 'playwright-core';
import { findChromium } from './findChromium.mjs';

/** Starts a Chromium, with more flags where given; throws an AsfpError when there is none or it does not start. */
export async function launchBrowser(browserPath?: string, flags: readonly string[] = []): Promise<Browser> {
  const executablePath = browserPath ?? foundPath();
  const { chromium } = await import('playwright-core');
  try {
    return await chromium.launch({
      executablePath,
      headless: true,
      args: [
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        // A machine without a GPU still has WebGL; the report names it software GL.
        '--enable-unsafe-swiftshader',
        // And Linux has WebGPU only so.
        '--enable-unsafe-webgpu',
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        ...flags,
      ],
    });
  } catch (cause) {
    throw new AsfpError(
      {
        code: 'browser-start',
        where: executablePath,
        expected: 'a Chromium that starts',
        found: describeError(cause).split('\n')[0] as string,
        cure: 'Set CHROMIUM_PATH or --browser to another Chromium or Chrome',
      },
      { cause },
    );
  }
}

function foundPath(): string {
  const found = findChromium();
  if (found) return found.path;
  throw new AsfpError({
    code: 'no-browser',
    where: 'browser',
    expected: 'a Chromium or Chrome on this machine',
    found: 'none',
    cure: 'Install one (Debian: apt-get install chromium) or set CHROMIUM_PATH',
  });
}
