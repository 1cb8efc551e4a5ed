/** Arbitrary parts of packs: rows, headers of entries, delta programs, lists of chunks. */
import * as fc from 'fast-check';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeVarint } from '../../src/bytes/varint.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { bytesOfId } from '../../src/hash/object-id.ts';
import type { Chunk, ChunkList } from '../../src/pack/chunk-list.ts';
import { ENTRY, type EntryHeaderFields } from '../../src/pack/entry-header.ts';
import { type PackRow, PackRows, type SortedRows } from '../../src/pack/pack-rows.ts';
import { anyBytes } from './bytes.ts';

/** Sizes from nothing to 2^53-1, all magnitudes alike, and those where an encoding grows by a byte. */
export const anySize = (max: number = Number.MAX_SAFE_INTEGER): fc.Arbitrary<number> =>
  fc
    .tuple(fc.integer({ min: 0, max: 53 }), fc.maxSafeNat(), fc.integer({ min: -2, max: 2 }))
    .map(([bits, value, near]) => (value % 3 === 0 ? 2 ** bits + near : value % 2 ** bits))
    .map((size) => Math.min(Math.max(size, 0), max));

export const anyCrc = (): fc.Arbitrary<number> => fc.integer({ min: 0, max: 0xffffffff });

/** Ids that share beginnings more often than hashes do. */
export const anyId = (): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    fc.uint8Array({ minLength: 32, maxLength: 32 }),
    fc
      .tuple(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.integer({ min: 0, max: 31 }), fc.nat(255))
      .map(([fill, at, byte]) => new Uint8Array(32).fill(fill).fill(byte, at, at + 1)),
  );

const byHex = (id: Uint8Array): string => Buffer.from(id).toString('hex');

/** Rows with ids and offsets that are each there once. @param maxOffset of an entry */
export const anyRows = (maxOffset: number = 2 ** 40, maxLength = 40): fc.Arbitrary<PackRow[]> =>
  fc
    .tuple(
      fc.uniqueArray(anyId(), { selector: byHex, maxLength }),
      fc.uniqueArray(
        anySize(maxOffset).filter((offset) => offset >= 12),
        { maxLength },
      ),
      fc.array(fc.tuple(anyCrc(), anySize(), anyCrc()), { minLength: maxLength, maxLength }),
    )
    .map(([ids, offsets, rest]) =>
      ids.slice(0, offsets.length).map((id, at) => {
        const [crc, sizeBytes, contentCrc] = rest[at]!;
        return { id, offset: offsets[at]!, crc, sizeBytes, contentCrc };
      }),
    );

export function sortedRows(rows: readonly PackRow[]): SortedRows {
  const columns = new PackRows();
  for (const row of rows) columns.add(row);
  return columns.sorted();
}

export const anyEntryHeader = (): fc.Arbitrary<EntryHeaderFields> =>
  fc.oneof(
    fc.record({
      type: fc.constantFrom(ENTRY.commit, ENTRY.tree, ENTRY.blob, ENTRY.chunkList),
      sizeBytes: anySize(),
    }),
    fc.record({
      type: fc.constant(ENTRY.offsetDelta),
      sizeBytes: anySize(),
      baseDistance: anySize().map((distance) => Math.max(distance, 1)),
    }),
    fc.record({ type: fc.constant(ENTRY.idDelta), sizeBytes: anySize(), baseId: anyId() }),
  );

/** What a program is made of. */
export type DeltaStep =
  | { readonly kind: 'copy'; readonly offset: number; readonly size: number }
  | { readonly kind: 'insert'; readonly bytes: Uint8Array };

/** The program of these steps, whatever they do. @param sizes that the program claims */
export function encodeDelta(
  steps: readonly DeltaStep[],
  sizes: { readonly baseBytes: number; readonly resultBytes: number },
): Uint8Array {
  return concatBytes([
    encodeVarint(sizes.baseBytes),
    encodeVarint(sizes.resultBytes),
    ...steps.map((step) => (step.kind === 'copy' ? encodeCopy(step) : encodeInsert(step.bytes))),
  ]);
}

/** @param size 1 to 2^24-1; 65,536 is written as no size at all */
function encodeCopy({ offset, size }: { readonly offset: number; readonly size: number }): Uint8Array {
  const parts = [0, 8, 16, 24].map((shift) => (offset >>> shift) & 0xff);
  if (size !== 0x10000) parts.push(...[0, 8, 16].map((shift) => (size >>> shift) & 0xff));
  const mask = parts.reduce((bits, part, at) => bits | (part === 0 ? 0 : 1 << at), 0x80);
  return Uint8Array.from([mask, ...parts.filter((part) => part !== 0)]);
}

function encodeInsert(bytes: Uint8Array): Uint8Array {
  return concatBytes([Uint8Array.of(bytes.length), bytes]);
}

/** What these steps make of a base, told in another way than programs are run. */
export function resultOf(base: Uint8Array, steps: readonly DeltaStep[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(
      steps.map((step) =>
        step.kind === 'copy' ? base.subarray(step.offset, step.offset + step.size) : step.bytes,
      ),
    ),
  );
}

/** A base and steps that can be taken with it; the base is long enough for sizes and offsets of three bytes. */
export const anyDelta = (): fc.Arbitrary<{ readonly base: Uint8Array; readonly steps: DeltaStep[] }> =>
  fc
    .tuple(
      anyBytes(40),
      fc.constantFrom(1, 3, 7000),
      fc.array(
        fc.oneof(fc.tuple(fc.nat(), fc.nat(), fc.boolean()), fc.uint8Array({ minLength: 1, maxLength: 127 })),
        {
          maxLength: 12,
        },
      ),
    )
    .map(([pattern, times, choices]) => {
      const base = concatBytes(Array.from({ length: times }, () => pattern));
      const steps = choices.flatMap((choice) => stepOf(choice, base.length));
      return { base, steps };
    });

function stepOf(choice: Uint8Array | [number, number, boolean], baseBytes: number): DeltaStep[] {
  if (choice instanceof Uint8Array) return [{ kind: 'insert', bytes: choice }];
  if (baseBytes === 0) return [];
  const [at, length, isWide] = choice;
  const offset = at % baseBytes;
  const room = Math.min(baseBytes - offset, 0xffffff);
  const size = isWide && room >= 0x10000 ? 0x10000 : 1 + (length % room);
  return [{ kind: 'copy', offset, size }];
}

export const anyChunkList = (): fc.Arbitrary<ChunkList> =>
  fc
    .array(fc.record({ id: anyId(), sizeBytes: fc.integer({ min: 1, max: 0xffffffff }) }), {
      minLength: 2,
      maxLength: 12,
    })
    .map((chunks: Chunk[]) => ({
      id: bytesOfId(hashBytes(concatBytes(chunks.map((chunk) => chunk.id)))),
      sizeBytes: chunks.reduce((sum, chunk) => sum + chunk.sizeBytes, 0),
      chunks,
    }));
