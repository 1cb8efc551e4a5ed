/** What tries mutants on the tests: its lists are of files that there are, and it runs tests as vitest does. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { freshModules } from '../../torture/mutants/fresh-modules.mjs';
import { ROOMS } from '../../torture/mutants/rooms.mjs';
import { isInShare } from '../../torture/mutants/share.mjs';
import { TestSuite } from '../../torture/mutants/test-suite.mjs';

/** The tests of a file, with modules of their own. */
function suiteOf(path: string): TestSuite {
  const suite = new TestSuite();
  const load = freshModules({ vitest: suite.face });
  suite.declare(path, () => load(resolve(path)));
  return suite;
}

async function failuresOf(suite: TestSuite): Promise<unknown[]> {
  const failures = [];
  for (const each of suite.tests) failures.push(await suite.run(each));
  await suite.close();
  return failures.filter((failure) => failure !== undefined);
}

test.each(Object.entries(ROOMS))('all that the room %s lists is there', (_, { sources, tests }) => {
  expect([...sources, ...tests].filter((path) => !existsSync(path))).toEqual([]);
});

test('every mutant is in one share of three', () => {
  const [start, end] = [
    { line: 1, column: 2 },
    { line: 3, column: 4 },
  ];
  for (let count = 0; count < 100; count++) {
    const mutant = { fileName: '/any/src/label/edit.ts', location: { start, end }, replacement: `${count}` };
    expect(['1/3', '2/3', '3/3'].filter((share) => isInShare(mutant, share))).toHaveLength(1);
    expect(isInShare(mutant)).toBe(true);
  }
});

test('tests pass there too, again and again', async () => {
  for (let time = 0; time < 2; time++) {
    const suite = suiteOf('test/label/edit.test.ts');
    expect(suite.tests.length).toBeGreaterThan(7);
    expect(await failuresOf(suite)).toEqual([]);
  }
});

test('hooks, rows, conditions, errors and what a test leaves behind are dealt with', async () => {
  const told: unknown[] = [];
  const suite = new TestSuite();
  const { test, describe, beforeAll, beforeEach, afterEach, afterAll, onTestFinished } = suite.face;
  suite.declare('all', () => {
    beforeAll(() => told.push('open'));
    beforeEach(() => told.push('before'));
    afterEach(() => told.push('after'));
    afterAll(() => told.push('close'));
    describe('rows', () => {
      test.each([[1, 2], 3])('%s', (...given: unknown[]) => told.push(given));
      test.for([[1, 2]])('%s', (given: unknown) => told.push(given));
    });
    test.skipIf(true)('no', () => told.push('never'));
    test('skips', ({ skip }: { skip: () => void }) => (skip(), told.push('never')));
    test('fails', () => {
      onTestFinished(() => told.push('finished'));
      throw new Error('as it should');
    });
  });
  expect(await failuresOf(suite)).toEqual([new Error('as it should')]);
  const around = (...work: unknown[]): unknown[] => ['before', ...work, 'after'];
  expect(told).toEqual([
    'open',
    ...[around([1, 2]), around([3]), around([1, 2]), around(), around()].flat(),
    'finished',
    'close',
  ]);
});
