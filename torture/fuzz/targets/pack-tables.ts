/** What lies beside packs and in them: idx, meta, lists of packs, lists of chunks. */
import { equalBytes } from '../../../src/bytes/compare.ts';
import { hashBytes } from '../../../src/hash/hasher.ts';
import { bytesOfId, ID_BYTES, objectIdFromBytes } from '../../../src/hash/object-id.ts';
import { decodeChunkList, encodeChunkList } from '../../../src/pack/chunk-list.ts';
import { encodeIdx, Idx } from '../../../src/pack/idx.ts';
import { IdxPages } from '../../../src/pack/idx-pages.ts';
import { encodeMeta, Meta } from '../../../src/pack/meta.ts';
import { MetaPages } from '../../../src/pack/meta-pages.ts';
import { decodePackList, encodePackList } from '../../../src/pack/pack-list.ts';
import { PackRows, type SortedRows } from '../../../src/pack/pack-rows.ts';
import { hold, holdAlike, holdSame } from '../oracle.ts';
import { PACKS, TEXT } from '../pack-samples.ts';
import { sealTrailer } from '../seals/trailer.ts';
import { type Target, wordsOf } from '../target.ts';

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
  seal: sealTrailer,
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
    const written = encodeIdx(rows.sorted(), found.packTrailer);
    // Others write short offsets as long ones, too.
    if (written.length === bytes.length) holdSame(written, bytes, 'an idx has one spelling');
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
  seal: (bytes) => (bytes[0] === 0x50 ? bytes : sealTrailer(bytes)),
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
