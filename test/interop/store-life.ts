/** Stores as users make them: versions that grow out of each other, single objects, packed now and then. */
import * as fc from 'fast-check';
import { streamOf } from '../../src/flow/byte-stream.ts';
import { type EntryToCommit, fromEntries, type Store } from '../../src/index.ts';
import { noise } from '../arbitraries/contents.ts';

/** One file of the next version. */
export type Change =
  | { readonly kind: 'write'; readonly path: string; readonly sizeBytes: number; readonly seed: number }
  | { readonly kind: 'edit'; readonly path: string; readonly at: number; readonly seed: number }
  | { readonly kind: 'remove'; readonly path: string };

/** One thing that happens to a store. */
export type Event =
  | { readonly kind: 'commit'; readonly changes: readonly Change[] }
  | { readonly kind: 'put'; readonly sizes: readonly number[]; readonly seed: number }
  | { readonly kind: 'repack'; readonly scope: 'geometric' | 'all' };

/** The least that the setting allows: content over it is a list of chunks. */
export const CHUNK_THRESHOLD: number = 2 ** 20;

const PATHS = Array.from(
  { length: 40 },
  (_, number) => `${['', 'lib/', 'lib/deep/'][number % 3]}file-${number}`,
);
const anyPath = (): fc.Arbitrary<string> => fc.constantFrom(...PATHS);
const anySeed = (): fc.Arbitrary<number> => fc.integer({ min: 1, max: 2 ** 30 });
const anySize = (): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.nat(700) },
    { weight: 8, arbitrary: fc.nat(20_000) },
    { weight: 1, arbitrary: fc.integer({ min: 60_000, max: 300_000 }) },
  );
/** Sizes at which forms change: stored or deflated, of headers and of varints, whole or chunks. */
const anyBorderSize = (): fc.Arbitrary<number> =>
  fc.constantFrom(0, 15, 16, 511, 512, 2047, 2048, 65_536, CHUNK_THRESHOLD, CHUNK_THRESHOLD + 1, 1_500_000);

const anyChange = (): fc.Arbitrary<Change> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('write' as const),
        path: anyPath(),
        sizeBytes: fc.oneof({ weight: 12, arbitrary: anySize() }, { weight: 1, arbitrary: anyBorderSize() }),
        seed: anySeed(),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('edit' as const),
        path: anyPath(),
        at: fc.nat(),
        seed: anySeed(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), path: anyPath() }) },
  );

const anyEvent = (): fc.Arbitrary<Event> =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('commit' as const),
        changes: fc.array(anyChange(), { minLength: 1, maxLength: 60, size: 'max' }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('put' as const),
        sizes: fc.array(fc.nat(4_000), { minLength: 1, maxLength: 3 }),
        seed: anySeed(),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('repack' as const),
        scope: fc.constantFrom('geometric' as const, 'all' as const),
      }),
    },
  );

/** What happens to one store, in order. */
export const anyLife = (): fc.Arbitrary<Event[]> => fc.array(anyEvent(), { minLength: 2, maxLength: 10 });

/** A short life in which content comes to lie in every form: loose, whole, as a delta and as a list of chunks. */
export const EVERY_FORM: readonly Event[] = [
  {
    kind: 'commit',
    changes: PATHS.map((path, at) => ({ kind: 'write', path, sizeBytes: 9_000, seed: 4 * at + 1 })),
  },
  { kind: 'commit', changes: PATHS.map((path, at) => ({ kind: 'edit', path, at: 700 * at, seed: at + 1 })) },
  { kind: 'commit', changes: [{ kind: 'write', path: 'large', sizeBytes: 1_500_000, seed: 4 }] },
  { kind: 'repack', scope: 'all' },
  { kind: 'put', sizes: [0, 100, 5_000], seed: 9 },
];

/** Makes all of it happen; every commit is of the label `line`. */
export async function live(store: Store, life: readonly Event[]): Promise<void> {
  const files = new Map<string, Uint8Array>([['first', contentOf(3_000, 1)]]);
  for (const event of life) {
    switch (event.kind) {
      case 'commit':
        for (const change of event.changes) apply(files, change);
        await store.commit('line', fromEntries(Array.from(files, asEntry)));
        break;
      case 'put':
        for (const [index, size] of event.sizes.entries())
          await store.put(contentOf(size, event.seed + index));
        break;
      case 'repack':
        await store.repack({ scope: event.scope });
        break;
    }
    await store.flush();
  }
}

/** Long content comes as a stream, as that of a file does: only then it is cut into chunks. */
function asEntry([path, content]: [string, Uint8Array]): EntryToCommit {
  return { path, content: content.length > CHUNK_THRESHOLD ? streamOf(content) : content };
}

function apply(files: Map<string, Uint8Array>, change: Change): void {
  const before = files.get(change.path);
  switch (change.kind) {
    case 'write':
      files.set(change.path, contentOf(change.sizeBytes, change.seed));
      break;
    case 'edit':
      files.set(change.path, edited(before ?? contentOf(5_000, change.seed), change));
      break;
    case 'remove':
      if (files.size > 1) files.delete(change.path);
      break;
  }
}

/** Some bytes replaced by fewer or more. */
function edited(
  content: Uint8Array,
  { at, seed }: { readonly at: number; readonly seed: number },
): Uint8Array {
  const from = at % (content.length + 1);
  const inserted = contentOf(seed % 200, seed);
  return new Uint8Array(
    Buffer.concat([content.subarray(0, from), inserted, content.subarray(from + (seed % 90))]),
  );
}

/** Words by chance, or, of one seed in four, bytes that nothing compresses. */
function contentOf(sizeBytes: number, seed: number): Uint8Array {
  const chance = noise(sizeBytes, seed);
  if (seed % 4 === 0) return chance;
  const words = Array.from(
    { length: 64 },
    (_, number) => `${((number + seed) * 2_654_435_761).toString(36)} `,
  );
  const text: string[] = [];
  for (let length = 0, next = 0; length < sizeBytes; next++) {
    const word = words[chance[next]! % 64]!;
    text.push(word);
    length += word.length;
  }
  return new TextEncoder().encode(text.join('').slice(0, sizeBytes));
}
