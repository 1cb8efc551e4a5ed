/** `ls`, `find`, `du`, `show` and `diff`: what a user sees of a set. */
import { spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CasRun, cas, freshFolder } from './cas-process.ts';
import { AWKWARD, AWKWARD_TEXT, filledStore } from './filled-store.ts';

let cwd = '';
beforeAll(async () => {
  cwd = await filledStore();
});

async function run(...args: string[]): Promise<CasRun> {
  const done = await cas(args, { cwd });
  expect(done.stderr).toBe('');
  expect(done.code).toBe(0);
  return done;
}

async function linesOf(...args: string[]): Promise<string[]> {
  return (await run(...args)).stdout.split('\n').slice(0, -1);
}

async function jsonOf(...args: string[]): Promise<unknown[]> {
  return (await linesOf(...args, '--json')).map((line): unknown => JSON.parse(line));
}

async function failure(...args: string[]): Promise<[code: number | null, stderr: string]> {
  const { code, stdout, stderr } = await cas(args, { cwd });
  expect(stdout).toBe('');
  expect(stderr).not.toMatch(/\n {4}at /);
  return [code, stderr];
}

describe('cas ls', () => {
  test('lists a folder, everything below it, or one file', async () => {
    const top = ['a.txt', AWKWARD_TEXT, 'data.bin', 'docs/', 'empty/', 'link', 'run me'];
    expect(await linesOf('ls', 'set/main~1')).toEqual(top);
    const below = ['docs/deep/', 'docs/deep/n.md', 'docs/index.html'];
    expect(await linesOf('ls', '-r', 'set/main~1')).toEqual([...top.slice(0, 4), ...below, ...top.slice(4)]);
    expect(await linesOf('ls', '-r', 'set/main:docs')).toEqual(['deep/', 'deep/n.md', 'index.html']);
    expect(await linesOf('ls', 'set/main:docs/index.html')).toEqual(['index.html']);
  });

  test('tells mode, size, id, target and attributes with -l', async () => {
    expect(await linesOf('ls', '-r', '-l', 'set/main~1')).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^100644 {11}14 [0-9a-f]{12} {2}a\.txt$/),
        expect.stringMatching(/^100755 .* run me$/),
        expect.stringMatching(/^120000 .* link -> a\.txt$/),
        expect.stringMatching(/^040000 {12}8 [0-9a-f]{12} {2}docs\/$/),
        expect.stringMatching(/ docs\/index\.html {2}\[language=en, mediaType=text\/html\]$/),
      ]) as unknown,
    );
  });

  test('picks by attribute and size, and sorts by size', async () => {
    expect(
      await linesOf('ls', '-r', '--where', 'mediaType=text*', '--where', 'language=en', 'set/main~1'),
    ).toEqual(['docs/index.html']);
    expect(await linesOf('ls', '-r', '--where', 'language=fr', 'set/main~1')).toEqual([]);
    expect(await linesOf('ls', '--min-size', '5k', 'set/main~1')).toEqual(['data.bin']);
    expect((await linesOf('ls', '-r', '--sort', 'size', 'set/main~1')).slice(0, 2)).toEqual([
      'data.bin',
      'a.txt',
    ]);
  });

  test('prints the same JSON for equal sets, and nothing but what the set says', async () => {
    const [first] = await jsonOf('ls', '-r', 'set/main');
    expect(first).toEqual({
      path: 'a.txt',
      mode: '100644',
      size: 14,
      id: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown,
      attributes: {},
    });
    expect(await jsonOf('ls', '-r', 'set/main:docs')).toContainEqual(
      expect.objectContaining({ path: 'index.html', attributes: { language: 'de', mediaType: 'text/html' } }),
    );
  });

  test('prints raw names with -z', async () => {
    const { bytes } = await run('ls', '-z', 'set/main');
    expect(bytes.includes(Buffer.concat([AWKWARD, Buffer.alloc(1)]))).toBe(true);
    expect(bytes.includes(0x0a)).toBe(false);
  });

  test('says what is wrong and what to do', async () => {
    expect(await failure('ls', 'nope')).toEqual([
      3,
      "cas: no label or object is named 'nope'\nhint: run 'cas labels' for all labels\n",
    ]);
    expect(await failure('ls', 'set/main:nope')).toEqual([
      3,
      expect.stringContaining("hint: list what is there with 'cas ls set/main'"),
    ]);
    expect(await failure('ls', '--sort', 'age', 'set/main')).toEqual([
      2,
      "cas: cannot sort by 'age'\nhint: write '--sort size' or '--sort name'\n",
    ]);
    expect(await failure('ls', '--min-size', '5x', 'set/main')).toEqual([
      2,
      expect.stringContaining('--min-size 10M'),
    ]);
    expect(await failure('ls', '--where', 'x', 'set/main')).toEqual([
      2,
      expect.stringContaining("'x' is not KEY=GLOB"),
    ]);
  });
});

describe('cas find', () => {
  test('takes a pattern without a slash for any name, and one with a slash for the whole path', async () => {
    expect(await linesOf('find', '*.{md,html}', 'set/main')).toEqual(['docs/deep/n.md', 'docs/index.html']);
    expect(await linesOf('find', 'docs/*', 'set/main')).toEqual(['docs/deep/', 'docs/index.html']);
    expect(await linesOf('find', '**/*.md', 'set/main')).toEqual(['docs/deep/n.md']);
    expect(await linesOf('find', '/new', 'set/main')).toEqual(['new']);
    expect(await linesOf('find', 'nothing', 'set/main')).toEqual([]);
    expect(await failure('find', '[', 'set/main')).toEqual([
      2,
      expect.stringContaining("not a pattern: '['"),
    ]);
  });
});

