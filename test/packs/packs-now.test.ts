/** Parts of long content, read out of packs without waiting: only the chunks that they lie in. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { nodeFiles } from '../../src/files/node-files.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { encodeChunkList } from '../../src/pack/chunk-list.ts';
import { ENTRY } from '../../src/pack/entry-header.ts';
import { openPackedStore, type PackedStore } from '../../src/packs/packed-store.ts';
import { nativeCodec as codec } from '../../src/zlib/native.ts';
import { noise } from '../arbitraries/contents.ts';
import { expectBytes } from '../conformance/object-reader.ts';
import { chunksOf, type MadePack, makePack, plantPack, rawEntry, rawId, wholes } from './pack-maker.ts';

const CHUNK_BYTES = 1000;
const CONTENT = noise(20 * CHUNK_BYTES + 7);
const ID = hashBytes(CONTENT);
const CHUNKS = chunksOf(CONTENT, CHUNK_BYTES);
const MADE = makePack([{ kind: 'chunks', content: CONTENT, chunkBytes: CHUNK_BYTES }, ...wholes(...CHUNKS)]);
const WRONG = expect.objectContaining({ name: 'CorruptError', code: 'OBJECT_CORRUPT' });

async function storeOf(made: MadePack): Promise<PackedStore> {
  const folder = mkdtempSync(join(tmpdir(), 'caskit-packs-now-'));
  await plantPack(nodeFiles(), folder, { made });
  const store = openPackedStore(folder, { files: nodeFiles(), codec });
  onTestFinished(async () => {
    await store[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });
  return store;
}

describe('a part of content in chunks', () => {
  test('is its bytes, as many as there are, wherever it begins and ends', async () => {
    const { now } = await storeOf(MADE);
    const anyPlace = fc.nat(CONTENT.length + 2 * CHUNK_BYTES);
    fc.assert(
      fc.property(anyPlace, anyPlace, (one, other) => {
        const range = { start: Math.min(one, other), end: Math.max(one, other) };
        expectBytes(now.read(ID, { range }), CONTENT.subarray(range.start, range.end));
      }),
    );
  });

  test('may be of content that is too long to be held', async () => {
    const { now } = await storeOf(MADE);
    const maxBytes = 2 * CHUNK_BYTES;
    const tooLarge = expect.objectContaining({ name: 'RefusedError', code: 'TOO_LARGE' });
    expect(() => now.read(ID, { maxBytes })).toThrow(tooLarge);
    expect(now.read(ID, { maxBytes, range: { start: 1500, end: 2500 } })).toHaveLength(1000);
    expect(() => now.read(ID, { maxBytes, range: { start: 1500, end: 4500 } })).toThrow(tooLarge);
  });

  test('is proved by its own chunks: damage elsewhere does not matter, and its own is an error', async () => {
    const pack = MADE.pack.slice();
    pack[MADE.offsets[6]! + 200]! ^= 1; // in the entry of the chunk from 5000 on
    const { now } = await storeOf({ ...MADE, pack });
    expectBytes(now.read(ID, { range: { start: 0, end: 5000 } }), CONTENT.subarray(0, 5000));
    expectBytes(now.read(ID, { range: { start: 6000, end: 9999 } }), CONTENT.subarray(6000, 9999));
    for (const range of [{ start: 5000, end: 5001 }, { start: 4999, end: 6001 }, undefined])
      expect(() => now.read(ID, { ...(range && { range }) })).toThrow(WRONG);
  });

  test('is an error where its chunk is missing', async () => {
    const items = wholes(...CHUNKS.filter((_, number) => number !== 3));
    const made = makePack([{ kind: 'chunks', content: CONTENT, chunkBytes: CHUNK_BYTES }, ...items]);
    const { now } = await storeOf(made);
    expectBytes(now.read(ID, { range: { start: 0, end: 3000 } }), CONTENT.subarray(0, 3000));
    expect(() => now.read(ID, { range: { start: 2999, end: 3001 } })).toThrow(WRONG);
  });

  test('is an error where a list names itself as a chunk, each time that it is asked for', async () => {
    const id = rawId(ID);
    const chunks = [
      { id, sizeBytes: CHUNK_BYTES },
      { id, sizeBytes: CHUNK_BYTES },
    ];
    const list = encodeChunkList({ id, sizeBytes: 2 * CHUNK_BYTES, chunks });
    const entry = rawEntry({ type: ENTRY.chunkList, sizeBytes: list.length }, list);
    const { now } = await storeOf(makePack([{ kind: 'raw', content: CONTENT, entry }]));
    for (let time = 0; time < 2; time++)
      for (const range of [{ start: 0, end: 9 }, undefined])
        expect(() => now.read(ID, { ...(range && { range }) })).toThrow(WRONG);
  });
});
