/** The few contents that a store is filled with, so that the same ones are put, lost and found again and again. */
import { hashBytes } from '../../../src/hash/hasher.ts';
import type { ObjectId } from '../../../src/hash/object-id.ts';
import { noise } from '../../noise.ts';

export interface Content {
  readonly id: ObjectId;
  readonly bytes: Uint8Array;
}

/** Bytes that are something else, too: a tree of nothing, and what begins like a snapshot. */
const AMBIGUOUS = ['', 'tree 1\n', 'snapshot 1\n'];
const TEXT_LINES = 40;
/** Over the least threshold of 1 MiB from which content is stored in chunks. */
const LONG_BYTES: number = 2 ** 20 + 100_000;

/** @param size `long`: some are so long that they are stored in chunks, and share some of them */
export function makeContents(size: 'short' | 'long'): readonly Content[] {
  const texts = Array.from({ length: 12 }, (_, version) => textOf(version));
  const random = [1, 2, 3, 4].map((seed) => noise(seed)(seed * 900));
  const all = [
    ...AMBIGUOUS,
    'a',
    'b',
    'short',
    ...texts,
    'x'.repeat(20_000),
    ...random,
    ...(size === 'long' ? longOnes() : []),
  ];
  return all.map((value) => {
    const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    return { id: hashBytes(bytes), bytes };
  });
}

/** Whether some object that nobody put as content may have the same bytes. */
export function isAmbiguous({ bytes }: Content): boolean {
  return AMBIGUOUS.includes(Buffer.from(bytes).toString('latin1'));
}

/** Lines of which each version has one other. */
function textOf(version: number): string {
  return Array.from(
    { length: TEXT_LINES },
    (_, line) => `line ${line} of ${line === version ? version : 'all'}`,
  ).join('\n');
}

function longOnes(): Uint8Array[] {
  const first = noise(11)(LONG_BYTES);
  const second = Buffer.concat([first.subarray(0, 300_000), noise(12)(500), first.subarray(300_000)]);
  return [first, second];
}