describe('cas du', () => {
  test('sums up folders, largest first, as deep as it is told', async () => {
    expect(await jsonOf('du', 'set/main~1')).toEqual([
      { path: '.', size: 5038 },
      { path: 'docs', size: 8 },
      { path: 'empty', size: 0 },
    ]);
    expect((await linesOf('du', '-d', '2', '-a', 'set/main~1')).slice(0, 3)).toEqual([
      '  5.04 kB  .',
      '  5.00 kB  data.bin',
      '     14 B  a.txt',
    ]);
    expect(await failure('du', '-d', 'deep', 'set/main')).toEqual([2, expect.stringContaining('--depth 10')]);
  });
});

describe('cas show', () => {
  test('shows a snapshot and what it changed, a stranger’s text made safe', async () => {
    const lines = await linesOf('show', 'set/main');
    expect(lines.slice(1, 5)).toEqual([
      'author   Ann <ann@example.org>',
      'time     2026-01-31T00:01:00Z',
      '',
      '    second %1B[31mred',
    ]);
    expect(lines).toContain('A                 10 B  new');
    expect(lines.at(-1)).toBe('7 changes: 1 added, 5 changed, 1 removed; 5.03 kB before, 6.04 kB after');
  });

  test('shows an entry, an object, and the same as JSON', async () => {
    expect(await jsonOf('show', 'set/main:docs/index.html')).toEqual([
      expect.objectContaining({
        mode: '100644',
        size: 3,
        attributes: { language: 'de', mediaType: 'text/html' },
      }),
    ]);
    expect((await linesOf('show', 'set/main:data.bin'))[1]).toBe('size      6.00 kB (6000 bytes)');
    const [{ id }] = (await jsonOf('show', 'set/main:data.bin')) as [{ id: string }];
    expect(await jsonOf('show', id)).toEqual([expect.objectContaining({ id, size: 6000, form: 'loose' })]);
    expect(await jsonOf('show', 'set/main')).toEqual([
      expect.objectContaining({ changes: { added: 1, changed: 5, removed: 1, renamed: 0 } }),
    ]);
  });
});

describe('cas diff', () => {
  test('lists paths by letters, all of them or below those that are asked for', async () => {
    const all = ['M a.txt', 'M data.bin', 'M docs/index.html', 'D empty/', 'M link', 'A new', 'M run me'];
    expect(await linesOf('diff', 'set/main~1', 'set/main')).toEqual(all);
    expect(await linesOf('diff', 'set/main~1', 'set/main', '--', 'docs', 'ne', './a.txt')).toEqual([
      'M a.txt',
      'M docs/index.html',
    ]);
    expect(await linesOf('diff', 'set/main~1:docs', 'set/main:docs')).toEqual(['M index.html']);
    expect((await run('diff', '-z', 'set/main~1', 'set/main', '--', 'new')).stdout).toBe('A\0new\0');
    expect(await linesOf('diff', '--stat', 'set/main~1', 'set/main', '--', 'a.txt', 'new')).toEqual([
      'M     14 B ->     14 B  a.txt',
      'A                 10 B  new',
      '2 changes: 1 added, 1 changed; 14 B before, 24 B after',
    ]);
  });

  test('exits with 1 for differences only if asked to', async () => {
    expect((await cas(['diff', '--exit-code', 'set/main~1', 'set/main'], { cwd })).code).toBe(1);
    await run('diff', '--exit-code', 'set/main', 'set/main');
  });

  test('-p is a patch that git applies', async () => {
    const { stdout: patch } = await run(
      'diff',
      '-p',
      'set/main~1',
      'set/main',
      '--',
      'a.txt',
      'docs',
      'link',
      'new',
      'run me',
    );
    expect(patch).toContain('-two\n+TWO\n');
    expect(patch).toContain('Attributes of docs/index.html differ: language\n');
    const folder = freshFolder();
    mkdirSync(join(folder, 'docs'));
    writeFileSync(join(folder, 'a.txt'), 'one\ntwo\nthree\n');
    writeFileSync(join(folder, 'docs/index.html'), '<p>');
    symlinkSync('a.txt', join(folder, 'link'));
    writeFileSync(join(folder, 'run me'), '#!/bin/sh\n');
    chmodSync(join(folder, 'run me'), 0o755);
    const { status, stderr } = spawnSync('git', ['apply', '-'], {
      cwd: folder,
      input: patch,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('one\nTWO\nthree\n');
    expect(readFileSync(join(folder, 'new'), 'utf8')).toBe('no newline');
    expect(lstatSync(join(folder, 'link')).isFile()).toBe(true);
    expect(lstatSync(join(folder, 'run me')).mode & 0o111).toBe(0);
  });

  test('-p says so of what is no text, and compares two files', async () => {
    const { stdout } = await run('diff', '-p', 'set/main~1', 'set/main', '--', 'data.bin');
    expect(stdout).toMatch(
      /^diff --git a\/data\.bin b\/data\.bin\nindex [0-9a-f]{12}\.\.[0-9a-f]{12} 100644\nBinary files a\/data\.bin and b\/data\.bin differ\n$/,
    );
    const { status } = spawnSync('git', ['apply', '--check', '-'], { cwd: freshFolder(), input: stdout });
    expect(status).not.toBe(0);
    expect(await linesOf('diff', '-p', 'set/main~1:a.txt', 'set/main:new')).toContain('+no newline');
    const [before, after] = (await jsonOf('ls', 'set/main~1:a.txt')).concat(
      await jsonOf('ls', 'set/main:a.txt'),
    ) as {
      id: string;
    }[];
    expect(await linesOf('diff', '-p', before!.id, after!.id)).toContain('+TWO'); // contents without a name
    expect(await failure('diff', 'set/main', 'set/main:a.txt')).toEqual([
      2,
      expect.stringContaining('is a file'),
    ]);
  });
});
