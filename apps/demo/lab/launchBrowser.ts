// Knows how the lab's browser is started: headless, with software GL allowed, silent on the network.
import { AsfpError, describeError } from '@asfp/core';
import type { Browser } from 'playwright-core';
import { findChromium } from './findChromium.mjs';
import { firefoxAsked } from './firefoxAsked.ts';

/**
 * Starts a browser: the path of a Chromium or a Firefox, `firefox` for the one that is installed, or the Chromium of this
 * machine; with more flags for Chromium where given. Throws an AsfpError when there is none or it does not start.
 */
export async function launchBrowser(asked?: string, flags: readonly string[] = []): Promise<Browser> {
  const firefox = asked === undefined ? undefined : firefoxAsked(asked);
  if (firefox) return launchFirefox(firefox.path);
  const executablePath = asked ?? foundPath();
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
    throw startFailed(executablePath, 'a Chromium', 'Set CHROMIUM_PATH or --browser to another one', cause);
  }
}

async function launchFirefox(path: string | undefined): Promise<Browser> {
  const { firefox } = await import('playwright-core');
  try {
    return await firefox.launch({
      // The browser that people have, not one that was built for Playwright.
      channel: 'moz-firefox',
      ...(path === undefined ? {} : { executablePath: path }),
      headless: true,
    });
  } catch (cause) {
    const cure = 'Install it (Debian: apt-get install firefox-esr), or give its path';
    throw startFailed(path ?? 'firefox', 'a Firefox', cure, cause);
  }
}

function startFailed(where: string, kind: string, cure: string, cause: unknown): AsfpError {
  const [found = ''] = describeError(cause).split('\n');
  return new AsfpError(
    { code: 'browser-start', where, expected: `${kind} that starts`, found, cure },
    { cause },
  );
}

function foundPath(): string {
  const found = findChromium();
  if (found) return found.path;
  throw new AsfpError({
    code: 'no-browser',
    where: 'browser',
    expected: 'a Chromium or Chrome on this machine',
    found: 'none',
    cure: 'Install one (Debian: apt-get install chromium), set CHROMIUM_PATH, or take Firefox (--browser firefox)',
  });
}
