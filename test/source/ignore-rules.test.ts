/** What is left out, held against git itself. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatName } from '../../src/bytes/text.ts';
import { fromFolder } from '../../src/source/folder.ts';
import { PathRules } from '../../src/tree/path-rules.ts';
import { walkTree } from '../../src/tree/walk.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
let top: string;

beforeAll(async () => {
  workshop = await openWorkshop();
  top = mkdtempSync(join(tmpdir(), 'caskit-ignore-'));
});
afterAll(async () => {
  await workshop[Symbol.asyncDispose]();
  rmSync(top, { recursive: true, force: true });
});

const hasGit = spawnSync('git', ['--version']).status === 0;
if (!hasGit && process.env['CI'] !== undefined) throw new Error('git is missing');

interface Layout {
  /** Paths of files. */
  readonly files: readonly string[];
  /** The lines of the rules file in some folders; `''` is the top. */
  readonly rules: Readonly<Record<string, readonly string[]>>;
  /** Patterns of the caller. */
  readonly exclude: readonly string[];
}

function lay(folder: string, { files, rules }: Layout): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const path of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), '');
  }
  for (const [where, lines] of Object.entries(rules)) {
    mkdirSync(join(folder, where), { recursive: true });
    writeFileSync(join(folder, where, '.casignore'), lines.map((line) => `${line}\n`).join(''));
  }
}

/** The files that git would take, its own configuration left aside. */
function takenByGit(folder: string, exclude: readonly string[]): string[] {
  const options = exclude.map((pattern) => `--exclude=${pattern}`);
  const listed = execFileSync(
    'git',
    [
      `--git-dir=${top}/git/.git`,
      '--work-tree=.',
      'ls-files',
      '-z',
      '--others',
      '--exclude-per-directory=.casignore',
      ...options,
    ],
    {
      cwd: folder,
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' },
      encoding: 'utf8',
    },
  );
  return listed.split('\0').filter(Boolean).sort();
}

async function takenByUs(folder: string, exclude: readonly string[] = []): Promise<string[]> {
  const { root } = await workshop.take(fromFolder(folder, { exclude }));
  const paths: string[] = [];
  for await (const { path, entry } of walkTree(workshop.repository.objects, root.id)) {
    if (entry.kind !== 'folder') paths.push(formatName(path));
  }
  return paths.sort();
}

const NAMES = ['a', 'b', 'build', 'out.o', 'x y', 'A', 'a*', '[a]', '.hidden', '#a', '!a', 'a\\b'];
const PARTS =
  'a b build out.o *.o * ** b* ? [ab] [!a] [a-c] [[:alpha:]] \\* a\\* \\[a] .* *y A x_y x\\_y a\\\\b'
    .split(' ')
    .map((part) => part.replace('_', ' '));
const anyPattern = (): fc.Arbitrary<string> =>
  fc
    .record({
      negated: fc.constantFrom('', '', '!'),
      anchored: fc.constantFrom('', '', '/'),
      parts: fc.array(fc.constantFrom(...PARTS), { minLength: 1, maxLength: 3 }),
      end: fc.constantFrom('', '', '/', ' ', '/*', '/**'),
    })
    .map(({ negated, anchored, parts, end }) => `${negated}${anchored}${parts.join('/')}${end}`);
const anyLine = (): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 12, arbitrary: anyPattern() },
    fc.constantFrom('', '# a', '\\#a', '\\!a', '!', 'a\\', '  ', '!/', '/'),
  );
const anyFolderPath = (): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom('a', 'b', 'build', 'a*', '[a]', 'x y'), { maxLength: 2 })
    .map((names) => names.join('/'));
const anyLayout = (): fc.Arbitrary<Layout> =>
  fc.record({
    files: fc
      .array(fc.tuple(anyFolderPath(), fc.constantFrom(...NAMES)), { minLength: 3, maxLength: 14 })
      .map((pairs) => withoutClashes(pairs.map(([folder, name]) => join(folder, name)))),
    rules: fc
      .array(fc.tuple(anyFolderPath(), fc.array(anyLine(), { maxLength: 4 })), { minLength: 1, maxLength: 3 })
      .map(Object.fromEntries),
    exclude: fc.array(
      anyPattern().map((pattern) => pattern.trimEnd()),
      { maxLength: 2 },
    ), // git trims lines only
  });

/** Paths of which none is a folder of another. */
function withoutClashes(paths: readonly string[]): string[] {
  const folders = new Set(['a', 'b', 'build', 'a*', '[a]', 'x y']);
  return [...new Set(paths)].map((path) => (folders.has(path.split('/').at(-1)!) ? `${path}.file` : path));
}

