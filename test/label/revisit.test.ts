/** Former values of a label, as far as a log reaches back. */
import { describe, expect, test } from 'vitest';
import type { LabelHistoryEntry } from '../../src/label/history.ts';
import { valueAtTime } from '../../src/label/revisit.ts';
import { id, name } from './label-folder.ts';

const UNKNOWN = { kind: 'unknown' };
const ABSENT = { kind: 'absent' };

function entry(timeSeconds: number, old: number | undefined, now: number | undefined): LabelHistoryEntry {
  const [before, after] = [old, now].map((number) => (number === undefined ? undefined : id(number)));
  const said = { isProtected: false, keep: { kind: 'all' }, who: 'ann', why: 'because' } as const;
  return { n: 1, timeSeconds, name: name('a'), old: before, new: after, ...said };
}

describe('valueAtTime()', () => {
  test('of a label that nothing happened to is what it is, since the log begins', () => {
    const past = { now: id(1), entries: [], sinceSeconds: 100 };
    expect(valueAtTime(past, 99)).toEqual(UNKNOWN);
    expect(valueAtTime(past, 100)).toEqual({ kind: 'id', id: id(1) });
    expect(valueAtTime({ ...past, sinceSeconds: undefined }, 1)).toEqual({ kind: 'id', id: id(1) });
    expect(valueAtTime({ ...past, now: undefined }, 99)).toEqual(ABSENT);
  });

  test('before the first change that the log has is what that one found, since the log begins', () => {
    const past = { now: id(3), entries: [entry(300, 2, 3), entry(200, 1, 2)], sinceSeconds: 100 };
    expect([99, 100, 199, 200, 300].map((seconds) => valueAtTime(past, seconds))).toEqual([
      UNKNOWN,
      ...[1, 1, 2, 3].map((number) => ({ kind: 'id', id: id(number) })),
    ]);
  });

  test('before a label was made is absent, however far the log reaches back', () => {
    const past = { now: id(1), entries: [entry(200, undefined, 1)], sinceSeconds: 100 };
    expect([50, 199].map((seconds) => valueAtTime(past, seconds))).toEqual([ABSENT, ABSENT]);
  });
});
