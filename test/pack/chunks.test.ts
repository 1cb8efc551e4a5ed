/** Lists of chunks, and where content is cut into them. */
import { createHash, hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeU32, writeU64 } from '../../src/bytes/big-endian.ts';
import { concatBytes } from '../../src/bytes/concat.ts';
import { streamOf } from '../../src/flow/byte-stream.ts';
import { type ChunkList, decodeChunkList, encodeChunkList } from '../../src/pack/chunk-list.ts';
import { averageBitsAt, chunkStream } from '../../src/pack/chunker.ts';
import { decodePackList, encodePackList, isPackName, packNameOf } from '../../src/pack/pack-list.ts';
import { anyBytes, anyCuts, piecesOf } from '../arbitraries/bytes.ts';
import { testCodecLaws } from '../arbitraries/codec-laws.ts';
import { anyChunkList } from '../arbitraries/packs.ts';
import { cutOf, gearTable } from './cut-reference.ts';

const invalid: unknown = expect.objectContaining({ name: 'CorruptError', code: 'CHUNK_LIST_INVALID' });

testCodecLaws(
  'a chunk list',
  {
    encode: encodeChunkList,
    decode: (bytes: Uint8Array): ChunkList => {
      const list = decodeChunkList(bytes, bytes.slice(0, 32));
      return { ...list, chunks: Array.from(list.chunks) };
    },
  },
  anyChunkList(),
);

describe('decodeChunkList() refuses', () => {
  const id = new Uint8Array(32).fill(1);
  const chunk = { id: new Uint8Array(32).fill(2), sizeBytes: 70 };
  const list = encodeChunkList({ id, sizeBytes: 140, chunks: [chunk, chunk] });
  const changed = (change: (bytes: Uint8Array) => void): Uint8Array => {
    const copy = list.slice();
    change(copy);
    return copy;
  };

  test.each<[string, Uint8Array]>([
    ['one chunk', encodeChunkList({ id, sizeBytes: 70, chunks: [chunk] })],
    ['no chunks', encodeChunkList({ id, sizeBytes: 0, chunks: [] })],
    ['an empty chunk', encodeChunkList({ id, sizeBytes: 70, chunks: [chunk, { ...chunk, sizeBytes: 0 }] })],
    [
      'a chunk that is the object itself',
      encodeChunkList({ id, sizeBytes: 140, chunks: [chunk, { ...chunk, id }] }),
    ],
    ['a size that is too small', changed((bytes) => writeU64(bytes, 32, 139))],
    ['a size over 2^53', changed((bytes) => writeU64(bytes, 32, 2 ** 60))],
    ['a count that is too large', changed((bytes) => writeU32(bytes, 40, 3))],
    ['a count of 2^32-1', changed((bytes) => writeU32(bytes, 40, 0xffffffff))],
    ['another byte behind it', concatBytes([list, Uint8Array.of(0)])],
    ['the list of another object', changed((bytes) => bytes.fill(9, 0, 1))],
    ['nothing', new Uint8Array(0)],
  ])('%s', (_, bytes) => expect(() => decodeChunkList(bytes, id)).toThrow(invalid));
});

test('between() finds the chunks that have bytes of a part, whichever part it is', () => {
  const anyPlace = fc.double({ min: -0.1, max: 1.1, noNaN: true });
  fc.assert(
    fc.property(anyChunkList(), anyPlace, anyPlace, (made, from, to) => {
      const list = decodeChunkList(encodeChunkList(made), made.id);
      const [start, end] = [from, to].map((place) => Math.round(place * list.sizeBytes)) as [number, number];
      const { chunks, skippedBytes } = list.chunks.between(start, end);
      let at = 0;
      let before = 0;
      const touched = [...list.chunks].filter(({ sizeBytes }) => {
        const chunkStart = at;
        at += sizeBytes;
        if (at <= start) before = at;
        return start < end && chunkStart < end && at > start;
      });
      expect(chunks).toEqual(touched);
      expect(skippedBytes).toBe(before);
    }),
  );
});

/** Bytes that look random, the same in every run. */
function noise(length: number, seed = 'a'): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at * 32 < length; at++) pieces.push(hash('sha256', `${seed}${at}`, 'buffer'));
  return concatBytes(pieces).slice(0, length);
}

