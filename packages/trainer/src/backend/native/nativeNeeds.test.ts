import { expect, onTestFinished, test } from 'vitest';
import { failureOf } from '../../testing/failureOf.ts';
import { tempFolder } from '../../testing/tempFolder.ts';
import { askPython, checkPip, checkPlatform, checkSpace, findCompiler } from './nativeNeeds.ts';
import { fakeTools } from './testing/fakeTools.ts';

/** An environment whose search path has these programs alone. */
function environment(...programs: ('g++' | 'python3')[]): NodeJS.ProcessEnv {
  return { PATH: fakeTools(tempFolder(onTestFinished), programs) };
}

test('platforms', async () => {
  for (const arch of ['x64', 'arm64']) expect(() => checkPlatform('linux', arch)).not.toThrow();
  expect(await failureOf(() => checkPlatform('win32', 'x64'))).toMatchInlineSnapshot(
    `[AsfpError: asfp native: expected Linux on x64 or arm64, found win32 on x64. Try the official download with --from download, or use --backend wasm, which needs nothing]`,
  );
  expect(await failureOf(() => checkPlatform('linux', 'riscv64'))).toMatchObject({ code: 'native-platform' });
});

test('the compiler', async () => {
  expect(await findCompiler(environment('g++'))).toBe('g++');
  expect(await failureOf(() => findCompiler(environment()))).toMatchInlineSnapshot(
    `[AsfpError: asfp native: expected a C++ compiler, found none that runs (tried g++, clang++, c++). Install one (Debian, Ubuntu: apt-get install g++), or name it with CXX=…]`,
  );
  const named = { ...environment('g++'), CXX: '/nowhere/c++' };
  expect((await failureOf(() => findCompiler(named))).failure.found).toBe(
    'none that runs (tried /nowhere/c++)',
  );
});

test('Python and pip', async () => {
  const env = environment('python3');
  expect(await askPython('python3', env)).toEqual({ folder: null, distribution: null, version: null });
  await checkPip('python3', env);
  expect(await failureOf(() => askPython('python3', environment()))).toMatchInlineSnapshot(
    `[AsfpError: asfp native: expected Python 3.8 or later, found python3: spawn python3 ENOENT. Install one (Debian, Ubuntu: apt-get install python3 python3-pip), or name it with --python]`,
  );
  const without = { ...env, FAKE_NO_PIP: '1' };
  expect(await failureOf(() => checkPip('python3', without))).toMatchInlineSnapshot(
    `[AsfpError: asfp native: expected pip, to get TensorFlow with, found python3: No module named pip. Install it (Debian, Ubuntu: apt-get install python3-pip), or name a Python that has it with --python]`,
  );
});

test('space, in a folder that is still to be made', async () => {
  const folder = `${tempFolder(onTestFinished)}/not/yet`;
  await checkSpace(folder, 1);
  const failure = await failureOf(() => checkSpace('/cache', 1.8e9, async () => 123e6));
  expect(failure).toMatchInlineSnapshot(
    `[AsfpError: /cache: expected 1.8 GB of free space, found 0.1 GB. Make room, or set XDG_CACHE_HOME to a folder where there is]`,
  );
});
