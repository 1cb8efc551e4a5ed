/** What the folder export does with what is in its way, and that nothing makes it write elsewhere. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { memfs } from 'memfs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CorruptError } from '../../src/errors/errors.ts';
import type { FilePath, FileSystem } from '../../src/files/file-system.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import type { ProgressEvent } from '../../src/flow/progress.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import type { ObjectStore } from '../../src/odb/object-store.ts';
import type { FolderSummary } from '../../src/view/folder-writer.ts';
import type { FolderGuard } from '../../src/view/held-folder.ts';
import type { FolderOptions } from '../../src/view/to-folder.ts';
import { openView } from '../../src/view/view.ts';
import type { Member } from '../arbitraries/trees.ts';
import { below, file, folder, program, storeMembers, symlink } from './stored-tree.ts';

let top: string;
let target: string;
let canary: string;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'caskit-out-'));
  target = join(top, 'target');
  canary = join(top, 'canary');
  mkdirSync(join(canary, 'sub'), { recursive: true });
  writeFileSync(join(canary, 'sub/x'), 'untouched');
  writeFileSync(join(canary, 'f'), 'untouched');
});
afterEach(() => void execFileSync('rm', ['-rf', top])); // deeper than a path can say

async function put(
  members: readonly Member[],
  options: FolderOptions = {},
  change: (objects: ObjectStore) => ObjectStore = (objects) => objects,
): Promise<FolderSummary> {
  const objects = memoryStore();
  const { id } = await storeMembers(objects, members);
  return openView(change(objects), { treeId: id }).toFolder(target, options);
}

/** Every path below `path`, with its kind, mode and content. */
function linesIn(path: string, prefix = ''): string[] {
  return readdirSync(path)
    .toSorted()
    .flatMap((name): string[] => {
      const at = join(path, name);
      const stat = lstatSync(at);
      if (stat.isSymbolicLink()) return [`${prefix}${name} -> ${readlinkSync(at)}`];
      const mode = (stat.mode & 0o7777).toString(8);
      if (stat.isDirectory()) return [`${prefix}${name}/ ${mode}`, ...linesIn(at, `${prefix}${name}/`)];
      return [`${prefix}${name} ${mode} ${readFileSync(at, 'utf8')}`];
    });
}

function expectUntouched(): void {
  expect(linesIn(canary)).toEqual(['f 644 untouched', 'sub/ 755', 'sub/x 644 untouched']);
}

/** `files`, with `before` told of each call first. */
function hooked(files: FileSystem, before: (call: string, path: FilePath) => void): FileSystem {
  return new Proxy(files, {
    get: (inner, key) => {
      const value: unknown = Reflect.get(inner, key, inner);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]): unknown => {
        before(String(key), given[0] as FilePath);
        return value.apply(inner, given);
      };
    },
  });
}

function pathText(path: FilePath): string {
  return Buffer.from(path as Uint8Array).toString();
}

const set = [folder('d', [program('run'), file('x', '1')]), file('f', 'new'), symlink('l', 'd/x')];
const written = ['d/ 755', 'd/run 755 #!/bin/sh\n', 'd/x 644 1', 'f 644 new', 'l -> d/x'];
const code = (code: string): object => expect.objectContaining({ code });

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
    expectUntouched();
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
    const { fs } = memfs({});
    const inner = nodeFiles(fs);
    const folding = new Proxy(inner, {
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
    expectUntouched();
  });

  test('refuses a symlink where a folder belongs', async () => {
    mkdirSync(target);
    symlinkSync(canary, join(target, 'd'));
    await expect(replace([folder('d', [file('f', 'new')])])).rejects.toMatchObject({
      name: 'RefusedError',
      code: 'PATH_OCCUPIED',
      message: "cannot write 'd': a symlink is there already",
    });
    expectUntouched();
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

describe.for<FolderGuard>(['descriptors', 'paths'])('toFolder() guarded by %s', (guard) => {
  const skips = guard === 'descriptors' && process.platform !== 'linux';

  test.skipIf(skips)('keeps what it writes in the target, whatever symlinks the set holds', async () => {
    const members = [
      symlink('a', canary),
      symlink('b', '../canary'),
      folder('c', [symlink('d', '../../canary/f')]),
    ];
    await put(members, { guard });
    await put([file('a', '1'), file('b', '2'), folder('c', [file('d', '3')])], {
      guard,
      existing: 'replace',
    });
    expect(linesIn(target)).toEqual(['a 644 1', 'b 644 2', 'c/ 755', 'c/d 644 3']);
    expectUntouched();
  });

  test.skipIf(skips)(
    'notices a folder that was swapped for a symlink, and writes nothing through it',
    async () => {
      const calls = ['open', 'touch', 'rename', 'stat', 'makeFolder'];
      for (const [at, swapAt] of calls.entries()) {
        target = join(top, `target-${at}`);
        let isSwapped = false;
        const files = hooked(nodeFiles(), (call) => {
          if (isSwapped && guard === 'descriptors') expectUntouched(); // not even for a moment
          if (isSwapped || call !== swapAt || !existsSync(join(target, 'd'))) return;
          isSwapped = true;
          renameSync(join(target, 'd'), join(top, `away-${at}`));
          symlinkSync(join(canary, 'sub'), join(target, 'd'));
        });
        const members = [folder('d', [folder('e', [file('x', 'new')]), file('x', 'new')]), file('g')];
        await expect(put(members, { files, guard })).rejects.toMatchObject({ name: 'SystemError' });
        expect(isSwapped).toBe(true);
        expectUntouched();
      }
    },
  );

  test.skipIf(skips)('removes what it did not finish, and says of which path', async () => {
    const long = new Uint8Array(2_000_000);
    const members = [file('a', 'done'), folder('b', [file('x', long)])];
    const damaged = put(members, { guard }, (objects) => ({
      ...objects,
      open: async (id) => {
        const found = await objects.open(id);
        return found && { ...found, content: failAtTheEnd(long) };
      },
    }));
    await expect(damaged).rejects.toMatchObject({ name: 'CorruptError', code: 'OBJECT_CORRUPT' });
    await expect(damaged).rejects.toThrow(/^cannot export 'b\/x': /);
    expect(linesIn(target)).toEqual(['a 644 done', 'b/ 755']);
  });

  test.skipIf(skips)('removes what it did not finish where the disk fails, with a typed error', async () => {
    for (const fails of ['touch', 'rename']) {
      target = join(top, `target-${fails}`);
      const files = hooked(nodeFiles(), (call) => {
        if (call === fails) throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
      });
      await expect(put([file('a', '1')], { files, guard })).rejects.toThrow('ENOSPC');
      expect(linesIn(target)).toEqual([]);
    }
  });
});

async function* failAtTheEnd(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
  throw new CorruptError('OBJECT_CORRUPT', 'damaged');
}

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