async function chunksOf(...pieces: readonly Uint8Array[]): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunkStream(streamOf(...pieces))) chunks.push(chunk);
  return chunks;
}

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('chunkStream()', () => {
  const content = noise(3_000_000);

  test('cuts where the plain reading of the rule cuts', async () => {
    let at = 0;
    for (const chunk of await chunksOf(content)) {
      expect(chunk.length).toBe(cutOf(content.subarray(at), { averageBits: 16 }));
      at += chunk.length;
    }
    expect(at).toBe(content.length);
  });

  test('cuts by the gear table that the description of the format makes', () => {
    const ends = [gearTable().at(0)!, gearTable().at(-1)!].map((row) => row.toString(16).padStart(8, '0'));
    expect(readFileSync('docs/format.md', 'utf8')).toContain(
      `The first is ${ends[0]!}, the last ${ends[1]!}.`,
    );
  });

  test('cuts this content here, in this version and in every later one', async () => {
    const lengths = (await chunksOf(content)).map((chunk) => chunk.length);
    expect(lengths.slice(0, 5)).toMatchInlineSnapshot(`
      [
        27898,
        23078,
        110482,
        66239,
        82175,
      ]
    `);
    expect(digestOf(new TextEncoder().encode(lengths.join(' ')))).toMatchInlineSnapshot(
      `"7423d8e875d20915ca8e347f13c3e9306a15d3833a4a871ce8305d201f3b0863"`,
    );
  });

  test('cuts at the same places however the stream comes in pieces, and gives back what came', async () => {
    const whole = await chunksOf(content);
    await fc.assert(
      fc.asyncProperty(anyCuts(), async (cuts) => {
        const chunks = await chunksOf(...piecesOf(content, cuts));
        expect(chunks.map((chunk) => chunk.length)).toEqual(whole.map((chunk) => chunk.length));
        expect(digestOf(concatBytes(chunks))).toBe(digestOf(content));
      }),
      { numRuns: 20 },
    );
  });

  test('makes no chunk but the last shorter than 16 KiB, and none longer than 256 KiB', async () => {
    for (const bytes of [content, new Uint8Array(2_000_000), new Uint8Array(2_000_000).fill(7)]) {
      const lengths = (await chunksOf(bytes)).map((chunk) => chunk.length);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(2 ** 18);
      expect(Math.min(...lengths.slice(0, -1))).toBeGreaterThan(2 ** 14);
    }
  });

  test('gives chunks that are their own, and none for no content', async () => {
    expect(await chunksOf()).toEqual([]);
    expect(await chunksOf(new Uint8Array(0), new Uint8Array(0))).toEqual([]);
    const chunks = await chunksOf(content);
    chunks[0]!.fill(0);
    expect(digestOf(concatBytes(await chunksOf(content)))).toBe(digestOf(content));
  });

  test('moves few cuts where bytes are inserted', async () => {
    const before = new Set((await chunksOf(content)).map(digestOf));
    const after = (await chunksOf(noise(1000, 'b'), content)).map(digestOf);
    expect(after.filter((digest) => !before.has(digest)).length).toBeLessThanOrEqual(3);
  });

  test('doubles the average after every 65,536 chunks, up to 16 MiB', () => {
    expect([0, 65_535, 65_536, 131_071, 131_072, 524_288, 10 ** 9].map(averageBitsAt)).toEqual([
      16, 16, 17, 17, 18, 24, 24,
    ]);
  });
});

describe('a list of packs', () => {
  const names = [packNameOf(new Uint8Array(32).fill(0xab)), packNameOf(new Uint8Array(32))];

  test('names them in order', () => expect(decodePackList(encodePackList(names))).toEqual(names));

  test('leads to no file but a pack, whatever is in it', () => {
    fc.assert(
      fc.property(anyBytes(200), fc.constantFrom('', ...names), (bytes, name) => {
        const list = concatBytes([encodePackList([name]), bytes]);
        for (const found of decodePackList(list)) expect(isPackName(found)).toBe(true);
      }),
    );
    const lines = [
      'P ../../config.json',
      `P ${names[0]!}.idx`,
      `P ../${names[0]!}.pack`,
      `P ${names[0]!}.pack\r`,
    ];
    expect(decodePackList(new TextEncoder().encode(`${lines.join('\n')}\n`))).toEqual([]);
  });

  test.each(['', 'pack-', `pack-${'a'.repeat(63)}`, `pack-${'A'.repeat(64)}`, `../pack-${'a'.repeat(64)}`])(
    'isPackName(%j) is false',
    (text) => expect(isPackName(text)).toBe(false),
  );
});
