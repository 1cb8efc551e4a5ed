/** Packs: headers, and packs as wholes. */

import { HeldFile } from '../../../src/files/held-file.ts';
import { hashBytes } from '../../../src/hash/hasher.ts';
import { bytesOfId, ID_BYTES, type ObjectId, objectIdFromBytes } from '../../../src/hash/object-id.ts';
import { applyDelta } from '../../../src/pack/delta.ts';
import { decodeEntryHeader, ENTRY, encodeEntryHeader } from '../../../src/pack/entry-header.ts';
import { Idx } from '../../../src/pack/idx.ts';
import { Meta } from '../../../src/pack/meta.ts';
import { decodePackHeader, encodePackHeader } from '../../../src/pack/pack-header.ts';
import type { SortedRows } from '../../../src/pack/pack-rows.ts';
import { scanPack } from '../../../src/pack/scan-pack.ts';
import { indexPack } from '../../../src/scan/pack-indexer.ts';
import { nativeCodec } from '../../../src/zlib/native.ts';
import { hold, holdAlike, holdSame, outcomeLater } from '../oracle.ts';
import { PACKS, TEXT } from '../pack-samples.ts';
import { sealTrailer } from '../seals/trailer.ts';
import { type Target, wordsOf } from '../target.ts';

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
  inputs: 300,
  maxBytes: 2048,
  seeds: PACKS.map((made) => made.pack),
  words: wordsOf('PACK', Uint8Array.of(0, 0, 0, 2), ...PACKS.map((made) => made.pack.subarray(12, 30))),
  seal: sealTrailer,
  run: async (bytes) => {
    await using file = new HeldFile(bytes);
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
