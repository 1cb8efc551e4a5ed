/** One bundle for many: read while it is made, again from its file, and told as it failed. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CorruptError } from '../../src/errors/errors.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { type ByteStream, collectBytes } from '../../src/flow/byte-stream.ts';
import { RecentPieces } from '../../src/server/recent-pieces.ts';
import { SharedBundle } from '../../src/server/shared-bundle.ts';
import { decodeFrames } from '../../src/wire/frames.ts';

const PIECES = 20;
const PIECE_BYTES = 50_000;
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caskit-shared-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Making {
  /** What comes of it, once all has come. @default nothing */
  readonly end?: () => void;
  readonly signal?: AbortSignal;
  /** How much is held beside the file. @default next to nothing, so that all is read from the file */
  readonly recentBytes?: number;
}

/** Bytes that tell where they are from. */
async function* contents(end: () => void): ByteStream {
  for (let at = 0; at < PIECES; at++) {
    await new Promise(setImmediate);
    yield new Uint8Array(PIECE_BYTES).fill(at);
  }
  end();
}

async function make({ end = () => {}, signal, recentBytes = 1 }: Making = {}): Promise<{
  readonly bundle: SharedBundle;
  readonly isClosed: () => boolean;
}> {
  let isClosed = false;
  const close = async (): Promise<void> => {
    isClosed = true;
  };
  const bundle = await SharedBundle.make(
    nodeFiles(),
    { bytes: contents(end), close },
    {
      folder,
      recent: new RecentPieces(recentBytes),
      signal: signal ?? new AbortController().signal,
      calm: async () => {},
    },
  );
  return { bundle, isClosed: () => isClosed };
}

const readAll = (bundle: SharedBundle): Promise<Uint8Array> =>
  collectBytes(
    decodeFrames(
      bundle.read((coming) => coming),
      0,
    ),
  );

test.each([1, 2 ** 24])(
  'all who read it get all of it, whether %s bytes are held or fewer',
  async (recentBytes) => {
    const { bundle, isClosed } = await make({ recentBytes });
    const early = await Promise.all(Array.from({ length: 5 }, () => readAll(bundle)));
    const late = await readAll(bundle);
    expect(isClosed()).toBe(true);
    expect(bundle.hasFailed).toBe(false);
    const expected = Buffer.concat(Array.from({ length: PIECES }, (_, at) => Buffer.alloc(PIECE_BYTES, at)));
    for (const read of [...early, late]) expect(expected.equals(read)).toBe(true);
    await bundle[Symbol.asyncDispose]();
    expect(await readdir(folder)).toEqual([]);
  },
);

test('what it fails of is told to all in the last frame, without the names of files', async () => {
  const { bundle, isClosed } = await make({
    end: () => {
      throw new CorruptError('PACK_CORRUPT', "cannot read '/srv/secret/pack'");
    },
  });
  for (const reading of [readAll(bundle), readAll(bundle)]) {
    await expect(reading).rejects.toMatchObject({ code: 'PACK_CORRUPT' });
    await expect(reading).rejects.not.toThrow(/secret/);
  }
  await expect(readAll(bundle)).rejects.toMatchObject({ code: 'PACK_CORRUPT' });
  expect(bundle.hasFailed).toBe(true);
  expect(isClosed()).toBe(true);
  await bundle[Symbol.asyncDispose]();
});

test('nobody takes for all what was given up in the middle', async () => {
  const stop = new AbortController();
  const { bundle } = await make({ signal: stop.signal });
  const reading = readAll(bundle);
  stop.abort();
  await expect(reading).rejects.toThrow();
  expect(bundle.hasFailed).toBe(true);
  await bundle[Symbol.asyncDispose]();
});

test('while anybody reads it, it is not idle', async () => {
  const { bundle } = await make();
  const pieces = bundle.read((coming) => coming)[Symbol.asyncIterator]();
  await pieces.next();
  await new Promise((go) => setTimeout(go, 5));
  expect(bundle.idleMs()).toBe(0);
  await pieces.return?.();
  await new Promise((go) => setTimeout(go, 5));
  expect(bundle.idleMs()).toBeGreaterThan(0);
  await bundle[Symbol.asyncDispose]();
});
