/** What the examples of packs in docs/format.md mean, and their meanings encoded again. */
import { expect } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { formatHex } from '../../src/bytes/hex.ts';
import { decodeText, encodeText } from '../../src/bytes/text.ts';
import { objectIdFromBytes } from '../../src/hash/object-id.ts';
import { writeChecksum } from '../../src/pack/checksum.ts';
import { decodeChunkList, encodeChunkList } from '../../src/pack/chunk-list.ts';
import { applyDelta } from '../../src/pack/delta.ts';
import { isDelta } from '../../src/pack/entry-header.ts';
import { encodeIdx, Idx } from '../../src/pack/idx.ts';
import { encodeMeta, Meta } from '../../src/pack/meta.ts';
import { encodePackHeader } from '../../src/pack/pack-header.ts';
import { decodePackList, encodePackList, packNameOf } from '../../src/pack/pack-list.ts';
import { type ScannedEntry, scanPack } from '../../src/pack/scan-pack.ts';
import { encodeDelta, sortedRows } from '../arbitraries/packs.ts';
import type { Reading } from '../format-examples.ts';
import { rawEntry } from '../packs/pack-maker.ts';

const hexOf = (crc: number): string => crc.toString(16).padStart(8, '0');
const rowNumbers = (count: number): number[] => Array.from({ length: count }, (_, row) => row);

export const packReadings: Readonly<Record<string, (bytes: Uint8Array) => Reading | Promise<Reading>>> = {
  pack: async (bytes) => {
    const read = async (at: number, length: number): Promise<Uint8Array> => bytes.subarray(at, at + length);
    const scanned: ScannedEntry[] = [];
    for await (const entry of scanPack(read, bytes.length)) scanned.push(entry);
    const entries = scanned.map(({ offset, header, crc }) => ({
      offset,
      type: header.type,
      ...(isDelta(header.type) && { base: offset - header.baseDistance }),
      size: header.sizeBytes,
      crc32: hexOf(crc),
    }));
    const written = scanned.map(({ header, content }) => rawEntry(header, content!, 0));
    const again = concatBytes([encodePackHeader(scanned.length), ...written, new Uint8Array(32)]);
    writeChecksum(again);
    return [{ name: packNameOf(again.subarray(-32)), entries }, again];
  },

  delta: (bytes) => {
    const base = encodeText('hello\n');
    const result = applyDelta(base, bytes, 100);
    const copy = (size: number) => ({ kind: 'copy', offset: 0, size }) as const;
    const steps = [copy(6), copy(5), { kind: 'insert', bytes: encodeText(', ') }, copy(6)] as const;
    const again = encodeDelta(steps, { baseBytes: base.length, resultBytes: result.length });
    return [{ base: decodeText(base), result: decodeText(result) }, again];
  },

  idx: (bytes) => {
    const idx = Idx.decode(bytes);
    const rows = rowNumbers(idx.count).map((row) => ({
      id: idx.idAt(row),
      offset: idx.offsetAt(row),
      crc: idx.crcAt(row),
    }));
    const meaning = {
      pack: formatHex(idx.packTrailer),
      rows: rows.map(({ id, offset, crc }) => ({ id: objectIdFromBytes(id), offset, crc32: hexOf(crc) })),
    };
    const again = sortedRows(rows.map((row) => ({ ...row, sizeBytes: 0, contentCrc: 0 })));
    return [meaning, encodeIdx(again, idx.packTrailer)];
  },

  meta: (bytes) => {
    const meta = Meta.decode(bytes);
    const rows = rowNumbers(meta.count).map((row) => ({
      sizeBytes: meta.sizeAt(row),
      contentCrc: meta.contentCrcAt(row),
    }));
    const meaning = {
      pack: formatHex(meta.packTrailer),
      rows: rows.map(({ sizeBytes, contentCrc }) => ({ size: sizeBytes, crc32: hexOf(contentCrc) })),
    };
    const again = rows.map((row, at) => ({ ...row, id: new Uint8Array(32).fill(at), offset: 0, crc: 0 }));
    return [meaning, encodeMeta(sortedRows(again), meta.packTrailer)];
  },

  'chunk-list': (bytes) => {
    const list = decodeChunkList(bytes, bytes.subarray(0, 32));
    const chunks = Array.from(list.chunks, ({ id, sizeBytes }) => ({
      id: objectIdFromBytes(id),
      size: sizeBytes,
    }));
    return [{ id: objectIdFromBytes(list.id), size: list.sizeBytes, chunks }, encodeChunkList(list)];
  },

  'pack-list': (bytes) => {
    const names = decodePackList(bytes);
    expect(names).not.toEqual([]);
    return [names, encodePackList(names)];
  },
};
