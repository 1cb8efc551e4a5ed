/** Folders that somebody writes to, or that cannot be read, while they are committed. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { SystemError } from '../../src/errors/errors.ts';
import { errnoOf, fileError } from '../../src/files/file-error.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { fromFolder } from '../../src/source/folder.ts';
import { walkTree } from '../../src/tree/walk.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';
import { watchFiles } from './watched-files.ts';
import { linesOfTree, openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
let folder: string;

beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop[Symbol.asyncDispose]());
beforeEach(() => {
  folder = workshop.at(`set-${randomUUID()}`);
  mkdirSync(folder);
  writeFileSync(at('a'), 'first');
  writeFileSync(at('b'), 'second');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string): string => join(folder, name);

async function linesOf(files: FileSystem = nodeFiles()): Promise<string[]> {
  const { root } = await workshop.take(fromFolder(folder, { files }));
  return linesOfTree(workshop.repository, root.id);
}

/** Files that are changed by `change` before each call of this name on this path, `times` times. */
function changing(
  call: string,
  name: string,
  change: () => void,
  times = Number.POSITIVE_INFINITY,
): FileSystem {
  let left = times;
  return watchFiles(nodeFiles(), (made, path) => {
    if (made === call && path === at(name) && left-- > 0) change();
  });
}

const CHANGED = { name: 'ConflictError', code: 'FILE_CHANGED' };

describe('A file that is written to while it is read', () => {
  let writes = 0;
  const grow = (): void => appendFileSync(at('b'), 'more');
  const shrink = (): void => truncateSync(at('b'), Math.max(0, 5 - ++writes));
  const replace = (): void => {
    writeFileSync(at('new'), 'newest');
    renameSync(at('new'), at('b'));
  };
  const overwrite = (): void => {
    writeFileSync(at('b'), `sec${writes++ % 10}nd`);
    utimesSync(at('b'), 1_000_000_000 + writes, 1_000_000_000 + writes);
  };

  test.for([
    ['grows', 'file.read', grow],
    ['grows after it was read', 'file.stat', grow],
    ['shrinks', 'file.read', shrink],
    ['is overwritten', 'file.read', overwrite],
  ] as const)('and %s every time is refused by name', async ([, call, change]) => {
    const error = { ...CHANGED, message: expect.stringContaining(`'${at('b')}'`) };
    let isFirst = true;
    const files = changing(call, 'b', () => {
      // The look before the file is read is not the one that is to be fooled.
      if (call === 'file.stat' && isFirst) isFirst = false;
      else {
        change();
        isFirst = true;
      }
    });
    await expect(linesOf(files)).rejects.toMatchObject(error);
  });

  test.for([
    ['grows', grow, 'b file 10 secondmore'],
    ['is overwritten', overwrite, /^b file 6 sec\dnd$/],
  ] as const)('and %s once is read again', async ([, change, expected]) => {
    const [first, second] = await linesOf(changing('file.read', 'b', change, 1));
    expect(first).toBe('a file 5 first');
    expect(second).toMatch(expected);
  });

  test('but whose name goes to another file is that one', async () => {
    expect(await linesOf(changing('file.read', 'b', replace, 1))).toEqual([
      'a file 5 first',
      'b file 6 newest',
    ]);
  });

  test('as a stream of some megabytes is refused, and nothing of it is stored', async () => {
    truncateSync(at('b'), 3 * 2 ** 20);
    await workshop.repository.objects.put('content', encodeText('first'));
    const stored = await countObjects();
    await expect(linesOf(changing('file.read', 'b', grow))).rejects.toMatchObject(CHANGED);
    expect(await countObjects()).toBe(stored);
    truncateSync(at('b'), 3 * 2 ** 20);
    const files = changing('file.read', 'b', grow, 1);
    const { root } = await workshop.take(fromFolder(folder, { files }));
    expect(root.sizeBytes).toBe(5 + 3 * 2 ** 20 + 4);
  });

  test('and shrinks to nothing while it goes by as a stream is refused', async () => {
    truncateSync(at('b'), 3 * 2 ** 20);
    const files = changing('file.read', 'b', () => {
      truncateSync(at('b'), 1);
      truncateSync(at('b'), 3 * 2 ** 20);
      truncateSync(at('b'), 2 ** 20 + 1);
    });
    await expect(linesOf(files)).rejects.toMatchObject(CHANGED);
  });

  test('and claims no bytes, as some of /proc do, is refused', async () => {
    const files = nodeFiles();
    const lying = watchFiles(files, () => {});
    const claimsNone = new Proxy(lying, {
      get: (target, name) =>
        name === 'open'
          ? async (...given: Parameters<FileSystem['open']>) => {
              const file = await target.open(...given);
              const stat = async () => ({ ...(await file!.stat()), sizeBytes: 0 });
              return {
                ...file,
                read: file!.read.bind(file),
                stat,
                [Symbol.asyncDispose]: () => file!.close(),
              };
            }
          : Reflect.get(target, name),
    });
    await expect(linesOf(claimsNone)).rejects.toMatchObject(CHANGED);
  });
});

describe('A member that becomes another', () => {
  const swap = (make: () => void) => (): void => {
    rmSync(at('b'), { recursive: true });
    make();
  };
  const others = {
    'a fifo': () => execFileSync('mkfifo', [at('b')]),
    'a folder': () => mkdirSync(at('b')),
    'a symlink': () => symlinkSync('a', at('b')),
    nothing: () => {},
  };

  test.for(Object.entries(others))(
    'is refused when it turns into %s before it is looked at',
    async ([, make]) => {
      await expect(linesOf(changing('stat', 'b', swap(make), 1))).rejects.toMatchObject(CHANGED);
    },
  );

  test.for(Object.entries(others))(
    'is refused when it turns into %s before it is opened',
    async ([, make]) => {
      await expect(linesOf(changing('open', 'b', swap(make), 1))).rejects.toMatchObject(CHANGED);
    },
  );

  test('is refused when it was a symlink and is a file', async () => {
    symlinkSync('a', at('c'));
    const swapped = changing('readLink', 'c', () => {
      unlinkSync(at('c'));
      writeFileSync(at('c'), 'x');
    });
    await expect(linesOf(swapped)).rejects.toMatchObject(CHANGED);
  });
});

