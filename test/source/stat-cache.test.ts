import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SystemError } from '../../src/errors/errors.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { hexOf, type ObjectId } from '../../src/hash/object-id.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import { fromFiles } from '../../src/source/files.ts';
import { fromFolder } from '../../src/source/folder.ts';
import type { FolderOptions } from '../../src/source/gathering.ts';
import { commit } from '../../src/store/commit.ts';
import type { CommitSource } from '../../src/store/commit-source.ts';
import { watchFiles, withCoarseClock } from './watched-files.ts';
import { linesOfTree, openWorkshop, type Workshop } from './workshop.ts';

/** Long enough for a file to be old: more than the tick of the clock that the cache doubts. */
const SETTLED_MS = 30;

let workshop: Workshop;
let folder: string;

beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop[Symbol.asyncDispose]());
beforeEach(() => {
  folder = workshop.at(`set-${randomUUID()}`);
  mkdirSync(join(folder, 'sub'), { recursive: true });
  for (const name of ['a', 'b', 'sub/c']) writeFileSync(at(name), `content of ${name}`);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(statFolder(), { recursive: true, force: true });
});

const at = (name: string): string => join(folder, name);
const statFolder = (): string => `${workshop.repository.layout.cache}/stat`;
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, SETTLED_MS));

/** The names of the files that a commit of the folder opens, in order. */
async function openedBy(make: (files: FileSystem) => CommitSource): Promise<string[]> {
  const opened: string[] = [];
  const files = watchFiles(nodeFiles(), (call, path) => {
    if (call === 'open') opened.push(path.slice(folder.length + 1));
  });
  await commit(workshop.repository, { label: randomUUID(), source: make(files) });
  return opened;
}

const opened = (options: FolderOptions = {}): Promise<string[]> =>
  openedBy((files) => fromFolder(folder, { ...options, files }));

/** The tree as it is without any cache, in a store of its own. */
async function freshLines(): Promise<string[]> {
  const { repository } = workshop;
  const objects = memoryStore();
  const layout = { ...repository.layout, cache: '/nowhere/cache' };
  const { root } = await fromFolder(folder).write({ repository: { ...repository, layout }, objects });
  return linesOfTree({ objects }, root.id);
}

describe('a file that did not change', () => {
  test('is neither opened nor read the next time', async () => {
    await settle();
    expect(await opened()).toEqual(['a', 'b', 'sub/c']);
    expect(await opened()).toEqual([]);
    expect(await opened()).toEqual([]);
  });

  test('is read all the same where that is asked for', async () => {
    await settle();
    await opened();
    expect(await opened({ unchanged: 'read' })).toEqual(['a', 'b', 'sub/c']);
    expect(await opened()).toEqual([]);
  });

  test('is known under any path that leads to the folder', async () => {
    await settle();
    expect(await opened()).toEqual(['a', 'b', 'sub/c']);
    expect(await openedBy((files) => fromFiles([folder, join(folder, 'sub', 'c')], { files }))).toEqual([
      'sub/c',
    ]);
    expect(await openedBy((files) => fromFolder(`${folder}/sub/..`, { files }))).toEqual([]);
  });

  test('is read again where the store has lost its content', async () => {
    await settle();
    await opened();
    const id = hexOf(await workshop.repository.objects.put('content', Buffer.from('content of b')));
    unlinkSync(join(workshop.repository.layout.objects, id.slice(0, 2), id.slice(2)));
    expect(await opened()).toEqual(['b']);
    expect(await opened()).toEqual([]);
  });

  test('is left out where a rule says so from now on, and is known again after that', async () => {
    await settle();
    const treeOf = async (options: FolderOptions = {}): Promise<ObjectId> => {
      const source = fromFolder(folder, options);
      return (await commit(workshop.repository, { label: 'rules', source })).tree;
    };
    const [whole, less] = [await treeOf(), await treeOf({ exclude: ['c', '/b'] })];
    expect(await linesOfTree(workshop.repository, less)).toEqual(['a file 12 content of a', 'sub folder 0 ']);
    expect(await treeOf()).toBe(whole);
  });
});

