/** Names, properties, records, tables and edits of labels. */
import * as fc from 'fast-check';
import { type ObjectId, objectIdFromHex } from '../../src/hash/object-id.ts';
import type { LabelAction, LabelEdit } from '../../src/label/edit.ts';
import { type Keep, MAX_KEEP } from '../../src/label/keep.ts';
import type { Label } from '../../src/label/label.ts';
import { isLabelName, type LabelName, parseLabelName } from '../../src/label/name.ts';
import type { LabelChange, LabelRecord } from '../../src/label/record.ts';
import type { LabelTable } from '../../src/label/table.ts';
import { MAX_TIME_SECONDS, MIN_TIME_SECONDS } from '../../src/object/timestamp.ts';
import { anyText } from './bytes.ts';

/** Legal names of all kinds. */
export const labelNames: fc.Arbitrary<LabelName> = fc
  .array(fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }), { minLength: 1, maxLength: 3 })
  .map((components) => components.join('/').normalize('NFC'))
  .filter(isLabelName);

/** Any text at all, lone surrogates and near misses of names too. */
export const almostNames: fc.Arbitrary<string> = fc.oneof(
  anyText(),
  fc
    .array(
      fc.constantFrom(
        'a',
        'B',
        '.',
        '/',
        '..',
        '@',
        '{',
        '-',
        '.lock',
        '%',
        '41',
        'con',
        'é',
        'e\u0301',
        '\ud800',
      ),
    )
    .map((parts) => parts.join('')),
);

export const objectIds: fc.Arbitrary<ObjectId> = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => objectIdFromHex(Buffer.from(bytes).toString('hex')));

export const keeps: fc.Arbitrary<Keep> = fc.oneof(
  fc.constant<Keep>({ kind: 'all' }),
  fc.nat({ max: MAX_KEEP }).map((count): Keep => ({ kind: 'count', count })),
  fc.nat({ max: MAX_KEEP }).map((days): Keep => ({ kind: 'days', days })),
);

export const labels: fc.Arbitrary<Label> = fc.record({
  name: labelNames,
  id: objectIds,
  isProtected: fc.boolean(),
  keep: keeps,
});

const changes: fc.Arbitrary<LabelChange> = fc
  .record({
    name: labelNames,
    old: fc.option(objectIds, { nil: undefined }),
    new: fc.option(objectIds, { nil: undefined }),
    isProtected: fc.boolean(),
    keep: keeps,
  })
  .filter((change) => change.old !== undefined || change.new !== undefined);

/** Well-formed text with all that has to be escaped. */
const remarks: fc.Arbitrary<string> = fc.oneof(
  anyText(),
  fc
    .array(fc.constantFrom('%', '4', '1', 'F', '\t', '\n', '\0', '\u202e', ' ', 'é', '%25', 'txn 1 '))
    .map((p) => p.join('')),
);

export const records: fc.Arbitrary<LabelRecord> = fc.record({
  n: fc.integer({ min: 1, max: 999_999_999_999_999 }),
  timeSeconds: fc.integer({ min: MIN_TIME_SECONDS, max: MAX_TIME_SECONDS }),
  changes: fc.uniqueArray(changes, { selector: ({ name }) => name, minLength: 1, maxLength: 6 }),
  who: remarks,
  why: remarks,
});

/** Labels in the order of the bytes of their names. */
export const tables: fc.Arbitrary<LabelTable> = fc.record({
  n: fc.integer({ min: 1, max: 999_999_999_999_999 }),
  logOffset: fc.nat({ max: 2 ** 30 }),
  labels: fc
    .uniqueArray(labels, { selector: ({ name }) => name, maxLength: 8 })
    .map((labels) => labels.toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))),
});

/** A few names that meet often, and clash in all ways that names can. */
export const fewNames: fc.Arbitrary<LabelName> = fc
  .constantFrom('a', 'A', 'a/b', 'a/B/c', 'b', 'c', 'c/d', 'ß', 'SS', 'x/y')
  .map(parseLabelName);

/** A few ids, so that expectations hold as often as not. */
export const fewIds: fc.Arbitrary<ObjectId> = fc
  .constantFrom('0', '1', '2')
  .map((digit) => objectIdFromHex(digit.repeat(64)));

const actions: fc.Arbitrary<LabelAction> = fc.oneof(
  { weight: 4, arbitrary: fewIds.map((id): LabelAction => ({ kind: 'set', id })) },
  fc.constant<LabelAction>({ kind: 'delete' }),
  fewNames.map((to): LabelAction => ({ kind: 'rename', to })),
  fc.constantFrom<LabelAction>({ kind: 'protect' }, { kind: 'unprotect' }),
  fc
    .constantFrom<Keep>({ kind: 'all' }, { kind: 'count', count: 0 })
    .map((keep): LabelAction => ({ kind: 'keep', keep })),
);

/** Edits among {@link fewNames}, of which many are refused. */
export const edits: fc.Arbitrary<LabelEdit> = fc.record({
  name: fewNames,
  expect: fc.oneof(
    { weight: 4, arbitrary: fc.constant({ kind: 'any' } as const) },
    fc.constantFrom({ kind: 'absent' } as const, { kind: 'present' } as const),
    fewIds.map((id) => ({ kind: 'id', id }) as const),
  ),
  action: actions,
  force: fc.boolean(),
});
