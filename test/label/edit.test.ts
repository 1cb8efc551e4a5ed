/** What is asked of a label before the work whose result it is to name. */
import { describe, expect, test } from 'vitest';
import { checkMovable } from '../../src/label/edit.ts';
import type { Label } from '../../src/label/label.ts';
import { id, name } from './label-folder.ts';

const open: Label = { name: name('a'), id: id(1), isProtected: false, keep: { kind: 'all' } };
const any = { name: open.name, expect: { kind: 'any' } } as const;

describe('checkMovable()', () => {
  test('lets an open label be moved, and one be made', () => {
    checkMovable(open, any);
    checkMovable(undefined, any);
    checkMovable(open, { ...any, expect: { kind: 'id', id: id(1) } });
  });

  test('refuses a protected label, unless forced', () => {
    const closed = { ...open, isProtected: true };
    expect(() => checkMovable(closed, any)).toThrow(expect.objectContaining({ code: 'LABEL_PROTECTED' }));
    checkMovable(closed, { ...any, force: true });
  });

  test.each([
    ['absent', open, { kind: 'absent' }, 'LABEL_MOVED'],
    ['present', undefined, { kind: 'present' }, 'LABEL_NOT_FOUND'],
    ['at another id', open, { kind: 'id', id: id(2) }, 'LABEL_MOVED'],
  ] as const)('refuses a label that is expected to be %s and is not', (_, label, expectation, code) => {
    expect(() => checkMovable(label, { ...any, expect: expectation })).toThrow(
      expect.objectContaining({ code }),
    );
  });
});