describe('a file that changed', () => {
  const changes: Readonly<Record<string, () => void>> = {
    'was written with the same size': () => writeFileSync(at('b'), 'CONTENT of b'),
    'was written with the same size and its old time': () => {
      const { atime, mtime } = lstatSync(at('b'));
      writeFileSync(at('b'), 'CONTENT of b');
      utimesSync(at('b'), atime, mtime);
    },
    'was replaced by another with the same size and time': () => {
      const { atime, mtime } = lstatSync(at('b'));
      writeFileSync(at('new'), 'CONTENT of b');
      utimesSync(at('new'), atime, mtime);
      renameSync(at('new'), at('b'));
    },
    'was touched': () => utimesSync(at('b'), 1, 1),
    'may be executed now': () => chmodSync(at('b'), 0o755),
    'has another name too': () => linkSync(at('b'), `${folder}-twin`),
  };

  test.for(Object.entries(changes))('is read again where it %s, and no other is', async ([, change]) => {
    await settle();
    await opened();
    await settle();
    change();
    const expected = await freshLines();
    expect(await opened()).toEqual(['b']);
    const { root } = await workshop.take(fromFolder(folder));
    expect(await linesOfTree(workshop.repository, root.id)).toEqual(expected);
  });

  test.for([1n, 4_000_000n, 10_000_000n, 1_000_000_000n, 2_000_000_000n])(
    'within one tick of a clock of %d ns is read again, however often',
    async (tickNs) => {
      const files = withCoarseClock(nodeFiles(), tickNs);
      const { repository } = workshop; // whose own clock is as fine as it can be
      for (let round = 0; round < 15; round++) {
        const content = `round ${round}`;
        writeFileSync(at('b'), content);
        await commit(repository, { label: 'race', source: fromFolder(folder, { files }) });
        writeFileSync(at('b'), content.toUpperCase()); // as early as can be, and of the same size
        const { root } = await workshop.take(fromFolder(folder, { files }));
        const lines = await linesOfTree(repository, root.id);
        expect(lines).toContain(`b file ${content.length} ${content.toUpperCase()}`);
      }
    },
  );
});

test('any edits of folders between commits give the same tree as without a cache', async () => {
  const anyPath = fc.array(fc.constantFrom('a', 'b', 'a-', 'sub', 'c'), { minLength: 1, maxLength: 3 });
  const anyEdit = fc.record({
    path: anyPath.map((names) => names.join('/')),
    kind: fc.constantFrom('write', 'write', 'folder', 'remove', 'chmod', 'commit', 'commit'),
    content: fc.constantFrom('one', 'longer'),
  });
  /** What is at a path; nothing where a file stands above it. */
  const lookAt = (path: string): Stats | undefined => {
    try {
      return statSync(at(path));
    } catch {
      return undefined;
    }
  };
  type Edit = typeof anyEdit extends fc.Arbitrary<infer Value> ? Value : never;
  const edit = async ({ path, kind, content }: Edit): Promise<void> => {
    const stat = lookAt(path);
    const isFree = stat === undefined && lookAt(dirname(path))?.isDirectory() === true;
    if (kind === 'commit') {
      await settle();
      await commit(workshop.repository, { label: 'edits', source: fromFolder(folder) });
    } else if (kind === 'remove' && stat !== undefined) rmSync(at(path), { recursive: true });
    else if (kind === 'chmod' && stat !== undefined) chmodSync(at(path), stat.mode ^ 0o100);
    else if (kind === 'write' && (isFree || stat?.isFile() === true)) writeFileSync(at(path), content);
    else if (kind === 'folder' && isFree) mkdirSync(at(path));
  };
  const property = fc.asyncProperty(fc.array(anyEdit, { minLength: 8, maxLength: 30 }), async (edits) => {
    for (const each of edits) await edit(each);
    const expected = await freshLines();
    const { root } = await workshop.take(fromFolder(folder));
    expect(await linesOfTree(workshop.repository, root.id)).toEqual(expected);
  });
  await fc.assert(property, { numRuns: 25 });
});

test('any edits between commits give the same tree as without a cache', async () => {
  const names = ['a', 'b', 'sub/c', 'sub/d', 'e'];
  const anyEdit = fc.record({
    name: fc.constantFrom(...names),
    kind: fc.constantFrom('write', 'remove', 'touch', 'chmod', 'swap', 'commit', 'wait'),
    content: fc.constantFrom('one', 'two', 'ten', 'longer'),
  });
  const edit = async ({
    name,
    kind,
    content,
  }: {
    name: string;
    kind: string;
    content: string;
  }): Promise<void> => {
    const path = at(name);
    const isThere = statSync(path, { throwIfNoEntry: false }) !== undefined;
    if (kind === 'write') writeFileSync(path, content);
    else if (kind === 'wait') await settle();
    else if (kind === 'commit')
      await commit(workshop.repository, { label: 'edits', source: fromFolder(folder) });
    else if (!isThere) return;
    else if (kind === 'remove') rmSync(path);
    else if (kind === 'touch') utimesSync(path, 1_000_000_000, 1_000_000_000);
    else if (kind === 'chmod') chmodSync(path, 0o755);
    else renameSync(path, at(content));
  };
  const property = fc.asyncProperty(fc.array(anyEdit, { minLength: 4, maxLength: 14 }), async (edits) => {
    for (const each of edits) await edit(each);
    const expected = await freshLines();
    const { root } = await workshop.take(fromFolder(folder));
    expect(await linesOfTree(workshop.repository, root.id)).toEqual(expected);
  });
  await fc.assert(property, { numRuns: 25 });
});

