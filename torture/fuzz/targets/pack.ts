/** Packs, their tables, deltas and lists of chunks. */
import { equalBytes } from '../../../src/bytes/compare.ts';
import { concatBytes } from '../../../src/bytes/concat.ts';
import { encodeText } from '../../../src/bytes/text.ts';
import { hashBytes } from '../../../src/hash/hasher.ts';
import { bytesOfId, ID_BYTES, type ObjectId, objectIdFromBytes } from '../../../src/hash/object-id.ts';
import { Kernel } from '../../../src/kernel/kernel.ts';
import { writeChecksum } from '../../../src/pack/checksum.ts';
import { decodeChunkList, encodeChunkList } from '../../../src/pack/chunk-list.ts';
import { applyDelta, decodeDeltaSizes } from '../../../src/pack/delta.ts';
import { decodeEntryHeader, ENTRY, encodeEntryHeader } from '../../../src/pack/entry-header.ts';
import { encodeIdx, Idx } from '../../../src/pack/idx.ts';
import { IdxPages } from '../../../src/pack/idx-pages.ts';
import { encodeMeta, Meta } from '../../../src/pack/meta.ts';
import { MetaPages } from '../../../src/pack/meta-pages.ts';
import { decodePackHeader, encodePackHeader } from '../../../src/pack/pack-header.ts';
import { decodePackList, encodePackList } from '../../../src/pack/pack-list.ts';
import { PackRows, type SortedRows } from '../../../src/pack/pack-rows.ts';
import { scanPack } from '../../../src/pack/scan-pack.ts';
import { indexPack } from '../../../src/scan/pack-indexer.ts';
import { nativeCodec } from '../../../src/zlib/native.ts';
import { makePack, type PackItem, programOf, wholes } from '../../../test/packs/pack-maker.ts';
import { noise } from '../../noise.ts';
import { openBytes } from '../memory-files.ts';
import { hold, holdAlike, holdSame, outcomeLater, outcomeOf, valueOf } from '../oracle.ts';
import { type Target, wordsOf } from '../target.ts';

const TEXT = encodeText('what is stored, line by line\n'.repeat(8));
const CHANGED = concatBytes([TEXT.subarray(0, 100), encodeText('and changed'), TEXT.subarray(100)]);
const AGAIN = concatBytes([CHANGED, encodeText('again')]);

const FAMILY: readonly PackItem[] = [
  { kind: 'whole', content: TEXT, level: 0 },
  { kind: 'delta', base: 0, content: CHANGED, level: 0 },
  { kind: 'delta', base: 1, by: 'id', content: AGAIN, level: 6 },
];
const PACKS = [
  makePack(FAMILY),
  makePack([]),
  makePack(wholes(encodeText(''), encodeText('a'), TEXT)),
  makePack([
    ...wholes(TEXT.subarray(0, 100), TEXT.subarray(100)),
    { kind: 'chunks', content: TEXT, chunkBytes: 100 },
  ]),
  makePack([
    { kind: 'whole', content: TEXT, role: 'tree' },
    { kind: 'delta', base: 0, content: AGAIN },
  ]),
];

const sealed = (bytes: Uint8Array): Uint8Array => {
  if (bytes.length >= ID_BYTES) writeChecksum(bytes);
  return bytes;
};

export const entryHeader: Target = {
  name: 'pack-entry',
  inputs: 60_000,
  maxBytes: 64,
  seeds: [
    encodeEntryHeader({ type: ENTRY.blob, sizeBytes: 5000 }),
    encodeEntryHeader({ type: ENTRY.offsetDelta, sizeBytes: 2 ** 40, baseDistance: 300_000 }),
    encodeEntryHeader({ type: ENTRY.idDelta, sizeBytes: 1, baseId: bytesOfId(hashBytes(TEXT)) }),
    encodePackHeader(3),
  ],
  words: wordsOf('PACK', Uint8Array.of(0, 0, 0, 2)),
  run: (bytes) => {
    if (bytes[0] === 0x50)
      holdSame(
        encodePackHeader(decodePackHeader(bytes)),
        bytes.subarray(0, 12),
        'a pack starts as it is written',
      );
    const header = decodeEntryHeader(bytes, 0);
    holdSame(encodeEntryHeader(header), bytes.subarray(0, header.headerBytes), 'a header has one spelling');
  },
};

/** Of so many damaged packs, what is sound is looked for in one. */
const PASSED_ONE_IN = 4;

