/** What is handed on as a pack has it deflated, and what is not: whoever asks then reads the object. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, inflateRawSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { type ByteStream, collectBytes } from '../../src/flow/byte-stream.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import type { DeflatedObject } from '../../src/odb/deflated-object.ts';
import { decodeEntryHeader, ENTRY } from '../../src/pack/entry-header.ts';
import { findDeflatedNow } from '../../src/packs/deflated-now.ts';
import { PackFolder } from '../../src/packs/pack-folder.ts';
import { noise } from '../arbitraries/contents.ts';
import { expectBytes } from '../conformance/object-reader.ts';
import { type MadePack, makePack, plantPack, rawEntry, wholes } from './pack-maker.ts';

const files = nodeFiles();
const WORDS: Uint8Array = new TextEncoder().encode('words that come again '.repeat(500));
/** Deflated it is over 1 MiB, so that it is read twice: to check it, and to hand it on. */
const LONG: Uint8Array = noise(2 * 2 ** 20 + 777);

interface Planted {
  readonly folder: PackFolder;
  pathOf(made: MadePack): string;
}

async function plant(packs: readonly MadePack[], without: readonly 'meta'[] = []): Promise<Planted> {
  const path = mkdtempSync(join(tmpdir(), 'caskit-deflated-'));
  for (const made of packs) await plantPack(files, path, { made, without });
  const folder = new PackFolder(files, path);
  onTestFinished(async () => {
    await folder[Symbol.asyncDispose]();
    rmSync(path, { recursive: true });
  });
  return { folder, pathOf: ({ name }) => `${path}/${name}.pack` };
}

async function find(made: MadePack, content: Uint8Array): Promise<DeflatedObject | undefined> {
  const { folder } = await plant([made]);
  return findDeflatedNow(folder, hashBytes(content));
}

async function bytesOf({ deflated }: DeflatedObject): Promise<Uint8Array> {
  return deflated instanceof Uint8Array ? deflated : collectBytes(deflated);
}

async function expectDeflated(found: DeflatedObject | undefined, content: Uint8Array): Promise<void> {
  const { id, sizeBytes, contentCrc, deflatedBytes } = found!;
  expect({ id, sizeBytes }).toEqual({ id: hashBytes(content), sizeBytes: content.length });
  expect(contentCrc).toBe(crc32(content));
  const deflated = await bytesOf(found!);
  expect(deflated).toHaveLength(deflatedBytes);
  expectBytes(inflateRawSync(deflated), content);
}

/** A whole pack but for one byte of the entry of one object, `at` bytes from its start. */
function damaged(made: MadePack, number: number, at: number): MadePack {
  const pack = made.pack.slice();
  pack[made.offsets[number]! + at]! ^= 0x40;
  return { ...made, pack };
}

describe('findDeflatedNow() gives', () => {
  test.each([0, 1, 9] as const)('whole content of level %i, short or long, empty too', async (level) => {
    for (const content of [WORDS, LONG, new Uint8Array(0)]) {
      const made = makePack([{ kind: 'whole', content, level }, ...wholes(noise(100))]);
      await expectDeflated(await find(made, content), content);
    }
  });

  test('what another pack has, where the first is damaged, has no meta, or has a delta', async () => {
    const sound = makePack(wholes(WORDS, noise(9)));
    const delta = makePack([...wholes(noise(50)), { kind: 'delta', base: 0, content: WORDS }]);
    for (const other of [damaged(sound, 0, 40), delta]) {
      const made = other === delta ? sound : makePack(wholes(noise(10), WORDS));
      const { folder } = await plant([other, made]);
      for (let time = 0; time < 3; time++)
        await expectDeflated(findDeflatedNow(folder, hashBytes(WORDS)), WORDS);
    }
  });
});

describe('findDeflatedNow() is undefined for', () => {
  test('what is in no pack', async () => {
    expect(await find(makePack(wholes(noise(100))), WORDS)).toBeUndefined();
  });

  test('a delta, by the place of its base or by its id', async () => {
    const next = concatBytes([WORDS, noise(40)]);
    for (const by of ['offset', 'id'] as const) {
      const made = makePack([...wholes(WORDS), { kind: 'delta', base: 0, content: next, by }]);
      expect(await find(made, next)).toBeUndefined();
      await expectDeflated(await find(made, WORDS), WORDS);
    }
  });

  test('a list of chunks', async () => {
    const made = makePack([{ kind: 'chunks', content: WORDS, chunkBytes: 5000 }]);
    expect(await find(made, WORDS)).toBeUndefined();
  });

  test('content of a pack without meta, which alone has the CRC-32 of contents', async () => {
    const { folder } = await plant([makePack(wholes(WORDS))], ['meta']);
    expect(findDeflatedNow(folder, hashBytes(WORDS))).toBeUndefined();
  });

  test('an entry with a byte of its header, its deflate or its checksum damaged', async () => {
    const made = makePack(wholes(noise(120), noise(30)));
    const length = made.offsets[1]! - made.offsets[0]!;
    for (let at = 0; at < length; at += 7)
      expect(await find(damaged(made, 0, at), noise(120)), `byte ${at}`).toBeUndefined();
  });

  test('a long entry that is damaged at its start, in its middle or at its end', async () => {
    const made = makePack(wholes(LONG, WORDS));
    const length = made.offsets[1]! - made.offsets[0]!;
    for (const at of [0, 4, 100, 2 ** 20, 2 ** 20 + 1, length - 5, length - 1])
      expect(await find(damaged(made, 0, at), LONG), `byte ${at}`).toBeUndefined();
  });

  test('an entry whose header has another size than its meta', async () => {
    const entry = rawEntry({ type: ENTRY.blob, sizeBytes: WORDS.length - 1 }, WORDS);
    expect(await find(makePack([{ kind: 'raw', content: WORDS, entry }]), WORDS)).toBeUndefined();
  });

  test('an entry that is no zlib stream, or one with a dictionary', async () => {
    const entry = rawEntry({ type: ENTRY.blob, sizeBytes: WORDS.length }, WORDS);
    const start = decodeEntryHeader(entry, 0).headerBytes;
    for (const [method, flags] of [
      [0x79, 0x9c], // another method
      [0x78, 0x9d], // a check that does not hold
      [0x78, 0xbb], // a dictionary
    ] as const) {
      const other = entry.slice();
      other.set([method, flags], start);
      expect(await find(makePack([{ kind: 'raw', content: WORDS, entry: other }]), WORDS)).toBeUndefined();
    }
  });
});

test('a long entry that changes after it was checked ends in an error, however late', async () => {
  const made = makePack(wholes(LONG, WORDS));
  const length = made.offsets[1]! - made.offsets[0]!;
  for (const at of [5, 2 ** 20 + 5, length - 1]) {
    const { folder, pathOf } = await plant([made]);
    const found = findDeflatedNow(folder, hashBytes(LONG))!;
    {
      await using file = await files.open(pathOf(made), 'update');
      await file!.write(Uint8Array.of(made.pack[made.offsets[0]! + at]! ^ 1), made.offsets[0]! + at);
    }
    await expect(collectBytes(found.deflated as ByteStream)).rejects.toMatchObject({
      name: 'CorruptError',
      code: 'PACK_INVALID',
    });
  }
});
