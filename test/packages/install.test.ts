// Knows that the packed packages work where they are installed: imported in plain Node, a network compacted and run.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PackedPackage, packPackages } from './packPackages.ts';

let folder = '';
let packages: PackedPackage[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'asfp-installed-'));
  packages = packPackages(folder);
  for (const { name, manifest } of packages) linkLibraries(name, manifest);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What a package asks for comes from where the repository has it; ours are the packed ones. */
function linkLibraries(name: string, manifest: PackedPackage['manifest']): void {
  const home = fileURLToPath(
    new URL(`../../packages/${name.replace('@asfp/', '')}/node_modules/`, import.meta.url),
  );
  for (const library of Object.keys((manifest['dependencies'] ?? {}) as object)) {
    const place = join(folder, 'node_modules', library);
    if (existsSync(place)) continue;
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(home, library), place, 'junction');
  }
}

/** Runs a script in the folder, in plain Node. */
function node(...args: readonly string[]): { readonly stdout: string; readonly stderr: string } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: folder },
  });
  if (status !== 0) throw new Error(`${args.join(' ')}: exit ${status}\n${stdout}${stderr}`);
  return { stdout, stderr };
}

test('every door opens in plain Node', () => {
  const doors = packages.flatMap(({ name, manifest }) =>
    Object.keys(manifest['exports'] as object)
      .filter((door) => !/json$|\*/.test(door))
      .map((door) => name + door.slice(1)),
  );
  expect(doors).toContain('@asfp/core/testing');
  const script = `
    for (const door of ${JSON.stringify(doors)}) {
      const names = Object.keys(await import(door));
      if (names.length === 0) throw new Error(door + ' exports nothing');
    }
    console.log('opened');`;
  expect(node('--input-type=module', '-e', script)).toEqual({ stdout: 'opened\n', stderr: '' });
});

/** A network whose middle filter is all zeros, compacted by hand of the library, served, and run on the compiled engine. */
const compactAndRun = `
import { createServer } from 'node:http';
import { mkdirSync, writeFileSync } from 'node:fs';
import { compact, seededInputs } from '@asfp/compactor';
import { costTable, parseGraph, rngFromSeed, runGraph, writeGraphModel } from '@asfp/core';
import { openModel } from '@asfp/edge-runtime';

const graph = parseGraph(\`graph "tiny"
x = input dtype="float32" shape=[null,4,4,3]
k1 = const float32[1,1,3,3] values=[1,0,-2,3,0,1,-1,0,2]
k2 = const float32[3,3,3,4] seed=2
c1 = conv2d(x, k1) activation="relu" pad="same" strides=[1,1]
c2 = conv2d(c1, k2) pad="same" strides=[2,2]
output "y" = c2
\`);
const smaller = compact(graph).graph;
const write = (folder, { json, shards }) => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(folder + '/model.json', JSON.stringify(json));
  for (const [name, bytes] of shards) writeFileSync(folder + '/' + name, bytes);
};
write('dense', writeGraphModel(graph));
const written = writeGraphModel(smaller);

const server = createServer((request, response) => {
  const name = request.url.slice(1);
  response.end(name === 'model.json' ? JSON.stringify(written.json) : written.shards.get(name));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const session = await openModel('http://127.0.0.1:' + server.address().port + '/model.json', { engine: 'compiled' });
const feeds = seededInputs(graph, 1, rngFromSeed(3));
const [expected] = [...runGraph(graph, feeds).values()];
const found = await session.run(Float32Array.from(feeds.x.values));
const error = Math.max(...expected.values.map((value, i) => Math.abs(value - found[i])));
const macs = (each) => costTable(each).macs;
console.log(JSON.stringify({
  engine: session.info.engineUsed, values: found.length, error,
  largest: Math.max(...expected.values.map(Math.abs)), dense: macs(graph), compact: macs(smaller),
}));
await session.dispose();
server.close();
`;

test('a network is compacted and run, and the command does the same', () => {
  writeFileSync(join(folder, 'run.mjs'), compactAndRun);
  const { stdout, stderr } = node('run.mjs');
  const { error, largest, ...result } = JSON.parse(stdout);
  expect(result).toEqual({
    engine: 'compiled',
    values: 16,
    dense: 16 * 9 + 4 * 108,
    compact: 16 * 6 + 4 * 72,
  });
  // A sum of 18 products of sums of 3, in float32.
  expect(error / largest).toBeLessThan(21 * 2 ** -24);
  expect(stderr).toBe('');

  const asfp = join('node_modules', '@asfp', 'cli', 'dist', 'main.mjs');
  const report = JSON.parse(node(asfp, 'compact', 'dense/model.json', '--out', 'smaller', '--json').stdout);
  expect(report.after.macs).toBe(result.compact);
  expect(report.proof.passed).toBe(true);
  expect(node(asfp, '--help').stdout).toContain('export    write a model');
});

test('the command serves the pages that came with it', async () => {
  const asfp = join('node_modules', '@asfp', 'cli', 'dist', 'main.mjs');
  const demo = spawn(process.execPath, [asfp, 'demo', '.', '--port', '0', '--json'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    let said = '';
    for await (const part of demo.stdout) {
      said += part;
      if (said.includes('}')) break;
    }
    const { url } = JSON.parse(said) as { readonly url: string };
    expect(await (await fetch(url)).text()).toContain('<div id="demo">');
    expect((await fetch(`${url}lab.html`)).status).toBe(200);
  } finally {
    demo.kill();
  }
});