export const pack: Target = {
  name: 'pack',
  inputs: 500,
  maxBytes: 2048,
  seeds: PACKS.map((made) => made.pack),
  words: wordsOf('PACK', Uint8Array.of(0, 0, 0, 2), ...PACKS.map((made) => made.pack.subarray(12, 30))),
  seal: sealed,
  run: async (bytes) => {
    await using file = await openBytes(bytes);
    const source = { file, codec: nativeCodec };
    const indexed = await outcomeLater(() => indexPack(source));
    if (indexed.kind === 'refused') {
      if (bytes.length % PASSED_ONE_IN === 0) await indexPack(source, { damage: 'pass' });
      throw indexed.error;
    }
    const { rows, idx, meta, trailer } = indexed.value;
    hold(
      Idx.decode(idx, { packBytes: bytes.length }).count === rows.count,
      'what is written of a pack can be read',
    );
    hold(Meta.decode(meta).count === rows.count, 'so can its meta');
    holdSame(trailer, bytes.subarray(-ID_BYTES), 'a pack ends in its checksum');
    holdAlike(
      idsOf(rows),
      await idsByReference(bytes),
      'its objects are those that the reference makes of it',
    );
  },
};

function idsOf({ ids, count }: SortedRows): ObjectId[] {
  return Array.from({ length: count }, (_, row) =>
    objectIdFromBytes(ids.subarray(row * ID_BYTES, (row + 1) * ID_BYTES)),
  );
}

/** Entry by entry, in the order of the pack, until no base is missing that is there. */
async function idsByReference(bytes: Uint8Array): Promise<ObjectId[]> {
  const contents = new Map<number | ObjectId, Uint8Array>();
  const ids = new Set<ObjectId>();
  const left = [];
  for await (const entry of scanPack(async (at, length) => bytes.subarray(at, at + length), bytes.length))
    left.push(entry);
  for (let before = -1; left.length !== before; ) {
    before = left.length;
    for (const entry of left.splice(0)) {
      const { offset, header, content = new Uint8Array(0) } = entry;
      const { type, baseDistance, baseId } = header;
      const base = contents.get(baseId === undefined ? offset - baseDistance : objectIdFromBytes(baseId));
      if (type === ENTRY.chunkList) ids.add(objectIdFromBytes(content.subarray(0, ID_BYTES)));
      else if (type !== ENTRY.offsetDelta && type !== ENTRY.idDelta) enter(offset, content);
      else if (base === undefined) left.push(entry);
      else enter(offset, applyDelta(base, content, 2 ** 26));
    }
  }
  return [...ids].sort();

  function enter(offset: number, content: Uint8Array): void {
    const id = hashBytes(content);
    contents.set(offset, content).set(id, content);
    ids.add(id);
  }
}

/** Rows with ids that begin alike, and places beyond 2 GiB. */
function longRows(): SortedRows {
  const rows = new PackRows();
  for (const [at, offset] of [12, 2 ** 31, 500, 2 ** 40].entries()) {
    const id = new Uint8Array(ID_BYTES).fill(at < 2 ? 7 : 0xff);
    id[31] = at;
    rows.add({ id, offset, crc: at, sizeBytes: offset, contentCrc: at });
  }
  return rows.sorted();
}

export const idx: Target = {
  name: 'idx',
  inputs: 25_000,
  maxBytes: 1300,
  seeds: [...PACKS.map((made) => made.idx), encodeIdx(longRows(), new Uint8Array(ID_BYTES))],
  words: wordsOf(
    '',
    Uint8Array.of(0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2),
    Uint8Array.of(0x80, 0, 0, 0),
    Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1),
  ),
  seal: sealed,
  run: async (bytes) => {
    const limits = { packBytes: Number.MAX_SAFE_INTEGER };
    const found = Idx.decode(bytes, limits);
    const rows = new PackRows();
    const read = async (at: number, length: number): Promise<Uint8Array> => bytes.subarray(at, at + length);
    const pages = await IdxPages.open({ read, fileBytes: bytes.length, ...limits });
    hold(
      equalBytes(new Uint8Array(found.findAll(found.ids).buffer), rowNumbers(found.count)),
      'every id is found',
    );
    for (let row = 0; row < found.count; row++) {
      const id = found.idAt(row);
      const offset = found.offsetAt(row);
      hold(found.find(id) === row, 'an id is found in its row');
      holdAlike(await pages.find(id), { row, offset }, 'pages find what the whole does');
      hold(
        found.rangeOf(objectIdFromBytes(id).slice(7, 27)).from <= row,
        'a row is in the range of its digits',
      );
      rows.add({ id, offset, crc: found.crcAt(row), sizeBytes: 0, contentCrc: 0 });
    }
    holdSame(encodeIdx(rows.sorted(), found.packTrailer), bytes, 'an idx has one spelling');
  },
};

