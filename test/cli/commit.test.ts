import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cas, freshFolder, freshStore } from './cas-process.ts';

const ID = /^sha256:[0-9a-f]{64}\n$/;

/** A folder `dist` with a file, a program, a symlink and an empty folder in it. */
function makeDist(folder: string): string {
  const dist = join(folder, 'dist');
  mkdirSync(join(dist, 'empty'), { recursive: true });
  writeFileSync(join(dist, 'a.txt'), 'hello\n');
  writeFileSync(join(dist, 'tool'), '#!/bin/sh\n');
  chmodSync(join(dist, 'tool'), 0o755);
  symlinkSync('a.txt', join(dist, 'link'));
  return dist;
}

test('commit prints the id alone, tells a person the rest, and makes nothing where nothing changed', async () => {
  const cwd = await freshStore();
  makeDist(cwd);
  const first = await cas(['commit', 'app/v1', 'dist', '-m', 'first'], { cwd });
  expect(first).toMatchObject({ code: 0, stderr: "committed 3 files, 21 B as 'app/v1', a new label\n" });
  expect(first.stdout).toMatch(ID);

  const again = await cas(['commit', 'app/v1', 'dist'], { cwd });
  expect(again).toMatchObject({ code: 0, stdout: first.stdout });
  expect(again.stderr).toContain('no change');

  const forced = await cas(['commit', 'app/v1', 'dist', '--allow-empty', '--quiet'], { cwd });
  expect(forced).toMatchObject({ code: 0, stderr: '' });
  expect(forced.stdout).not.toBe(first.stdout);

  const json = await cas(['commit', 'app/v1', 'dist', '--json'], { cwd });
  expect(JSON.parse(json.stdout)).toEqual({
    kind: 'unchanged',
    id: forced.stdout.trim(),
    parent: forced.stdout.trim(),
    tree: expect.stringMatching(/^sha256:/),
    size: 21,
    entries: 3,
    skipped: [],
  });
});

test('the same content, time, author and message make the same snapshot anywhere', async () => {
  const env = { SOURCE_DATE_EPOCH: '1700000000', CAS_AUTHOR: 'Ada <ada@example.org>' };
  const runs = await Promise.all(
    ['UTC', 'Asia/Kathmandu'].map(async (zone) => {
      const cwd = await freshStore();
      makeDist(cwd);
      await cas(['commit', 'x', 'dist', '-m', 'one'], { cwd, env: { ...env, TZ: zone } });
      return (await cas(['log', 'x'], { cwd, env: { TZ: zone } })).stdout;
    }),
  );
  expect(runs[0]).toBe(runs[1]);
  expect(runs[0]).toContain('2023-11-14T22:13:20Z');
  expect(runs[0]).toContain('Ada <ada@example.org>');
});

test('a message ends with one line break, and none is empty', async () => {
  const cwd = await freshStore();
  makeDist(cwd);
  for (const words of [['-m', 'one'], ['-m', 'one\n'], ['-mone'], ['--message=one'], ['-m', ''], []]) {
    const { stdout } = await cas(['commit', 'x', 'dist', '--allow-empty', ...words, '--time', '@0'], {
      cwd,
    });
    const { stdout: bytes } = await cas(['cat', stdout.trim()], { cwd });
    expect(bytes.slice(bytes.indexOf('\n\n') + 2)).toBe(/one/.test(words.join()) ? 'one\n' : '');
  }
});

test('--expect holds a commit to what the label is', async () => {
  const cwd = await freshStore();
  makeDist(cwd);
  const first = await cas(['commit', 'x', 'dist', '--expect', 'none'], { cwd });
  expect(first.code).toBe(0);
  const lost = await cas(['commit', 'x', 'dist', '--expect', 'none'], { cwd });
  expect(lost).toMatchObject({ code: 4, stdout: '' });
  expect(lost.stderr).toMatch(/^cas: label 'x' is there already, at 'sha256:.*'\nhint: /);
  writeFileSync(join(cwd, 'dist/a.txt'), 'changed\n');
  expect((await cas(['commit', 'x', 'dist', '--expect', 'x'], { cwd })).code).toBe(0);
});

test('--dry-run prints the tree and stores nothing; --exclude and .casignore leave out', async () => {
  const cwd = await freshStore();
  makeDist(cwd);
  const dry = await cas(['commit', 'x', 'dist', '-n', '--json'], { cwd });
  expect(JSON.parse(dry.stdout)).toMatchObject({ kind: 'rehearsed', parent: null, entries: 3 });
  expect((await cas(['log', 'x'], { cwd })).code).toBe(3);

  writeFileSync(join(cwd, 'dist/.casignore'), 'tool\n');
  const exclude = ['--exclude', 'link', '--exclude', '*.txt', '--json'];
  expect(JSON.parse((await cas(['commit', 'x', 'dist', ...exclude], { cwd })).stdout)).toMatchObject({
    entries: 1,
  });
  const all = await cas(['commit', 'x', 'dist', '--no-ignore', '--json'], { cwd });
  expect(JSON.parse(all.stdout)).toMatchObject({ entries: 4 });
});