describe('.casignore files and patterns of the caller', () => {
  test.runIf(hasGit)('leave out what git leaves out, for any rules in any folders', async () => {
    execFileSync('git', ['init', '-q', join(top, 'git')]);
    const folder = join(top, 'set');
    const property = fc.asyncProperty(anyLayout(), async (layout) => {
      lay(folder, layout);
      expect(await takenByUs(folder, layout.exclude)).toEqual(takenByGit(folder, layout.exclude));
    });
    await fc.assert(property, { numRuns: Number(process.env['IGNORE_RUNS'] ?? 30) });
  });

  const overruled: readonly Layout[] = [
    { files: ['a/b/x', 'a/b/y', 'a/c'], rules: { '': ['b'], a: ['!b'] }, exclude: [] },
    { files: ['a/b/x', 'a/b/c/y'], rules: { '': ['b', 'y'], a: ['!b'], 'a/b/c': ['!y'] }, exclude: [] },
    { files: ['b/x', 'b/b/y'], rules: { '': ['b'] }, exclude: ['!b'] },
    { files: ['b/x', 'b/y'], rules: { '': ['b', 'y'] }, exclude: ['!b'] },
    { files: ['a*/x ]/y', 'a*/x', 'ab/x ]'], rules: { '': ['x*'], 'a*': ['!x*'] }, exclude: [] },
    { files: ['a/b/x'], rules: { '': ['/a/*'], a: ['!b/'] }, exclude: ['x', '!a'] },
    {
      files: ['a/b/a/c/a/x', 'a/a/a/x', 'a/b/a/y', 'b/a/a/a/x', 'a/a/a/z/x'],
      rules: { '': ['a/**/a/**/**/x', 'y', '!b/**/a/**/a/**/x', '**/a/**/a/**/z/'], 'a/a': ['!z/'] },
      exclude: ['**/c/**/a/**/x'],
    },
  ];
  test.runIf(hasGit).for(overruled)(
    'let in what a deeper rule lets in, and all in it: %j',
    async (layout) => {
      execFileSync('git', ['init', '-q', join(top, 'git')]);
      const folder = join(top, 'overruled');
      lay(folder, layout);
      const taken = await takenByUs(folder, layout.exclude);
      expect(taken).toEqual(takenByGit(folder, layout.exclude));
    },
  );

  test('leave out folders by a pattern that ends in a slash, and no symlinks to folders', async () => {
    const folder = join(top, 'links');
    lay(folder, { files: ['real/x', 'a/real/y'], rules: { '': ['link/', 'a/real/'] }, exclude: [] });
    symlinkSync('real', join(folder, 'link'));
    expect(await takenByUs(folder)).toEqual(['.casignore', 'link', 'real/x']);
  });

  test('are not asked where they are switched off, and never when they are no file', async () => {
    const folder = join(top, 'off');
    lay(folder, { files: ['a', 'b'], rules: { '': ['a'] }, exclude: [] });
    const { entries } = await workshop.take(fromFolder(folder, { ignoreFiles: 'off' }));
    expect(entries).toBe(3);
    rmSync(join(folder, '.casignore'));
    writeFileSync(join(folder, 'rules'), 'a\n');
    symlinkSync('rules', join(folder, '.casignore'));
    expect(await takenByUs(folder)).toEqual(['.casignore', 'a', 'b', 'rules']);
  });

  test("take 'é' for one character, where git takes it for two bytes", async () => {
    const folder = join(top, 'accents');
    lay(folder, { files: ['é', 'éé', 'e'], rules: { '': ['?', '!e'] }, exclude: [] });
    expect(await takenByUs(folder)).toEqual(['.casignore', 'e', 'éé']);
  });

  test('see U+FFFD where a name is not text', async () => {
    const folder = join(top, 'bytes');
    lay(folder, { files: [], rules: { '': ['a\uFFFD'] }, exclude: [] });
    for (const name of ['a\xff', 'a\xfe', 'b\xff']) {
      writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')]), '');
    }
    expect(await takenByUs(folder)).toEqual(['.casignore', 'b%FF']);
  });

  test('over a megabyte are refused', async () => {
    const folder = join(top, 'long');
    lay(folder, { files: [], rules: { '': ['#'.repeat(2 ** 20)] }, exclude: [] });
    await expect(takenByUs(folder)).rejects.toMatchObject({ code: 'TOO_LARGE' });
  });
});

describe('PathRules', () => {
  test('give the same answers after a hundred thousand others', () => {
    const rules = PathRules.from(['*.o', '!keep.o', 'build/']);
    for (let path = 0; path < 100_000; path++) rules.matches(`f${path}`, 'file');
    expect(rules.matches('a.o', 'file')).toBe(true);
    expect(rules.matches('keep.o', 'file')).toBe(false);
    expect(rules.matches('build', 'folder')).toBe(true);
    expect(rules.matches('build', 'file')).toBe(false);
  });
});