function rowNumbers(count: number): Uint8Array {
  return new Uint8Array(Int32Array.from({ length: count }, (_, row) => row).buffer);
}

export const meta: Target = {
  name: 'meta',
  inputs: 30_000,
  maxBytes: 256,
  seeds: [
    ...PACKS.map((made) => made.meta),
    encodeMeta(longRows(), new Uint8Array(ID_BYTES)),
    encodePackList(PACKS.map(({ name }) => name)),
  ],
  words: wordsOf('.pack', `P ${PACKS[0]!.name}.pack\n`, 'P pack-', Uint8Array.of(0, 0x20, 0, 0, 0, 0, 0, 0)),
  seal: (bytes) => (bytes[0] === 0x50 ? bytes : sealed(bytes)),
  run: async (bytes) => {
    const names = decodePackList(bytes);
    holdAlike(decodePackList(encodePackList(names)), names, 'names that were read are read again');
    const found = Meta.decode(bytes);
    const read = async (at: number, length: number): Promise<Uint8Array> => bytes.subarray(at, at + length);
    const pages = await MetaPages.open({ read, fileBytes: bytes.length });
    holdSame(pages.packTrailer, found.packTrailer, 'pages are of the same pack');
    for (let row = 0; row < found.count; row++) {
      const expected = { sizeBytes: found.sizeAt(row), contentCrc: found.contentCrcAt(row) };
      holdAlike(await pages.rowAt(row), expected, 'pages find what the whole does');
    }
  },
};

const BASE = new Uint8Array(noise(7)(300));
const MAX_RESULT_BYTES = 2 ** 17;
const kernel = new Kernel();
const BASE_AT = Kernel.HEAP;
const DELTA_AT = BASE_AT + 1024;
const RESULT_AT = DELTA_AT + 4096;

/** Of a base that is as long as the program says, where there is one. */
export const delta: Target = {
  name: 'delta',
  inputs: 40_000,
  seeds: [
    programOf(BASE, concatBytes([BASE.subarray(0, 90), TEXT, BASE.subarray(90)])),
    programOf(TEXT, CHANGED),
    Uint8Array.of(0, 0),
    Uint8Array.of(16, 128, 128, 4, 144, 16),
  ],
  words: wordsOf(
    '',
    Uint8Array.of(0x80),
    Uint8Array.of(0xff),
    Uint8Array.of(0x90, 16),
    Uint8Array.of(0xb0, 0, 1),
    Uint8Array.of(0xac, 2),
  ),
  run: (bytes) => {
    kernel.reserve(RESULT_AT + MAX_RESULT_BYTES);
    kernel.bytes.set(bytes, DELTA_AT);
    const sizes = outcomeOf(() => decodeDeltaSizes(bytes));
    const kernelSizes = outcomeOf(() => kernel.deltaSizes(DELTA_AT, bytes.length));
    hold(sizes.kind === kernelSizes.kind, 'kernel and reference agree about sizes');
    const { baseBytes, resultBytes } = valueOf(sizes);
    holdAlike(valueOf(kernelSizes), { baseBytes, resultBytes }, 'kernel and reference read the same sizes');
    const base = BASE.subarray(0, baseBytes);
    const result = outcomeOf(() => applyDelta(base, bytes, MAX_RESULT_BYTES));
    if (resultBytes <= MAX_RESULT_BYTES) {
      kernel.bytes.set(base, BASE_AT);
      const by = outcomeOf(() =>
        kernel.applyDelta(BASE_AT, base.length, DELTA_AT, bytes.length, RESULT_AT, resultBytes),
      );
      hold(by.kind === result.kind, 'kernel and reference agree about programs');
      if (result.kind === 'value')
        holdSame(
          kernel.bytes.subarray(RESULT_AT, RESULT_AT + resultBytes),
          result.value,
          'kernel and reference make the same',
        );
    }
    valueOf(result);
  },
};

const CHUNKS = [TEXT.subarray(0, 100), TEXT.subarray(100)].map((chunk) => ({
  id: bytesOfId(hashBytes(chunk)),
  sizeBytes: chunk.length,
}));

export const chunkList: Target = {
  name: 'chunk-list',
  inputs: 40_000,
  maxBytes: 256,
  seeds: [encodeChunkList({ id: bytesOfId(hashBytes(TEXT)), sizeBytes: TEXT.length, chunks: CHUNKS })],
  words: wordsOf('', ...CHUNKS.map(({ id }) => id)),
  run: (bytes) => {
    const list = decodeChunkList(bytes, bytes.subarray(0, ID_BYTES));
    holdSame(encodeChunkList(list), bytes, 'a list has one spelling');
  },
};
