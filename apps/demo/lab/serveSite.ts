// Knows how to serve the built pages and a run folder, read-only, to this machine alone.
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { extname, join, sep } from 'node:path';
import { AsfpError } from '@asfp/core';
import { runIndex } from './runIndex.ts';

/** A running server. */
export interface SiteServer {
  /** `http://127.0.0.1:PORT/`. */
  readonly url: string;
  close(): Promise<void>;
}

/** What is served, and where. */
export interface SiteOptions {
  /** The built pages, served at `/`. */
  readonly site: string;
  /** The run folder, served at `/run/`; undefined for none, which reads like an empty one. */
  readonly folder: string | undefined;
  /** 0 for any free port. */
  readonly port?: number;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.wasm': 'application/wasm',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.svg': 'image/svg+xml',
};

/** Isolation gives the page threads and a fine clock; no-store, since a folder's files change between two runs. */
const HEADERS: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
};

/** Starts a server on 127.0.0.1; throws an AsfpError when the folder is none or the port is taken. */
export async function serveSite({ site, folder, port = 0 }: SiteOptions): Promise<SiteServer> {
  const run = folder === undefined ? undefined : await folderPath(folder);
  const roots: Roots = { site: await folderPath(site), run };
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(response, 405);
      return;
    }
    answer(roots, request.url ?? '/', request.method === 'HEAD', response).catch(() => refuse(response, 500));
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(portTaken(port, cause)));
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Where files are; `run` is undefined where no run folder is served. */
interface Roots {
  readonly site: string;
  readonly run: string | undefined;
}

async function answer(roots: Roots, url: string, headOnly: boolean, response: ServerResponse): Promise<void> {
  const path = decodedPath(url);
  if (path === undefined) {
    refuse(response, 400);
    return;
  }
  const inRun = path.startsWith('/run/');
  const root = inRun ? roots.run : roots.site;
  const rest = inRun ? path.slice('/run'.length) : path;
  const file =
    root === undefined ? undefined : await fileBelow(root, rest.endsWith('/') ? `${rest}index.html` : rest);
  if (file === undefined && path === '/run/index.json') {
    const text = JSON.stringify(roots.run === undefined ? {} : runIndex(roots.run));
    response.writeHead(200, { ...HEADERS, 'Content-Type': TYPES['.json'] });
    response.end(headOnly ? undefined : text);
    return;
  }
  if (file === undefined) {
    refuse(response, 404);
    return;
  }
  const type = TYPES[extname(file.path)] ?? 'application/octet-stream';
  response.writeHead(200, { ...HEADERS, 'Content-Type': type, 'Content-Length': file.size });
  if (headOnly) {
    response.end();
    return;
  }
  createReadStream(file.path)
    .on('error', () => response.destroy())
    .pipe(response);
}

/** The decoded path of a request; undefined when it is malformed or climbs. */
function decodedPath(url: string): string | undefined {
  try {
    const path = decodeURIComponent(url.split(/[?#]/)[0] as string);
    return path.startsWith('/') && !/[\0\\]/.test(path) && !path.split('/').includes('..') ? path : undefined;
  } catch {
    return undefined;
  }
}

/** A plain file below the root; links that lead outside are refused like files that are not there. */
async function fileBelow(
  root: string,
  path: string,
): Promise<{ readonly path: string; readonly size: number } | undefined> {
  try {
    const real = await realpath(join(root, path));
    if (!real.startsWith(root + sep)) return undefined;
    const { size, isFile } = await stat(real).then((found) => ({ size: found.size, isFile: found.isFile() }));
    return isFile ? { path: real, size } : undefined;
  } catch {
    return undefined;
  }
}

async function folderPath(folder: string): Promise<string> {
  const real = await realpath(folder).catch(() => undefined);
  if (real !== undefined && (await stat(real)).isDirectory()) return real;
  throw new AsfpError({
    code: 'no-folder',
    where: folder,
    expected: 'a folder',
    found: real === undefined ? 'nothing' : 'a file',
  });
}

function refuse(response: ServerResponse, status: number): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { ...HEADERS, 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${status}\n`);
}

function portTaken(port: number, cause: unknown): AsfpError {
  return new AsfpError(
    {
      code: 'port-taken',
      where: `port ${port}`,
      expected: 'a free port',
      found: cause instanceof Error ? cause.message : String(cause),
      cure: 'Choose another port, or 0 for any',
    },
    { cause },
  );
}
