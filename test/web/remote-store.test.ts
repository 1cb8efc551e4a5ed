/** A store that is only read: everything in it is what was committed, by whatever reads ranges of its files. */
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/api/open.ts';
import { CasError } from '../../src/errors/errors.ts';
import { type ByteStream, collectBytes } from '../../src/flow/byte-stream.ts';
import { fromUrl } from '../../src/web/from-url.ts';
import type { RangeRead } from '../../src/web/range-read.ts';
import { openRemoteStore, type RemoteStore } from '../../src/web/remote-store.ts';
import type { RemoteView } from '../../src/web/remote-view.ts';
import { CHUNKED_BYTES, type MadeStore, makeStore, serve } from './served-store.ts';

let made: MadeStore;

beforeAll(async () => {
  made = await makeStore();
});

afterAll(() => made[Symbol.asyncDispose]());

/** Reads of the store's files, as a program would write it. */
function fromDisk(): RangeRead {
  return async (path, { start, end }) => {
    const file = await open(join(made.folder, path)).catch(() => undefined);
    if (file === undefined) return undefined;
    const { size: sizeBytes } = await file.stat();
    const bytes = new Uint8Array(Math.max(Math.min(end, sizeBytes) - start, 0));
    await file.read(bytes, 0, bytes.length, start);
    await file.close();
    return { bytes, sizeBytes };
  };
}

/** All files of a view and the targets of its symlinks, by path. */
async function contentsOf(view: RemoteView): Promise<Map<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>();
  for await (const { path, kind } of view.entries()) {
    if (kind === 'folder') continue;
    const isLink = kind === 'symlink';
    contents.set(path, isLink ? Buffer.from(await view.readlink(path)) : await view.readFile(path));
  }
  return contents;
}

function sorted(contents: ReadonlyMap<string, Uint8Array>): [string, string][] {
  return [...contents]
    .map(([path, bytes]): [string, string] => [path, Buffer.from(bytes).toString('latin1')])
    .sort(([left], [right]) => (left < right ? -1 : 1));
}

test('every version holds what was committed, read by ranges from a disk', async () => {
  const store = await openRemoteStore(fromDisk());
  for (const [label, committed] of made.committed)
    expect(sorted(await contentsOf(await store.view(label))), label).toEqual(sorted(committed));
});

test.each([true, false])(
  'every version holds what was committed, by a server (ranges: %s)',
  async (hasRanges) => {
    await using server = await serve(made.folder, { hasRanges });
    const store = await openRemoteStore(fromUrl(`${server.url}/.cas`));
    for (const [label, committed] of made.committed)
      expect(sorted(await contentsOf(await store.view(label))), label).toEqual(sorted(committed));
  },
);

test('labels are those of the store, as they are now', async () => {
  await using writer = await openStore(made.folder);
  const store = await openRemoteStore(fromDisk());
  expect(store.id).toBe(writer.id);
  expect(await store.labels()).toEqual(await writer.labels.list());
  await writer.labels.update([{ name: 'made-later', verb: 'create', at: 'loose' }]);
  expect((await store.label('made-later'))?.id).toBe((await store.label('loose'))?.id);
  await writer.labels.update([{ name: 'made-later', verb: 'delete' }]);
  expect(await store.label('made-later')).toBeUndefined();
});

test('a version that was committed after the store was opened is found, loose or packed', async () => {
  const store = await openRemoteStore(fromDisk());
  await contentsOf(await store.view('release/v1'));
  await using writer = await openStore(made.folder);
  const { fromEntries } = await import('../../src/source/entries.ts');
  const files = Array.from({ length: 50 }, (_, at) => ({ path: `${at}`, content: `late ${at}` }));
  await writer.commit('late', fromEntries(files));
  expect(await contentsOf(await store.view('late'))).toHaveProperty('size', 50);
});

