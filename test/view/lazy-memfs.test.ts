/** What a lazy memfs volume reads, and when. */
import { createFsFromVolume, type Volume } from 'memfs';
import { describe, expect, test } from 'vitest';
import type { ObjectId } from '../../src/hash/object-id.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import type { ObjectReader } from '../../src/odb/object-store.ts';
import { openView, type View } from '../../src/view/view.ts';
import { file, folder, program, storeMembers, symlink } from './stored-tree.ts';

const MEMBERS = [
  folder('d', [file('f', 'deep'), program('run')]),
  file('empty'),
  file('f', 'text'),
  symlink('l', 'd/f'),
  file('long', 'x'.repeat(100_000)),
];

interface Watched {
  readonly view: View;
  readonly volume: Volume;
  /** Contents that were read since the volume was made. */
  readonly reads: ObjectId[];
}

async function openWatched(members = MEMBERS): Promise<Watched> {
  const store = memoryStore();
  const { id } = await storeMembers(store, members);
  const reads: ObjectId[] = [];
  const watch = <Given extends [ObjectId, ...unknown[]], Answer>(read: (...given: Given) => Answer) => {
    return (...given: Given): Answer => {
      reads.push(given[0]);
      return read(...given);
    };
  };
  const objects: ObjectReader = {
    name: 'watched',
    has: (wanted) => store.has(wanted),
    stat: (wanted) => store.stat(wanted),
    read: watch((wanted, options) => store.read(wanted, options)),
    readNow: watch((wanted, options) => store.readNow!(wanted, options)),
    open: watch((wanted) => store.open(wanted)),
    ids: () => store.ids(),
  };
  const view = openView(objects, { treeId: id, timeSeconds: 5 });
  const volume = await view.memfs({ lazy: true });
  reads.splice(0);
  return { view, volume, reads };
}

describe('memfs({ lazy: true })', () => {
  test('is made of trees and symlinks alone', async () => {
    const store = memoryStore();
    const { id } = await storeMembers(store, [file('f', 'text'), folder('g', [file('h', 'more')])]);
    const without: ObjectReader = {
      ...store,
      name: 'trees',
      read: (wanted, options) => store.read(wanted, options),
      open: (wanted) => store.open(wanted),
      readNow: () => expect.unreachable('a content was read'),
    };
    const volume = await openView(without, { treeId: id }).memfs({ lazy: true });
    expect(volume.statSync('/g/h').size).toBe(4);
  });

  test('reads no content before it is touched, and each once', async () => {
    const { volume, reads } = await openWatched();
    expect(volume.readdirSync('/', { recursive: true })).toHaveLength(7);
    expect(volume.statSync('/long').size).toBe(100_000);
    expect(volume.statSync('/l').size).toBe(4);
    expect(volume.readlinkSync('/l')).toBe('d/f');
    volume.renameSync('/long', '/d/long');
    volume.chmodSync('/f', 0o755);
    volume.unlinkSync('/empty');
    expect(reads).toEqual([]);
    expect(volume.readFileSync('/l', 'utf8')).toBe('deep');
    expect(volume.readFileSync('/d/f', 'utf8')).toBe('deep');
    expect(volume.readFileSync('/d/long', 'utf8')).toHaveLength(100_000);
    expect(reads).toHaveLength(2);
  });

  test('holds what a volume holds that is not lazy', async () => {
    const { view, volume, reads } = await openWatched();
    const eager = await view.memfs();
    reads.splice(0);
    for (const path of ['/d', '/d/f', '/d/run', '/f', '/long', '/l']) {
      const [left, right] = [volume.lstatSync(path), eager.lstatSync(path)];
      expect([left.mode, left.size, left.mtimeMs]).toEqual([right.mode, right.size, right.mtimeMs]);
    }
    expect(reads).toEqual([]);
    expect(volume.toJSON()).toEqual(eager.toJSON());
    expect(volume.statSync('/f').mtimeMs).toBe(5000);
  });

  test('reads what is changed in part, and nothing of what is replaced', async () => {
    const { volume, reads } = await openWatched();
    volume.writeFileSync('/long', 'short');
    volume.truncateSync('/d/run', 0);
    const fd = volume.openSync('/d/f', 'w');
    volume.writeSync(fd, 'new');
    expect(reads).toEqual([]);
    volume.appendFileSync('/f', ' and more');
    expect(reads).toHaveLength(1);
    const contents = ['/long', '/d/run', '/d/f', '/f'].map((path) => volume.readFileSync(path, 'utf8'));
    expect(contents).toEqual(['short', '', 'new', 'text and more']);
    expect(reads).toHaveLength(1);
  });

  test('cuts off and goes on at what was there', async () => {
    const { volume } = await openWatched();
    volume.truncateSync('/f', 2);
    const fd = volume.openSync('/d/f', 'r+');
    volume.writeSync(fd, 'X', 1);
    expect([volume.readFileSync('/f', 'utf8'), volume.readFileSync('/d/f', 'utf8')]).toEqual(['te', 'dXep']);
  });

  test('streams, answers by promise, and copies', async () => {
    const { volume } = await openWatched();
    const fs = createFsFromVolume(volume);
    expect(await fs.promises.readFile('/f', 'utf8')).toBe('text');
    const pieces: Buffer[] = [];
    for await (const piece of fs.createReadStream('/d/f') as AsyncIterable<Buffer>) pieces.push(piece);
    expect(Buffer.concat(pieces).toString()).toBe('deep');
    fs.copyFileSync('/long', '/copy');
    expect(fs.readFileSync('/copy', 'utf8')).toHaveLength(100_000);
  });

  test('tells what cannot be read when it is touched, each time', async () => {
    const store = memoryStore();
    const { id } = await storeMembers(store, [file('f', 'text')]);
    const { readNow: _, ...slow } = { ...store, read: store.read.bind(store), open: store.open.bind(store) };
    const volume = await openView(slow as ObjectReader, { treeId: id }).memfs({ lazy: true });
    for (let time = 0; time < 2; time++)
      expect(() => volume.readFileSync('/f')).toThrow(expect.objectContaining({ code: 'CONTENT_NOT_HERE' }));
    expect(volume.statSync('/f').size).toBe(4);
  });
});