test('files and several folders are stored under their base names', async () => {
  const cwd = await freshStore();
  makeDist(cwd);
  writeFileSync(join(cwd, '-odd name'), 'odd\n');
  const { code, stderr } = await cas(['commit', 'x', 'dist', 'dist/a.txt', '--', '-odd name'], { cwd });
  expect(stderr).toContain('committed 5 files');
  expect(code).toBe(0);
  expect((await cas(['cat', 'x:-odd name'], { cwd })).stdout).toBe('odd\n');
  expect((await cas(['cat', 'x:dist/a.txt'], { cwd })).stdout).toBe('hello\n');
  const clash = await cas(['commit', 'x', 'dist', './dist'], { cwd });
  expect(clash.code).toBe(2);
});

test('a special file is refused by name, and left out where the user says so', async () => {
  const cwd = await freshStore();
  execFileSync('mkfifo', [join(makeDist(cwd), 'pipe')]);
  const refused = await cas(['commit', 'x', 'dist'], { cwd });
  expect(refused).toMatchObject({ code: 6, stdout: '' });
  expect(refused.stderr).toContain('pipe');
  const skipped = await cas(['commit', 'x', 'dist', '--skip-special'], { cwd });
  expect(skipped.code).toBe(0);
  expect(skipped.stderr).toContain("left out 'pipe'\n");
});

test('--tar stores what is in an archive, plain or packed, from a file or a pipe', async () => {
  const cwd = await freshStore();
  makeDist(cwd);
  const folder = await cas(['commit', 'folder', 'dist', '-n', '--json'], { cwd });
  const { tree } = JSON.parse(folder.stdout) as { tree: string };
  execFileSync('tar', ['-czf', 'dist.tar.gz', '-C', 'dist', '.'], { cwd });
  const archive = execFileSync('tar', ['-cf', '-', '-C', 'dist', '.'], { cwd });
  const file = await cas(['commit', 'x', '--tar', 'dist.tar.gz', '--json'], { cwd });
  expect(JSON.parse(file.stdout)).toMatchObject({ kind: 'committed', tree });
  const pipe = await cas(['commit', 'x', '--tar', '-', '--json'], { cwd, input: archive });
  expect(JSON.parse(pipe.stdout)).toMatchObject({ kind: 'unchanged', tree });
  const cut = await cas(['commit', 'y', '--tar', '-'], { cwd, input: archive.subarray(0, 700) });
  expect(cut).toMatchObject({ code: 2, stdout: '' });
});

test('what cannot be committed is told with what to do', async () => {
  const cwd = await freshStore();
  makeDist(cwd);
  const faults: readonly (readonly [args: string[], code: number, stderr: RegExp])[] = [
    [['commit', 'x'], 2, /nothing to commit\nhint: name a folder/],
    [['commit'], 2, /too few words for 'cas commit'\nhint: write 'cas commit LABEL \[PATH…\]'/],
    [['commit', 'x', 'dist', '--tar', 'y.tar'], 2, /exclude each other/],
    [['commit', 'x', '--tar', 'y.tar', '--exclude', 'a'], 2, /--exclude is not for archives/],
    [['commit', 'x', '--tar', 'y.tar', '--preserve', 'mtime'], 2, /--preserve is not for archives/],
    [['commit', 'x', 'dist', '--max-members', '3'], 2, /--max-members is not for folders/],
    [['commit', 'x', 'gone'], 3, /cannot commit 'gone': no such file/],
    [['commit', 'x', '--tar', 'gone.tar'], 3, /cannot read 'gone.tar': no such file/],
    [['commit', 'bad..name', 'dist'], 2, /label name 'bad\.\.name'/],
    [['commit', 'x', 'dist', '--time', 'noon'], 2, /not a time: 'noon'/],
    [['commit', 'x', 'dist', '--preserve', 'owner'], 2, /--preserve takes 'mtime'/],
    [['commit', 'x', 'dist', '-m'], 2, /option '-m' needs a value/],
    [['commit', 'x', 'dist', '--mesage', 'y'], 2, /did you mean '--message'/],
  ];
  for (const [args, code, stderr] of faults) {
    const run = await cas(args, { cwd });
    expect(run, args.join(' ')).toMatchObject({ code, stdout: '' });
    expect(run.stderr).toMatch(stderr);
    expect(run.stderr).not.toMatch(/^\s+at /m);
  }
  expect(await cas(['commit', 'x', '.'], { cwd: freshFolder() })).toMatchObject({ code: 3 });
});
