import { expect, test } from 'vitest';
import { runCases } from './case.ts';

const open = async (): Promise<AsyncDisposable> => ({ [Symbol.asyncDispose]: async () => {} });

runCases(
  [
    { title: 'a case that holds passes', run: async () => {} },
    {
      title: 'a case that is known to fail is waived',
      run: async () => {
        throw new Error('known');
      },
    },
    {
      title: 'a case that does not apply is skipped with its reason',
      skipIf: () => 'it never applies',
      run: async () => {
        throw new Error('it ran');
      },
    },
  ],
  open,
  [{ case: 'a case that is known to fail is waived', reason: 'to show it' }],
);

test('runCases() refuses a waiver for a case that is not there', () => {
  expect(() => runCases([], open, [{ case: 'gone', reason: 'none' }])).toThrow(/unknown case: 'gone'/);
});
