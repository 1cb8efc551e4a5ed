/**
 * Runs tests for Stryker in its own process, with modules made anew for every mutant: a mutant takes the time of the
 * tests that it is tried on, and no more. What else Stryker asks for here is whether a place is to be mutated at all.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { freshModules } from './fresh-modules.mjs';
import { isInShare } from './share.mjs';
import { TestSuite } from './test-suite.mjs';

/** @typedef {import('./test-suite.mjs').Test} Test */

const { MUTANT_TESTS = '', MUTANT_TITLES = '', MUTANT_SHARE } = process.env;
/** Tests that fail without any mutant, one id a line: such as those that ask for what is not among the copied files. */
const LEFT_OUT = 'left-out.txt';
const [PASSED, FAILED] = [0, 1];

/** What the mutated sources look at. @type {Record<string, any>} */
const switchboard = Reflect.get(globalThis, '__stryker__') ?? {};
Reflect.set(globalThis, '__stryker__', switchboard);

// What is left over from one mutant is no news of the next.
process.on('unhandledRejection', () => undefined);
process.on('uncaughtException', () => undefined);

// A machine that is busy is no mutant: time passes more slowly for what tests time.
const now = performance.now.bind(performance);
performance.now = () => now() / 5;

function declareAll() {
  const suite = new TestSuite();
  const load = freshModules({ vitest: suite.face });
  for (const path of MUTANT_TESTS.split(' ')) suite.declare(path, () => load(resolve(path)));
  const titles = new RegExp(MUTANT_TITLES);
  suite.tests = suite.tests.filter(({ id }) => titles.test(id));
  return suite;
}

class TestRunner {
  capabilities() {
    return { reloadEnvironment: true };
  }

  /** Runs everything once, and notes which test comes by which mutant. */
  async dryRun() {
    Object.assign(switchboard, { activeMutant: undefined, currentTestId: undefined, hitLimit: undefined });
    const suite = declareAll();
    const results = [];
    for (const test of suite.tests) {
      switchboard.currentTestId = test.id;
      results.push(await runOne(suite, test));
    }
    switchboard.currentTestId = undefined;
    await suite.close();
    const leftOut = results.filter(({ status }) => status === FAILED);
    writeFileSync(LEFT_OUT, leftOut.map(({ id }) => `${id}\n`).join(''));
    const tests = results.filter(({ status }) => status === PASSED);
    return { status: 'complete', tests, mutantCoverage: switchboard.mutantCoverage };
  }

  /**
   * @param {object} options
   * @param {import('./share.mjs').Mutant & { id: string }} options.activeMutant
   * @param {readonly string[]} [options.testFilter] ids of tests. All, if left out
   * @param {number} [options.hitLimit] a mutant that is come by more often goes on for ever
   * @param {'static' | 'runtime'} options.mutantActivation whether modules are to see it when they are loaded
   */
  async mutantRun({ activeMutant, testFilter, hitLimit, mutantActivation }) {
    if (!isInShare(activeMutant, MUTANT_SHARE)) return { status: 'error', errorMessage: 'not in this share' };
    const { id } = activeMutant;
    const first = mutantActivation === 'static' ? id : undefined;
    Object.assign(switchboard, { activeMutant: first, hitCount: 0, hitLimit });
    try {
      const suite = declareAll();
      switchboard.activeMutant = id;
      return await tryOn(suite, wantedOf(suite, testFilter));
    } catch (error) {
      return killed('loading', messageOf(error), 0);
    } finally {
      switchboard.activeMutant = undefined;
    }
  }
}

/** @param {TestSuite} suite @param {readonly string[]} [testFilter] */
function wantedOf({ tests }, testFilter) {
  const wanted = testFilter && new Set(testFilter);
  const leftOut = new Set(readFileSync(LEFT_OUT, 'utf8').split('\n'));
  return tests.filter(({ id }) => !leftOut.has(id) && (wanted?.has(id) ?? true));
}

/** @param {TestSuite} suite @param {readonly Test[]} tests */
async function tryOn(suite, tests) {
  try {
    for (const [at, test] of tests.entries()) {
      const { status, failureMessage } = await runOne(suite, test);
      if (switchboard.hitCount > switchboard.hitLimit)
        return { status: 'timeout', reason: 'it goes on for ever' };
      if (status === FAILED) return killed(test.id, failureMessage, at + 1);
    }
    return { status: 'survived', nrOfTests: tests.length };
  } finally {
    await suite.close();
  }
}

/** @param {string} by @param {string | undefined} failureMessage @param {number} nrOfTests */
function killed(by, failureMessage, nrOfTests) {
  return { status: 'killed', killedBy: [by], failureMessage, nrOfTests };
}

/** @param {TestSuite} suite @param {Test} test */
async function runOne(suite, test) {
  const started = now();
  const error = await suite.run(test);
  const { id } = test;
  const timeSpentMs = now() - started;
  const failureMessage = error === undefined ? undefined : messageOf(error);
  return { id, name: id, timeSpentMs, status: error === undefined ? PASSED : FAILED, failureMessage };
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : 'it throws what is no error';
}

/** @typedef {object} Place a node of the syntax tree, as Babel walks it
 * @property {{ type: string }} node
 * @property {any} parent
 * @property {string} [listKey]
 * @property {string | number | null} key
 * @property {any} parentPath */

/**
 * Whether a place holds what an error says to people, which no test should hold word for word: all that a new error is
 * given after its code, and what a call is given that is thrown.
 *
 * @param {Place} place
 */
function isWording({ parent, listKey, key, parentPath }) {
  if (listKey !== 'arguments') return false;
  if (parent.type === 'NewExpression') return key !== 0 && parent.callee.name?.endsWith('Error');
  return parent.type === 'CallExpression' && parentPath.parent.type === 'ThrowStatement';
}

const shouldIgnore = (/** @type {Place} */ place) =>
  isWording(place) ? 'the wording of an error' : undefined;

/** Looked for by Stryker. */
export const strykerPlugins = [
  { kind: 'TestRunner', name: 'in-process', factory: Object.assign(() => new TestRunner(), { inject: [] }) },
  { kind: 'Ignore', name: 'wording', value: { shouldIgnore } },
];