describe('a cache', () => {
  const onlyTable = (): string => join(statFolder(), readdirSync(statFolder())[0]!);

  beforeEach(async () => {
    await settle();
    await opened();
  });

  test('that is deleted, torn, empty or not a file makes no difference', async () => {
    const whole = readFileSync(onlyTable());
    const path = onlyTable();
    for (const spoil of [
      () => rmSync(workshop.repository.layout.cache, { recursive: true }),
      () => writeFileSync(path, whole.subarray(0, whole.length >> 1)),
      () => writeFileSync(path, ''),
      () => writeFileSync(path, Buffer.alloc(whole.length)),
    ]) {
      spoil();
      expect(await opened()).toEqual(['a', 'b', 'sub/c']);
      expect(await opened()).toEqual([]);
    }
    rmSync(path);
    mkdirSync(path);
    expect(await opened()).toEqual(['a', 'b', 'sub/c']);
    expect(await opened()).toEqual(['a', 'b', 'sub/c']);
  });

  test('of another folder is not asked', async () => {
    const table = readFileSync(onlyTable());
    const twin = `${folder}-copy`;
    mkdirSync(join(twin, 'sub'), { recursive: true });
    for (const name of ['a', 'b', 'sub/c']) writeFileSync(join(twin, name), `CONTENT of ${name}`);
    await commit(workshop.repository, { label: randomUUID(), source: fromFolder(twin) });
    for (const name of readdirSync(statFolder())) writeFileSync(join(statFolder(), name), table);
    const { root } = await workshop.take(fromFolder(twin));
    expect(await linesOfTree(workshop.repository, root.id)).toContain('a file 12 CONTENT of a');
    rmSync(twin, { recursive: true });
  });

  test('is left as it is by a rehearsal, and by a commit of which nothing was read', async () => {
    const { ino } = statSync(onlyTable());
    writeFileSync(at('new'), 'x');
    await commit(workshop.repository, { label: 'x', source: fromFolder(folder) }, { mode: 'rehearse' });
    expect(statSync(onlyTable()).ino).toBe(ino);
    rmSync(at('new'));
    expect(await opened()).toEqual([]);
    expect(statSync(onlyTable()).ino).toBe(ino);
    expect(readdirSync(statFolder())).toHaveLength(1);
  });

  test('is kept of 64 folders, those that were committed last', async () => {
    for (let count = 0; count < 70; count++) {
      const path = join(statFolder(), `old-${count}`);
      writeFileSync(path, '');
      utimesSync(path, count, count);
    }
    writeFileSync(at('b'), 'changed');
    expect(await opened()).toEqual(['b']);
    expect(readdirSync(statFolder())).toHaveLength(64);
    await settle();
    await opened();
    expect(await opened()).toEqual([]);
  });
});

test('a cache that cannot be written or read never fails a commit', async () => {
  const { repository } = workshop;
  for (const failing of ['makeFolder', 'open', 'rename', 'list', 'readFile', 'file.write', 'file.stat']) {
    const files = watchFiles(nodeFiles(), (call, path) => {
      if (call === failing && path.startsWith(repository.layout.cache))
        throw new SystemError('NO_SPACE', 'cannot do that: no space');
    });
    const source = fromFolder(folder);
    const contents = await source.write({
      repository: { ...repository, files },
      objects: repository.objects,
    });
    await contents.remember?.();
    expect(await linesOfTree(repository, contents.root.id)).toEqual(await freshLines());
    if (statSync(statFolder(), { throwIfNoEntry: false }) === undefined) continue;
    expect(readdirSync(statFolder()).filter((name) => name.startsWith('tmp_'))).toEqual([]);
  }
});

describe('a commit that is stopped', () => {
  test('is not read again up to where it came, and what was known before still is', async () => {
    await settle();
    await opened();
    writeFileSync(at('a'), 'changed a');
    writeFileSync(at('b'), 'changed b');
    await settle();
    const stop = new AbortController();
    const files = watchFiles(
      nodeFiles(),
      (call, path) => call === 'open' && path === at('a') && stop.abort(),
    );
    const source = fromFolder(folder, { files });
    const stopped = commit(workshop.repository, { label: 'x', source }, { signal: stop.signal });
    await expect(stopped).rejects.toThrow(/abort/i);
    expect(await opened()).toEqual(['b']);
  });
});
