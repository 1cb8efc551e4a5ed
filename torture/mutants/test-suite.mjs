/** As much of vitest as the tests of the rooms need, for a process that is there already. */
import { expect } from 'vitest';

/** @typedef {(...given: any[]) => any} Work */

/**
 * @typedef {object} Group
 * @property {string} name
 * @property {Group | undefined} parent
 * @property {boolean} isOpen whether what is done once for its tests was done
 * @property {Record<Hook, Work[]>} hooks
 */

/** @typedef {'beforeAll' | 'beforeEach' | 'afterEach' | 'afterAll'} Hook */

/**
 * @typedef {object} Test
 * @property {string} id no other test has it
 * @property {readonly Group[]} groups the outermost first
 * @property {Work} work
 */

const LONGEST_TEST_MS = 20_000;

class Skipped extends Error {}

/** The tests that files declare, with the hooks around them. */
export class TestSuite {
  /** @type {Test[]} */
  tests = [];
  #group = makeGroup('', undefined);
  /** What is to be done once the test that runs is over. @type {Work[]} */
  #ends = [];

  /** What `import … from 'vitest'` gives. */
  get face() {
    /** @param {Hook} kind @returns {(work: Work) => void} */
    const hook = (kind) => (work) => void this.#group.hooks[kind].push(work);
    return {
      expect,
      test: declarer((name, work) => this.#addTest(name, work)),
      describe: declarer((name, work) => this.declare(name, work)),
      beforeAll: hook('beforeAll'),
      beforeEach: hook('beforeEach'),
      afterEach: hook('afterEach'),
      afterAll: hook('afterAll'),
      onTestFinished: (/** @type {Work} */ work) => void this.#ends.push(work),
    };
  }

  /**
   * Tests by a name that theirs begin with.
   *
   * @param {string} name
   * @param {Work} work declares them
   */
  declare(name, work) {
    const parent = this.#group;
    this.#group = makeGroup(`${parent.name} ${name}`.trim(), parent);
    work();
    this.#group = parent;
  }

  /**
   * The error that `test` fails with, `undefined` where it passes or leaves itself out.
   *
   * @param {Test} test
   * @returns {Promise<unknown>}
   */
  async run(test) {
    const error = await failureOf(() => this.#runHooked(test));
    const later = await failureOf(() => this.#finish());
    return error instanceof Skipped ? undefined : (error ?? later);
  }

  /** Undoes what was done once for many tests. */
  async close() {
    for (const group of new Set(this.tests.flatMap(({ groups }) => groups)))
      if (group.isOpen) for (const work of group.hooks.afterAll) await failureOf(work);
  }

  /** @param {Test} test */
  async #runHooked({ groups, work }) {
    for (const group of groups.filter(({ isOpen }) => !isOpen)) {
      group.isOpen = true;
      for (const before of group.hooks.beforeAll) await before();
    }
    const context = { expect, skip, onTestFinished: (/** @type {Work} */ end) => this.#ends.push(end) };
    try {
      for (const { hooks } of groups) for (const before of hooks.beforeEach) await before(context);
      await work(context);
    } finally {
      for (const { hooks } of groups.toReversed()) for (const after of hooks.afterEach) await after(context);
    }
  }

  async #finish() {
    for (const end of this.#ends.splice(0).toReversed()) await end();
  }

  /** @param {string} name @param {Work} work */
  #addTest(name, work) {
    const groups = [];
    for (let group = /** @type {Group | undefined} */ (this.#group); group; group = group.parent)
      groups.unshift(group);
    this.tests.push({ id: `${this.#group.name} > ${name} #${this.tests.length}`, groups, work });
  }
}

/** @param {string} name @param {Group | undefined} parent @returns {Group} */
function makeGroup(name, parent) {
  return {
    name,
    parent,
    isOpen: false,
    hooks: { beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] },
  };
}

/**
 * `test` or `describe`, with its ways to be said of many rows, or not at all.
 *
 * @param {(name: string, work: Work) => void} add
 */
function declarer(add) {
  /** @param {unknown[]} given @returns {any} the function among what a test is declared with */
  const workOf = (given) => given.find((each) => typeof each === 'function');
  /** @type {any} */
  const none = Object.assign(() => undefined, { each: () => () => undefined, for: () => () => undefined });
  const declare = Object.assign(
    (/** @type {string} */ name, /** @type {unknown[]} */ ...given) => {
      add(name, workOf(given));
    },
    {
      each:
        (/** @type {readonly any[]} */ rows) =>
        (/** @type {string} */ name, /** @type {unknown[]} */ ...given) => {
          for (const row of rows) add(name, () => workOf(given)(...(Array.isArray(row) ? row : [row])));
        },
      for:
        (/** @type {readonly any[]} */ rows) =>
        (/** @type {string} */ name, /** @type {unknown[]} */ ...given) => {
          for (const row of rows) add(name, (context) => workOf(given)(row, context));
        },
      skipIf: (/** @type {unknown} */ isLeftOut) => (isLeftOut ? none : declare),
    },
  );
  return declare;
}

/** As `context.skip`: leaves the test out, where there is a condition only if that holds. */
function skip(/** @type {unknown} */ condition = true) {
  if (condition !== false) throw new Skipped();
}

/** @param {Work} work @returns {Promise<unknown>} what it throws, also where it does not end */
async function failureOf(work) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  try {
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error('it takes too long')), LONGEST_TEST_MS);
    });
    await Promise.race([work(), late]);
    return undefined;
  } catch (error) {
    return error ?? new Error('it throws nothing');
  } finally {
    clearTimeout(timer);
  }
}
