/** What the folder export does with what is in its way. */
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { memfs } from 'memfs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FileSystem } from '../../src/files/file-system.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import type { ProgressEvent } from '../../src/flow/progress.ts';
import type { FolderSummary } from '../../src/view/folder-writer.ts';
import type { Member } from '../arbitraries/trees.ts';
import {
  type ExportOptions,
  expectUntouched,
  exportSet,
  hooked,
  linesIn,
  openSite,
  pathText,
  type Site,
} from './export-site.ts';
import { below, file, folder, program, symlink } from './stored-tree.ts';

let site: Site;
let top: string;
let target: string;
let canary: string;
beforeEach(() => {
  site = openSite();
  ({ top, target, canary } = site);
});
afterEach(() => site[Symbol.dispose]());

function put(members: readonly Member[], options: Partial<ExportOptions> = {}): Promise<FolderSummary> {
  return exportSet(members, { target, ...options });
}

const set = [folder('d', [program('run'), file('x', '1')]), file('f', 'new'), symlink('l', 'd/x')];
const written = ['d/ 755', 'd/run 755 #!/bin/sh\n', 'd/x 644 1', 'f 644 new', 'l -> d/x'];
const code = (code: string): object => expect.objectContaining({ code });

/** A volume that shows every name in lower case, in whichever it is given. */
function lowerCaseFiles(): FileSystem {
  const { fs } = memfs({});
  return new Proxy(nodeFiles(fs), {
    get: (files, key) => {
      const value: unknown = Reflect.get(files, key, files);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]): unknown =>
        value.apply(
          files,
          given.map((path) =>
            path instanceof Uint8Array ? Buffer.from(pathText(path).toLowerCase()) : path,
          ),
        );
    },
  });
}

test('all that toFolder() makes has the time of what is exported, folders too, into which more was written', async () => {
  await put([
    folder('a', [folder('b', [file('x', '1')]), folder('c', []), symlink('l', 'b')]),
    folder('d', [folder('e', [])]),
    file('z', '2'),
  ]);
  const paths = ['a/b/x', 'a/b', 'a/c', 'a', 'd/e', 'd', 'z'].map((path) => join(target, path));
  expect(new Set(paths.map((path) => lstatSync(path).mtimeMs))).toEqual(new Set([0]));
  // What was there already and gets nothing keeps its time.
  const [before, again] = [new Date(5000), new Date(9000)];
  utimesSync(join(target, 'a/c'), before, before);
  utimesSync(join(target, 'a'), again, again);
  await put([folder('a', [folder('c', [])])], { existing: 'replace' });
  expect(lstatSync(join(target, 'a/c')).mtimeMs).toBe(5000);
  expect(lstatSync(join(target, 'a')).mtimeMs).toBe(9000);
});

