/** Arbitrary snapshots, whose ids are of no real objects. */
import * as fc from 'fast-check';
import type { Author, Snapshot } from '../../src/object/snapshot.ts';
import { MAX_TIME_SECONDS, MIN_TIME_SECONDS } from '../../src/object/timestamp.ts';
import { anyLine, anyText } from './bytes.ts';
import { anyObjectId } from './trees.ts';

/** Any second that a store can write, with the years of real clocks more often than the others. */
export const anyTimeSeconds = (): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min: MIN_TIME_SECONDS, max: MAX_TIME_SECONDS }),
    fc.integer({ min: 0, max: 2 ** 32 }),
    fc.constantFrom(MIN_TIME_SECONDS, -1, 0, MAX_TIME_SECONDS),
  );

export const anyAuthor = (): fc.Arbitrary<Author> =>
  fc
    .record({ name: anyLine(), mail: anyLine() })
    .map(({ name, mail }) => ({ name: name.replace(/[<>]/g, '·').trim(), mail: mail.replace(/[<>]/g, '·') }))
    .filter(({ name }) => name !== '');

export const anyHeaders = (): fc.Arbitrary<ReadonlyMap<string, string>> =>
  fc
    .array(fc.tuple(fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/), anyLine()), { maxLength: 4 })
    .map((pairs) => new Map(pairs.map(([key, value]) => [`x-${key}`, value])));

export const anySnapshot = (): fc.Arbitrary<Snapshot> =>
  fc.record(
    {
      tree: anyObjectId(),
      parents: fc.array(anyObjectId(), { maxLength: 3 }),
      timeSeconds: anyTimeSeconds(),
      author: anyAuthor(),
      headers: anyHeaders(),
      message: fc.oneof(anyText(), fc.constantFrom('', '\n', '\n\n', 'one line\n', 'tree of\n\n\nwords')),
    },
    { requiredKeys: ['tree', 'parents', 'timeSeconds', 'headers', 'message'] },
  );
