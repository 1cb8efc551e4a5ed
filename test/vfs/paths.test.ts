/**
 * Paths of every kind, good and bad: a view answers what `node:fs` answers on a copy of the tree on disk.
 *
 * The view shows the copy at the same absolute path, so that `..` and absolute targets lead to the same places. How
 * many paths are tried is set by `FUZZ_PATHS`.
 */
import * as fs from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openViewFs, type ViewFs } from '../../src/vfs/view-fs.ts';
import type { Member } from '../arbitraries/trees.ts';
import { file, folder, program, symlink } from '../view/stored-tree.ts';
import { type PlacedTree, placeTree } from './placed-tree.ts';

const PATHS = Number(process.env['FUZZ_PATHS'] ?? 3000);
const LONG = 'n'.repeat(255);
const MEMBERS: readonly Member[] = [
  symlink('abs', '/'),
  folder('d', [folder('e', [file('f', 'deep')]), symlink('up', '..'), symlink('x', 'e/f')]),
  file('f', 'plain'),
  symlink('gone', 'nowhere/at/all'),
  symlink('l1', 'l2'),
  symlink('l2', 'l1'),
  symlink('link', 'd'),
  file(LONG, 'long'),
  program('runs'),
  symlink('self', '.'),
  symlink('slash', 'd/'),
  symlink('through', 'f/x'),
];
const NAMES = [
  '',
  '.',
  '..',
  'abs',
  'd',
  'e',
  'f',
  'gone',
  'l1',
  'l2',
  'link',
  'runs',
  'self',
  'slash',
  'through',
  'up',
  'x',
  'none',
  LONG,
  `${LONG}n`,
];

let placed: PlacedTree;
let root = '';
let view: ViewFs;

beforeAll(async () => {
  placed = await placeTree(MEMBERS);
  const { store, treeId } = placed;
  root = placed.root;
  view = openViewFs(store, { treeId, timeSeconds: 1 });
});

afterAll(() => placed[Symbol.dispose]());

/** Whole numbers below `end`, the same ones each time. */
function numbers(seed: number): (end: number) => number {
  let state = seed;
  return (end) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * end);
  };
}

function* fuzzedPaths(count: number): Generator<string> {
  const below = numbers(7);
  for (let number = 0; number < count; number++) {
    const length = below(20) === 0 ? below(1200) : below(9);
    const names = Array.from({ length }, () => NAMES[below(NAMES.length)]!);
    const path = `${root}/${names.join(below(15) === 0 ? '//' : '/')}`;
    yield below(60) === 0 ? `${path}\0` : path;
  }
}

type Calls = Pick<
  ViewFs,
  'statSync' | 'lstatSync' | 'readlinkSync' | 'realpathSync' | 'readFileSync' | 'accessSync' | 'existsSync'
>;

/** What can be told of an answer, or of an error. */
function told(call: () => unknown): unknown {
  try {
    const answer = call();
    if (!(answer instanceof fs.Stats)) return answer;
    return {
      kind: answer.mode & fs.constants.S_IFMT,
      executable: answer.isFile() && (answer.mode & 0o111) !== 0,
    };
  } catch (error) {
    const { code, errno, syscall, path, message } = error as NodeJS.ErrnoException;
    return { code, errno, syscall, path, message };
  }
}

const ASKED: Readonly<Record<string, (calls: Calls, path: string) => unknown>> = {
  stat: (calls, path) => calls.statSync(path),
  'stat without a throw': (calls, path) => calls.statSync(path, { throwIfNoEntry: false }),
  lstat: (calls, path) => calls.lstatSync(path),
  readlink: (calls, path) => calls.readlinkSync(path),
  realpath: (calls, path) => calls.realpathSync(path),
  // of what is too long for the kernel every libc says something else
  'native realpath': (calls, path) => (path.length > 4095 ? '' : calls.realpathSync.native(path)),
  readFile: (calls, path) => calls.readFileSync(path, 'utf8'),
  'access to execute': (calls, path) => calls.accessSync(path, fs.constants.X_OK),
  exists: (calls, path) => calls.existsSync(path),
};

test('A view answers as node:fs does on a copy, whatever the path', { timeout: 60_000 + PATHS }, () => {
  let tried = 0;
  for (const path of fuzzedPaths(PATHS)) {
    for (const [name, ask] of Object.entries(ASKED)) {
      const expected = told(() => ask(fs, path));
      const answer = told(() => ask(view, path));
      if (!Object.is(answer, expected))
        expect({ name, path, answer }).toEqual({ name, path, answer: expected });
    }
    tried++;
  }
  expect(tried).toBe(PATHS);
});
