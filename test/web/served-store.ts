/** A store with an object in every form, what was committed to it, and a web server that hands out its files. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initStore } from '../../src/api/open.ts';
import { encodeText } from '../../src/bytes/text.ts';
import { type EntryToCommit, fromEntries } from '../../src/source/entries.ts';

export const CHUNKED_BYTES: number = 3 * 2 ** 20;
/** A name that is not text. */
const RAW_NAME = Uint8Array.of(0x72, 0x61, 0x77, 0xff);

export interface MadeStore extends AsyncDisposable {
  /** Its `.cas`. */
  readonly folder: string;
  /** By label, then by path as `formatName` shows it: the bytes, or a symlink's target. */
  readonly committed: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;
}

/** Three versions in one pack of deltas and chunks, one in loose objects, and one in a small pack beside. */
export async function makeStore(): Promise<MadeStore> {
  const top = await mkdtemp(join(tmpdir(), 'caskit-served-'));
  const folder = join(top, '.cas');
  await using store = await initStore(folder, { settings: { 'chunk.threshold': `${2 ** 20}` } });
  const committed = new Map<string, Map<string, Uint8Array>>();
  const commit = async (label: string, entries: readonly EntryToCommit[]): Promise<void> => {
    await store.commit(label, fromEntries(entries));
    const files = entries.flatMap((entry) => (entry.kind === 'folder' ? [] : [entry]));
    committed.set(label, new Map(files.map(({ path, content }) => [shown(path), asBytes(content)])));
  };
  const noise = randomBytes(CHUNKED_BYTES);
  for (const version of [1, 2, 3]) await commit(`release/v${version}`, membersOf(version, noise));
  await store.repack({ scope: 'all' });
  await commit('loose', [{ path: 'one/file', content: 'by itself\n' }]);
  await commit('beside', manyFiles('beside', 60));
  return { folder, committed, [Symbol.asyncDispose]: () => rm(top, { recursive: true }) };
}

/** Text that changes little from one version to the next, and one of everything else. */
function membersOf(version: number, noise: Uint8Array): EntryToCommit[] {
  const later = Uint8Array.from(noise);
  later[1000] = version;
  return [
    ...manyFiles(`version ${version}`, 40),
    { path: 'docs/read me.txt', content: `of version ${version}\n` },
    { path: 'docs/link', kind: 'symlink', content: '../text/7.txt' },
    { path: 'up', kind: 'symlink', content: '/../../docs' },
    { path: 'lost', kind: 'symlink', content: 'nowhere' },
    { path: 'loop', kind: 'symlink', content: 'loop' },
    { path: 'bin/run', kind: 'executable', content: '#!/bin/sh\n' },
    { path: RAW_NAME, content: 'of a name that is no text' },
    { path: 'ä/ö', content: 'umlauts' },
    { path: 'nothing', content: '' },
    { path: 'hollow', kind: 'folder' },
    { path: 'long.txt', content: `${version}${'the same line again and again\n'.repeat(20_000)}` },
    { path: 'noise', content: later },
  ];
}

function manyFiles(word: string, count: number): EntryToCommit[] {
  return Array.from({ length: count }, (_, at) => ({
    path: `text/${at}.txt`,
    content: `${`${at}: a line that stays as it is\n`.repeat(30)}${word}\n`,
  }));
}

function shown(path: string | Uint8Array): string {
  return typeof path === 'string' ? path : 'raw%FF';
}

function asBytes(content: unknown): Uint8Array {
  return typeof content === 'string' ? encodeText(content) : (content as Uint8Array);
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What a server has beside the store. */
export interface WebPage {
  readonly type: string;
  readonly body: string;
  /** The content security policy. @default none */
  readonly policy?: string;
}

/** How a server differs from a good one. */
export interface ServerOptions {
  /** Whether Range requests are answered. @default true */
  readonly hasRanges?: boolean;
  /** What is handed out in place of a file. @default what it is */
  readonly change?: (path: string, bytes: Uint8Array) => Uint8Array;
  /** Other files, by their paths. @default none */
  readonly pages?: Readonly<Record<string, WebPage>>;
}

export interface StaticServer extends AsyncDisposable {
  readonly url: string;
  /** Each request for a file of the store: its path, and its range. */
  readonly requests: { readonly path: string; readonly range: string | undefined }[];
}

/** Serves the files of `folder` below `/.cas/`, on a port of its own. */
export async function serve(folder: string, options: ServerOptions = {}): Promise<StaticServer> {
  const requests: { path: string; range: string | undefined }[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    const page = options.pages?.[pathname];
    if (page !== undefined) {
      if (page.policy !== undefined) response.setHeader('content-security-policy', page.policy);
      return void response.setHeader('content-type', page.type).end(page.body);
    }
    const [, path] = /^\/\.cas\/(.*)$/.exec(pathname) ?? [];
    if (path === undefined) return void response.writeHead(404).end(); // such as a page's icon
    requests.push({ path, range: request.headers.range });
    readFile(join(folder, path)).then(
      (bytes) => answer(request, response, options.change?.(path, bytes) ?? bytes, options),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests, [Symbol.asyncDispose]: close };
}

function answer(
  { headers }: IncomingMessage,
  response: ServerResponse,
  bytes: Uint8Array,
  { hasRanges = true }: ServerOptions,
): void {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
  if (!hasRanges || from === undefined) return void response.end(bytes);
  const part = bytes.subarray(Number(from), Number(to) + 1);
  if (part.length === 0) {
    return void response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
  }
  const range = `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}`;
  response.writeHead(206, { 'content-range': range }).end(part);
}
