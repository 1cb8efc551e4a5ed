/** A folder of 5,000 files whose names and kinds are all that a file system allows: it comes back as it was. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { cas, freshFolder, freshStore } from './cas-process.ts';

const FILES = 5000;
const NAMES = [
  'plain.txt',
  'with space',
  'new\nline',
  'tab\tand "quotes"',
  '-rf',
  '💾 emoji ✅',
  'ünïcödé',
  'u\u0308 decomposed',
  '%41 escape',
  'back\\slash',
  'C:drive',
  '\u202Ereversed',
  '\u001b[31mred',
  'long-'.padEnd(250, 'x'),
];
const INVALID = [
  Buffer.from([0x66, 0xff, 0x6f]),
  Buffer.from([0x66, 0xfe, 0x6f]),
  Buffer.from([0xed, 0xa0, 0x80]),
];

let folder: string;
let source: string;
let before: string[];

/** One line for each path below `root`: what it is, its name in hex, and a hash of what is in it. */
function survey(root: string): string[] {
  const lines: string[] = [];
  const visit = (path: Buffer, shown: string): void => {
    for (const name of readdirSync(path, { encoding: 'buffer' })) {
      const inner = Buffer.concat([path, Buffer.from('/'), name]);
      const at = `${shown}/${name.toString('hex')}`;
      const stat = lstatSync(inner);
      if (stat.isDirectory()) {
        lines.push(`folder ${at}`);
        visit(inner, at);
      } else if (stat.isSymbolicLink()) {
        lines.push(`symlink ${at} ${readlinkSync(inner, { encoding: 'buffer' }).toString('hex')}`);
      } else {
        const hash = createHash('sha256').update(readFileSync(inner)).digest('hex');
        lines.push(`${(stat.mode & 0o111) === 0 ? 'file' : 'executable'} ${at} ${hash}`);
      }
    }
  };
  visit(Buffer.from(root), '');
  return lines.sort();
}

function makeFolder(root: string): void {
  const at = (...names: (string | Buffer)[]): Buffer =>
    Buffer.concat([Buffer.from(root), ...names.flatMap((name) => [Buffer.from('/'), Buffer.from(name)])]);
  for (let number = 0; number < 40; number++) mkdirSync(at(`folder ${number}`));
  for (let number = 0; number < FILES; number++) {
    const name = NAMES[number % NAMES.length]!.slice(0, 250 - 5) + number;
    const path = at(`folder ${number % 40}`, name);
    writeFileSync(path, number % 7 === 0 ? '' : `content of ${number % 3000}\n`.repeat(number % 50));
    if (number % 11 === 0) chmodSync(path, 0o755);
  }
  for (const name of INVALID) writeFileSync(at(name), name);
  mkdirSync(at('empty'));
  mkdirSync(at('deep'));
  mkdirSync(at('deep', INVALID[0]!));
  mkdirSync(at('deep', INVALID[0]!, 'empty'));
  symlinkSync('plain.txt0', at('folder 0', 'link'));
  symlinkSync('/nowhere/at/all', at('dangling'));
  symlinkSync(INVALID[1]!, at('invalid link'));
  symlinkSync('../'.repeat(40), at('link out'));
}

beforeAll(async () => {
  folder = await freshStore();
  source = join(folder, 'source');
  mkdirSync(source);
  makeFolder(source);
  before = survey(source);
  expect((await cas(['commit', 'set', source], { cwd: folder })).code).toBe(0);
  expect((await cas(['export', 'set', '-o', 'set.tar'], { cwd: folder })).code).toBe(0);
});

test('the folder has what this is about', () => {
  expect(before.filter((line) => /^(file|executable)/.test(line)).length).toBe(FILES + INVALID.length);
  for (const name of INVALID) expect(before.join('\n')).toContain(`/${name.toString('hex')}`);
});

const PYTHON = 'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])';
const readers: readonly (readonly [tool: string, args: (tar: string, to: string) => string[]])[] = [
  ['tar', (tar, to) => ['xf', tar, '-C', to]],
  ['bsdtar', (tar, to) => ['-xf', tar, '-C', to]],
  ['python3', (tar, to) => ['-c', PYTHON, tar, to]],
];

test.each(readers)('comes back identical from the tar as %s reads it', (tool, args) => {
  const isThere = spawnSync(tool, ['--version']).status === 0;
  if (!isThere && process.env['CI']) throw new Error(`${tool} is missing`);
  if (!isThere) return;
  const to = freshFolder();
  const { status, stderr } = spawnSync(tool, args(join(folder, 'set.tar'), to), {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', PYTHONUTF8: '1' },
  });
  expect([status, stderr]).toEqual([0, '']);
  expect(survey(to)).toEqual(before);
});

test('comes back identical from --format dir, and verifies', async () => {
  const to = join(freshFolder(), 'out');
  expect((await cas(['export', 'set', '--format', 'dir', '-o', to], { cwd: folder })).code).toBe(0);
  expect(survey(to)).toEqual(before);
  for (const target of [to, 'set.tar', source]) {
    expect(await cas(['verify', 'set', target], { cwd: folder })).toMatchObject({ code: 0 });
  }
});

test('comes to the same set from its tar', async () => {
  const { stdout } = await cas(['commit', 'again', '--tar', 'set.tar'], { cwd: folder });
  expect(stdout).toMatch(/^sha256:[0-9a-f]{64}\n$/);
  expect((await cas(['diff', 'set', 'again', '--exit-code'], { cwd: folder })).code).toBe(0);
});
