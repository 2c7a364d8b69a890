// Knows the way from a fresh clone to a working tree: packages, the native addon if it can be had, a Chromium.
import { installChromium } from './installChromium.mjs';
import { installNativeAddon } from './installNativeAddon.mjs';
import { installPackages } from './installPackages.mjs';
import { SetupError } from './setupError.mjs';

/** @param {string} line */
const say = (line) => process.stderr.write(`${line}\n`);

try {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new SetupError(
      `node: expected version 20.19 or later, found ${process.versions.node}. Install a newer Node`,
    );
  }
  await installPackages(say);
  await installNativeAddon(say);
  await installChromium(say);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