describe('the target of toFolder()', () => {
  test('is made where there is none, and its parent is not', async () => {
    expect(await put(set)).toEqual({ files: 3, folders: 1, symlinks: 1, bytes: 14 });
    expect(linesIn(target)).toEqual(written);
    target = join(top, 'no/target');
    await expect(put(set)).rejects.toEqual(code('FOLDER_NOT_FOUND'));
  });

  test('may be an empty folder, or a symlink to one', async () => {
    mkdirSync(join(top, 'real'));
    symlinkSync('real', target);
    await put(set);
    expect(linesIn(join(top, 'real'))).toEqual(written);
  });

  test('is refused where it holds anything, and where it is no folder', async () => {
    mkdirSync(target);
    writeFileSync(join(target, '.hidden'), '');
    await expect(put([])).rejects.toMatchObject({ name: 'RefusedError', code: 'TARGET_NOT_EMPTY' });
    target = join(canary, 'f');
    await expect(put([])).rejects.toEqual(code('NOT_A_FOLDER'));
    expectUntouched(site);
  });

  test('gets modes less the umask, and no more than 0755', async () => {
    const umask = process.umask(0o027);
    try {
      await put(set);
    } finally {
      process.umask(umask);
    }
    expect(linesIn(target)).toEqual([
      'd/ 750',
      'd/run 750 #!/bin/sh\n',
      'd/x 640 1',
      'f 640 new',
      'l -> d/x',
    ]);
  });

  test('holds a path of 4,095 bytes and one of 1,000 names', async (context) => {
    if (process.platform !== 'linux') context.skip('paths are as long as the system lets them be');
    const names = Array.from({ length: 15 }, () => 'd'.repeat(255));
    await put([
      ...below(names, [file('f'.repeat(255), 'long')]),
      ...below(
        Array.from({ length: 999 }, () => 'e'),
        [file('f', 'deep')],
      ),
    ]);
    const found = execFileSync('find', ['.', '-type', 'f', '-printf', '%f '], { cwd: target }).toString();
    expect(found).toBe(`${'f'.repeat(255)} f `);
  });

  test('gets a typed error for a path that it cannot hold, which names it', async () => {
    const names = Array.from({ length: 15 }, () => 'd'.repeat(255));
    const put4095 = put(below(names, [file('f'.repeat(255))]), { guard: 'paths' });
    await expect(put4095).rejects.toMatchObject({ name: 'SystemError', code: 'NAME_TOO_LONG' });
    await expect(put4095).rejects.toThrow(/^cannot write 'd{255}\//);
  });

  test('refuses to merge names that its file system takes for one', async () => {
    const folding = lowerCaseFiles();
    target = '/t';
    for (const twins of [
      [file('A'), file('a')],
      [folder('A'), folder('a')],
      [symlink('A', 'x'), symlink('a', 'x')],
      [folder('A'), file('a')],
    ]) {
      target += 't';
      await expect(put(twins, { files: folding })).rejects.toEqual(code('PATH_OCCUPIED'));
    }
  });
});

describe("toFolder() with existing: 'replace'", () => {
  const replace = (members: readonly Member[]): Promise<FolderSummary> =>
    put(members, { existing: 'replace' });

  test('overwrites files and symlinks of the same path, and leaves all else', async () => {
    mkdirSync(join(target, 'd'), { recursive: true });
    for (const name of ['d/x', 'd/other', 'f', 'other', 'l']) writeFileSync(join(target, name), 'old');
    await replace(set);
    expect(linesIn(target)).toEqual([
      'd/ 755',
      'd/other 644 old',
      ...written.slice(1, 4),
      'l -> d/x',
      'other 644 old',
    ]);
    await replace(set);
  });

  test('puts a file in the place of a symlink, and not where that leads', async () => {
    mkdirSync(target);
    symlinkSync(join(canary, 'f'), join(target, 'f'));
    symlinkSync(join(canary, 'sub'), join(target, 'l'));
    await replace([file('f', 'new'), symlink('l', 'f')]);
    expect(linesIn(target)).toEqual(['f 644 new', 'l -> f']);
    expectUntouched(site);
  });

  test.each([
    [[file('A'), file('a')]],
    [[file('A'), symlink('a', 'x')]],
    [[folder('A', [file('x')]), folder('a', [file('x')])]],
  ])(
    'refuses to put one member in the place of another, where names are shown in lower case',
    async (twins) => {
      target = '/t';
      const outcome = put(twins, { existing: 'replace', files: lowerCaseFiles() });
      await expect(outcome).rejects.toEqual(code('PATH_OCCUPIED'));
    },
  );

  test('refuses a symlink where a folder belongs', async () => {
    mkdirSync(target);
    symlinkSync(canary, join(target, 'd'));
    await expect(replace([folder('d', [file('f', 'new')])])).rejects.toMatchObject({
      name: 'RefusedError',
      code: 'PATH_OCCUPIED',
      message: "cannot write 'd': a symlink is there already",
    });
    expectUntouched(site);
  });

  test('refuses a file where a folder belongs, a folder where a file belongs, and a fifo', async () => {
    mkdirSync(join(target, 'folder'), { recursive: true });
    writeFileSync(join(target, 'file'), 'old');
    execFileSync('mkfifo', [join(target, 'fifo')]);
    for (const member of [folder('file'), file('folder'), symlink('folder', 'x'), file('fifo')])
      await expect(replace([member])).rejects.toEqual(code('PATH_OCCUPIED'));
    expect(readdirSync(target).toSorted()).toEqual(['fifo', 'file', 'folder']);
  });
});

describe('toFolder()', () => {
  test('says how far it is', async () => {
    const events: ProgressEvent[] = [];
    const members = Array.from({ length: 250 }, (_, at) => file(`f${at + 100}`, 'x'));
    await put(members, { onProgress: (event) => events.push(event) });
    expect(events.map(({ done }) => done)).toEqual([100, 200, 250]);
    expect(events.at(-1)).toEqual({ phase: 'writing', done: 250, total: 250, unit: 'files', bytes: 250 });
  });

  test('stops between two files when it is told to', async () => {
    const controller = new AbortController();
    const files = hooked(nodeFiles(), (call) => {
      if (call === 'rename') controller.abort();
    });
    const { signal } = controller;
    const stopped = put([file('a', '1'), file('b', '2')], { files, signal });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    expect(linesIn(target)).toEqual(['a 644 1']);
  });

  test('holds no descriptor once it is over', async (context) => {
    if (process.platform !== 'linux') context.skip('descriptors are listed in /proc');
    const count = (): number => readdirSync('/proc/self/fd').length;
    const before = count();
    await put(set);
    await expect(put(set)).rejects.toEqual(code('TARGET_NOT_EMPTY'));
    await expect(put([folder('d', [symlink('l', 'a\0')])], { existing: 'replace' })).rejects.toBeDefined();
    expect(count()).toBe(before);
  });

  test('leaves no name of its own behind', async () => {
    await put(set);
    expect(
      readdirSync(target, { recursive: true }).filter((name) => basename(String(name)).startsWith('tmp')),
    ).toEqual([]);
  });
});