describe('A folder that goes away while it is walked', () => {
  beforeEach(() => {
    mkdirSync(at('sub/deep'), { recursive: true });
    writeFileSync(at('sub/deep/x'), 'inside');
    mkdirSync(`${folder}-outside/deep`, { recursive: true });
    writeFileSync(`${folder}-outside/deep/x`, 'outside');
  });
  const moveAway = (): void => renameSync(at('sub'), `${folder}-moved`);
  const becomeLink = (): void => {
    moveAway();
    symlinkSync(`${folder}-outside`, at('sub'));
  };

  test.for([
    ['is renamed before it is listed', 'list', 'sub', moveAway],
    ['is renamed before a folder in it is listed', 'list', 'sub/deep', moveAway],
    ['is renamed before a file in it is opened', 'open', 'sub/deep/x', moveAway],
    ['becomes a symlink before it is listed', 'list', 'sub', becomeLink],
    ['becomes a symlink before a folder in it is listed', 'list', 'sub/deep', becomeLink],
    ['becomes a symlink before a file in it is opened', 'open', 'sub/deep/x', becomeLink],
  ] as const)('and %s is refused', async ([, call, name, change]) => {
    await expect(linesOf(changing(call, name, change, 1))).rejects.toMatchObject(CHANGED);
  });
});

describe('What cannot be read', () => {
  test.for([
    ['open', 'b', 'EACCES', 'NO_PERMISSION'],
    ['list', 'sub', 'EACCES', 'NO_PERMISSION'],
    ['stat', 'b', 'EIO', 'IO_FAILED'],
    ['file.read', 'b', 'EIO', 'IO_FAILED'],
    ['file.stat', 'b', 'EIO', 'IO_FAILED'],
    ['readLink', 'c', 'EIO', 'IO_FAILED'],
    ['open', 'b', 'EMFILE', 'TOO_MANY_OPEN_FILES'],
  ] as const)('is refused by name: %s of %s fails with %s', async ([call, name, errno, code]) => {
    mkdirSync(at('sub'));
    symlinkSync('a', at('c'));
    const files = watchFiles(nodeFiles(), (made, path) => {
      if (made === call && path === at(name))
        throw fileError(Object.assign(new Error(errno), { code: errno }), made, path);
    });
    const error = await linesOf(files).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(SystemError);
    expect(error).toMatchObject({ code, errno, message: expect.stringContaining(`'${at(name)}'`) });
    if (code !== 'TOO_MANY_OPEN_FILES') expect((error as SystemError).hint).toContain("'--exclude'");
    expect(errnoOf((error as SystemError).cause)).toBe(errno);
  });

  test('can be left out by a pattern', async () => {
    const files = watchFiles(nodeFiles(), (call, path) => {
      if (call !== 'list' && path === at('b')) throw new Error('never asked for');
    });
    const { root } = await workshop.take(fromFolder(folder, { files, exclude: ['b'] }));
    expect(await linesOfTree(workshop.repository, root.id)).toEqual(['a file 5 first']);
  });
});

describe('A store that cannot be written', () => {
  test('ends the commit with its own error, and the next finds what was done', async () => {
    const disk = new FaultyFileSystem();
    await disk.makeFolder('/top');
    await using faulty = await openWorkshop({ files: disk, root: '/top/.cas' });
    for (let file = 0; file < 40; file++) writeFileSync(at(`file-${file}`), `content ${file}`);
    disk.fail({ call: 'create', errno: 'ENOSPC', at: 20 });
    const source = fromFolder(folder);
    await expect(faulty.take(source)).rejects.toMatchObject({ code: 'NO_SPACE' });
    disk.heal();
    const { root } = await faulty.take(fromFolder(folder));
    expect(await linesOfTree(faulty.repository, root.id)).toHaveLength(42);
  });
});

test('a folder of 65,001 hard links to one file, or as many as its disk allows, is that many entries', async () => {
  let links = 0;
  try {
    for (; links < 65_000; links++) linkSync(at('a'), at(`link-${links}`));
  } catch (error) {
    if (errnoOf(error) !== 'EMLINK') throw error;
  }
  const { repository } = workshop;
  const { root, entries } = await workshop.take(fromFolder(folder));
  expect(entries).toBe(links + 2);
  const ids = new Set<string>();
  for await (const { entry } of walkTree(repository.objects, root.id)) ids.add(entry.id);
  expect(ids).toEqual(new Set([hashBytes(encodeText('first')), hashBytes(encodeText('second'))]));
}, 180_000);

test('a sparse file of a terabyte is read in pieces, and can be stopped', async () => {
  truncateSync(at('b'), 2 ** 40);
  const stop = new AbortController();
  const { repository } = workshop;
  let bytes = 0;
  const onProgress = (event: { readonly bytes?: number }): void => {
    bytes = event.bytes ?? 0;
    if (bytes > 0) stop.abort();
  };
  const target = { repository, objects: repository.objects, signal: stop.signal, onProgress };
  await expect(fromFolder(folder).write(target)).rejects.toThrow(/abort/i);
  expect(bytes).toBeGreaterThan(0);
});

async function countObjects(): Promise<number> {
  await workshop.repository.objects.flush();
  let count = 0;
  for await (const _ of workshop.repository.objects.ids()) count++;
  return count;
}