describe('a view', () => {
  let store: RemoteStore;
  let view: RemoteView;

  beforeAll(async () => {
    store = await openRemoteStore(fromDisk());
    view = await store.view('release/v2');
  });

  test('readdir() lists a folder in order, with sizes, also through a symlink', async () => {
    const names = (await view.readdir()).map(({ name, kind }) => [name, kind]);
    expect(names.slice(0, 4)).toEqual([
      ['bin', 'folder'],
      ['docs', 'folder'],
      ['hollow', 'folder'],
      ['long.txt', 'file'],
    ]);
    expect((await view.readdir('up')).map(({ path }) => path)).toEqual(['docs/link', 'docs/read me.txt']);
    expect(await view.readdir('hollow')).toEqual([]);
  });

  test('stat() follows a symlink, and lstat() does not', async () => {
    expect(await view.stat('docs/link')).toMatchObject({ kind: 'file', path: 'text/7.txt', name: '7.txt' });
    expect(await view.lstat('docs/link')).toMatchObject({ kind: 'symlink', path: 'docs/link' });
    expect(await view.stat('bin/run')).toMatchObject({ kind: 'executable', sizeBytes: 10 });
    expect((await view.stat('docs')).sizeBytes).toBe(
      (await view.readdir()).find(({ name }) => name === 'docs')!.sizeBytes,
    );
    expect(await view.stat('')).toMatchObject({ kind: 'folder', path: '', id: view.snapshot.tree });
  });

  test('entries() and stat() say the same of everything', async () => {
    for await (const entry of view.entries()) expect(await view.lstat(entry.path)).toEqual(entry);
  });

  test('open() gives a part of a file, however it lies', async () => {
    const collect = async (stream: Promise<ByteStream>): Promise<Uint8Array> => collectBytes(await stream);
    const committed = made.committed.get('release/v2')!;
    for (const path of ['noise', 'long.txt', 'text/3.txt', 'nothing']) {
      const whole = committed.get(path)!;
      expect(Buffer.compare(await collect(view.open(path)), whole), path).toBe(0);
      for (const range of [{ start: 5 }, { end: 7 }, { start: 100, end: 300_000 }, { start: 2 ** 40 }])
        expect(
          Buffer.compare(await collect(view.open(path, range)), whole.subarray(range.start ?? 0, range.end)),
          path,
        ).toBe(0);
    }
  });

  test('a part of a long file costs no more than what it lies in', async () => {
    let readBytes = 0;
    const counted: RangeRead = async (path, range) => {
      const part = await fromDisk()(path, range);
      readBytes += part?.bytes.length ?? 0;
      return part;
    };
    const other = await (await openRemoteStore(counted)).view('release/v2');
    await other.stat('noise');
    const before = readBytes;
    await collectBytes(await other.open('noise', { start: 10, end: 20 }));
    expect(readBytes - before).toBeLessThan(CHUNKED_BYTES / 2);
  });

  test.each([
    ['nothing/below', 'PATH_NOT_FOUND'],
    ['absent', 'PATH_NOT_FOUND'],
    ['lost', 'PATH_NOT_FOUND'],
    ['loop', 'PATH_INVALID'],
    ['x'.repeat(300), 'PATH_INVALID'],
    ['docs', 'NOT_A_FILE'],
    ['../docs', 'NOT_A_FILE'],
  ])('readFile(%j) ends in %s', async (path, code) => {
    await expect(view.readFile(path)).rejects.toMatchObject({ code });
  });

  test('what is not there, or of another kind, is said', async () => {
    await expect(view.readdir('nothing')).rejects.toMatchObject({ code: 'NO_TREE' });
    await expect(view.readlink('nothing')).rejects.toMatchObject({ code: 'NOT_A_SYMLINK' });
    await expect(view.readFile('noise', { maxBytes: 1000 })).rejects.toMatchObject({ code: 'TOO_LARGE' });
    await expect(store.view('absent')).rejects.toMatchObject({ code: 'REVISION_NOT_FOUND' });
    await expect(store.view(`sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
    await expect(store.view(view.snapshot.tree)).rejects.toMatchObject({ code: 'SNAPSHOT_INVALID' });
  });

  test('view() takes the id of a snapshot, and read() that of any object', async () => {
    const again = await store.view(view.snapshotId);
    expect(again.snapshot).toEqual(view.snapshot);
    const { id } = await view.stat('docs/read me.txt');
    expect(Buffer.from(await store.read(id)).toString()).toBe('of version 2\n');
    expect(Buffer.from(await collectBytes(await store.open(id, { start: 3 }))).toString()).toBe(
      'version 2\n',
    );
  });
});

describe('damage', () => {
  const flipped = (wanted: RegExp, at: number): ReturnType<typeof serve> =>
    serve(made.folder, {
      change: (path, bytes) => {
        const changed = Uint8Array.from(bytes);
        if (wanted.test(path)) changed[at < 0 ? changed.length + at : at]! ^= 0x55;
        return changed;
      },
    });

  test('a flipped byte anywhere in packs ends in an error, or changes nothing', async () => {
    const committed = sorted(made.committed.get('beside')!);
    for (const at of [0, 13, 100, 700, 1500, -40, -100, -700]) {
      await using server = await flipped(/\.pack$/, at);
      const store = await openRemoteStore(fromUrl(`${server.url}/.cas`));
      const read = store.view('beside').then(contentsOf).then(sorted);
      await read.then(
        (contents) => expect(contents).toEqual(committed),
        (error) => expect(error).toMatchObject({ name: 'CorruptError' }),
      );
    }
  });

  test('a flipped byte in a content is refused', async () => {
    await using store = await openStore(made.folder);
    const { id } = (await store.resolve('loose:one/file')) as { id: string };
    await using server = await flipped(new RegExp(id.slice(-62)), -8);
    const remote = await openRemoteStore(fromUrl(`${server.url}/.cas`));
    await expect((await remote.view('loose')).readFile('one/file')).rejects.toMatchObject({
      code: 'OBJECT_CORRUPT',
    });
  });

  test.each([
    [/\.idx$/, 2000, 'IDX_INVALID'],
    [/^refs\/log$/, 200, 'LABEL_LOG_CORRUPT'],
    [/^config\.json$/, 0, 'CONFIG_INVALID'],
  ])('a flipped byte in %s ends in %s', async (wanted, at, code) => {
    await using server = await flipped(wanted, at);
    const read = async (): Promise<unknown> =>
      contentsOf(await (await openRemoteStore(fromUrl(`${server.url}/.cas`))).view('release/v1'));
    await expect(read()).rejects.toMatchObject({ code });
  });

  test.each(['idx', 'meta', 'pack'])(
    'a lie about the size of an %s ends in an error, or changes nothing',
    async (suffix) => {
      for (const sizeBytes of [2 ** 52, 2 ** 31, 100]) {
        const lying: RangeRead = async (path, range) => {
          const part = await fromDisk()(path, range);
          return part && path.endsWith(`.${suffix}`) ? { ...part, sizeBytes } : part;
        };
        const store = await openRemoteStore(lying);
        const read = store.view('beside').then(contentsOf).then(sorted);
        await read.then(
          (contents) => expect(contents).toEqual(sorted(made.committed.get('beside')!)),
          (error) => expect(error).toBeInstanceOf(CasError),
        );
      }
    },
  );

  test('without the list of packs, what lies in them is missing, and said to be', async () => {
    const blind: RangeRead = async (path, range) =>
      path === 'objects/info/packs' ? undefined : fromDisk()(path, range);
    const store = await openRemoteStore(blind);
    await expect(store.view('release/v1')).rejects.toMatchObject({ code: 'OBJECT_MISSING' });
    expect(sorted(await contentsOf(await store.view('loose')))).toEqual(sorted(made.committed.get('loose')!));
  });

  test('a pack that the list still names, and is gone, hides nothing', async () => {
    const list = await readFile(join(made.folder, 'objects/info/packs'));
    const stale = Buffer.concat([Buffer.from(`P pack-${'0'.repeat(64)}.pack\n`), list]);
    const read: RangeRead = async (path, range) =>
      path === 'objects/info/packs'
        ? { bytes: stale.subarray(range.start, range.end), sizeBytes: stale.length }
        : fromDisk()(path, range);
    const store = await openRemoteStore(read);
    expect(sorted(await contentsOf(await store.view('beside')))).toEqual(
      sorted(made.committed.get('beside')!),
    );
  });
});
