/** What a user sees where something is in the way, damaged or endless. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hashBytes } from '../../src/index.ts';
import { objectPath, rawTree, storeRaw, storeSnapshot } from '../hostile/raw-objects.ts';
import { COMMAND, cas, casEnvironment, freshFolder, freshStore } from './cas-process.ts';

test('what stands where a store would be is named, and not called a store', async () => {
  const cwd = freshFolder();
  writeFileSync(join(cwd, '.cas'), 'a file');
  expect(await cas(['init'], { cwd })).toMatchObject({
    code: 4,
    stderr: `cas: '${join(cwd, '.cas')}' is there already\nhint: use it, or move it away if it is no store\n`,
  });
  expect(await cas(['labels'], { cwd })).toMatchObject({ code: 3, stdout: '' });
});

test('options without a command are no silent help', async () => {
  for (const words of [['--store'], ['--nonsense'], ['-q']]) {
    const { code, stderr } = await cas(words);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `cas: no command is given, only '${words[0]}'\nhint: see 'cas --help'\n`,
    });
  }
});

test('a write that cannot end is told once, by its first cause', async () => {
  const cwd = await freshStore();
  const bytes = Buffer.from('in the way\n');
  const path = objectPath(join(cwd, '.cas'), hashBytes(bytes));
  mkdirSync(path, { recursive: true });
  writeFileSync(join(cwd, 'f'), bytes);
  for (const words of [
    ['put', 'f'],
    ['commit', 'x', 'f'],
  ]) {
    const { code, stderr } = await cas(words, { cwd });
    expect(code).toBe(7);
    expect(stderr).toMatch(/^cas: cannot rename to '.*': it is a folder\nhint: .*\n$/);
  }
  rmSync(path, { recursive: true });
  expect((await cas(['commit', 'x', 'f'], { cwd })).code).toBe(0);
  expect(await cas(['fsck'], { cwd })).toMatchObject({ code: 0 });
});

test('an archive that cannot be written is told in one line', async () => {
  const cwd = await freshStore();
  writeFileSync(join(cwd, 'f'), 'f');
  await cas(['commit', 'x', 'f', '-q'], { cwd });
  symlinkSync('loop', join(cwd, 'loop'));
  for (const target of ['f/x.tar', 'gone/x.tar', 'loop/x.tar']) {
    const { code, stderr } = await cas(['export', 'x', '-o', target], { cwd });
    expect(code, stderr).toBe(7);
    expect(stderr).toMatch(/^cas: cannot write '.*x\.tar': .*\nhint: .*\n$/);
  }
});

test('Ctrl-C stops every walk over a set without an end', async () => {
  const cwd = await freshStore();
  const root = join(cwd, '.cas');
  const empty = storeRaw(root, '');
  const names = Array.from({ length: 100 }, (_, at) => `n${String(at).padStart(2, '0')}`);
  let tree = storeRaw(root, rawTree(names.map((name) => ({ name, id: empty }))), 'tree');
  for (let layer = 1; layer < 10; layer++)
    tree = storeRaw(root, rawTree(names.map((name) => ({ mode: '40000', name, id: tree }))), 'tree');
  const snapshot = storeSnapshot(root, tree);
  writeFileSync(join(cwd, 'f'), 'f');
  await cas(['commit', 'x', 'f', '-q'], { cwd });
  const walks = [
    ['find', 'nothing', snapshot],
    ['ls', '-r', snapshot],
    ['show', snapshot],
    ['diff', '--stat', 'x', snapshot],
  ];
  await Promise.all(
    walks.map(async (words) => {
      const child = spawn(process.execPath, [COMMAND, ...words], {
        cwd,
        env: casEnvironment(),
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let complaint = '';
      child.stderr.on('data', (piece: Buffer) => (complaint += piece.toString()));
      setTimeout(() => child.kill('SIGINT'), 1500);
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
      expect(await once(child, 'close'), words[0]).toEqual([130, null]);
      clearTimeout(late);
      expect(complaint).toBe('cas: interrupted; nothing was changed that was not finished\n');
    }),
  );
});
