import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memfs } from 'memfs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeFiles } from '../../src/files/node-files.ts';
import { fromFiles, fromPaths } from '../../src/source/files.ts';
import { fromFolder } from '../../src/source/folder.ts';
import type { CommitSource } from '../../src/store/commit-source.ts';
import { linesOfTree, openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;

beforeAll(async () => {
  workshop = await openWorkshop();
  for (const name of ['one/deep', 'two']) mkdirSync(workshop.at(name), { recursive: true });
  for (const name of ['one/a', 'one/deep/b', 'two/a', 'two/z.bin']) writeFileSync(workshop.at(name), name);
  symlinkSync('one', workshop.at('to-folder'));
  symlinkSync('one/a', workshop.at('to-file'));
  symlinkSync('nowhere', workshop.at('dangling'));
});
afterAll(() => workshop[Symbol.asyncDispose]());

const at = (name: string): string => workshop.at(name);

async function linesOf(source: CommitSource): Promise<string[]> {
  const { root } = await workshop.take(source);
  return linesOfTree(workshop.repository, root.id);
}

describe('fromFiles()', () => {
  test('stores each path under its base name, folders with all that is in them', async () => {
    expect(await linesOf(fromFiles([at('two/z.bin'), `${at('one')}/`, at('dangling')]))).toEqual([
      'dangling symlink 7 nowhere',
      'one folder 15 ',
      'one/a file 5 one/a',
      'one/deep folder 10 ',
      'one/deep/b file 10 one/deep/b',
      'z.bin file 9 two/z.bin',
    ]);
  });

  test('stores symlinks as symlinks, wherever they lead', async () => {
    expect(await linesOf(fromFiles([at('to-file'), at('to-folder')]))).toEqual([
      'to-file symlink 5 one/a',
      'to-folder symlink 3 one',
    ]);
  });

  test('takes the options of a folder', async () => {
    expect(await linesOf(fromFiles([at('one'), at('two')], { exclude: ['a'] }))).toEqual([
      'one folder 10 ',
      'one/deep folder 10 ',
      'one/deep/b file 10 one/deep/b',
      'two folder 9 ',
      'two/z.bin file 9 two/z.bin',
    ]);
  });

  test('refuses two paths of one base name, and paths that have none', async () => {
    const clash = { code: 'PATH_CLASH', message: expect.stringContaining("'a'") };
    await expect(linesOf(fromFiles([at('one/a'), at('two/a')]))).rejects.toMatchObject(clash);
    await expect(linesOf(fromFiles(['/', at('one')]))).rejects.toMatchObject({ code: 'PATH_INVALID' });
    await expect(linesOf(fromFiles([at('none')]))).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
    const { root } = workshop.repository.layout;
    await expect(linesOf(fromFiles([root]))).rejects.toMatchObject({
      code: expect.stringMatching(/IN_STORE|INVALID/),
    });
    await expect(linesOf(fromFiles([`${root}/refs`]))).rejects.toMatchObject({ code: 'FOLDER_IN_STORE' });
  });

  test('refuses a fifo, or lists it as skipped', async () => {
    execFileSync('mkfifo', [at('fifo')]);
    await expect(linesOf(fromFiles([at('fifo')]))).rejects.toMatchObject({ code: 'SPECIAL_FILE' });
    const { entries, skipped } = await workshop.take(
      fromFiles([at('fifo'), at('one/a')], { special: 'skip' }),
    );
    expect({ entries, skipped }).toEqual({ entries: 1, skipped: ['fifo'] });
    rmSync(at('fifo'));
  });
});

describe('fromPaths()', () => {
  test('is the contents of a folder that is alone, also by a symlink', async () => {
    const contents = await linesOf(fromFolder(at('one')));
    expect(await linesOf(fromPaths([at('one')]))).toEqual(contents);
    expect(await linesOf(fromPaths([at('to-folder')]))).toEqual(contents);
  });

  test('is entries under their base names for all else', async () => {
    for (const names of [['one/a'], ['one', 'two'], ['to-file'], ['dangling'], ['to-folder', 'one/a']]) {
      const paths = names.map(at);
      expect(await linesOf(fromPaths(paths))).toEqual(await linesOf(fromFiles(paths)));
    }
  });

  test('works on a volume in memory', async () => {
    const { fs } = memfs({ '/set/x': '1', '/y': '2' });
    const files = nodeFiles(fs);
    expect(await linesOf(fromPaths(['/set'], { files }))).toEqual(['x file 1 1']);
    expect(await linesOf(fromPaths(['/set', '/y'], { files }))).toEqual([
      'set folder 1 ',
      'set/x file 1 1',
      'y file 1 2',
    ]);
  });

  test('says what is not there', async () => {
    await expect(linesOf(fromPaths([join(at('none'), 'x')]))).rejects.toMatchObject({
      code: 'PATH_NOT_FOUND',
    });
  });
});
