/** What a view asks of its store: what cannot be had at once, how much at most, and parts of what is long. */
import { expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { collectBytes, streamOf } from '../../src/flow/byte-stream.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { NO_ATTRIBUTES } from '../../src/object/attributes.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import { namedObjects } from '../../src/odb/named-objects.ts';
import type { ByteRange, ObjectReader } from '../../src/odb/object-store.ts';
import { writeTree } from '../../src/tree/builder.ts';
import { openViewFs } from '../../src/vfs/view-fs.ts';
import { openFaulty } from '../files/file-systems.ts';
import { openFiles } from '../odb/object-stores.ts';
import { file, folder, storeMembers } from '../view/stored-tree.ts';

test('what cannot be had at once is CONTENT_NOT_HERE, with a hint, and is read by who waits', async () => {
  await using place = await openFaulty();
  expect(place.files.openNow).toBeUndefined();
  await place.files.makeFolder(`${place.root}/pack`);
  await using store = openFiles(place.files, place.root);
  const { id: treeId } = await storeMembers(store, [folder('d', [file('f', 'waited for')])]);
  const view = openViewFs(store, { treeId, timeSeconds: 0 });
  const notHere = expect.objectContaining({
    name: 'SystemError',
    code: 'CONTENT_NOT_HERE',
    hint: 'use the calls that take a callback or answer with a promise',
  });
  for (const call of [
    () => view.readFileSync('/d/f'),
    () => view.statSync('/d'),
    () => view.existsSync('/d'),
    () => view.readdirSync('/'),
    () => view.opendirSync('/'),
  ]) {
    expect(call).toThrow(notHere);
  }
  expect(view.statSync('/').isDirectory()).toBe(true); // for which nothing is read
  expect(await view.promises.readdir('/')).toEqual(['d']);
  expect(view.readdirSync('/')).toEqual(['d']); // which is known by now
  expect(await view.promises.readFile('/d/f', 'utf8')).toBe('waited for');
  expect((await view.createReadStream('/d/f').toArray()).join('')).toBe('waited for');
  expect(() => view.readFileSync('/d/f')).toThrow(notHere);
});

const LONG_BYTES = 3 * 2 ** 40;

/** A tree with one file, of which it says that it is long, over a store that answers what it was asked for. */
async function openLong() {
  const inner = memoryStore();
  const content = { id: await inner.put('content', encodeText('short')), sizeBytes: LONG_BYTES };
  const entry = { kind: 'file', name: encodeText('long'), attributes: NO_ATTRIBUTES, ...content } as const;
  const { id: treeId } = await writeTree(inner, [entry]);
  const asked: number[] = [];
  const ranges: ByteRange[] = [];
  const objects: ObjectReader = {
    ...inner,
    read: (id, options) => {
      asked.push(options?.maxBytes ?? Number.POSITIVE_INFINITY);
      return inner.read(id, options);
    },
    readNow: (id, options) => {
      asked.push(options?.maxBytes ?? Number.POSITIVE_INFINITY);
      return inner.readNow!(id, options);
    },
    readRange: async (_, range) => {
      ranges.push(range);
      return streamOf(new Uint8Array(range.end - range.start));
    },
  };
  return { fs: openViewFs(objects, { treeId, timeSeconds: 0 }), asked, ranges };
}

test('no more than 1 GiB is held at once, whatever a tree says', async () => {
  const { fs, asked } = await openLong();
  fs.readFileSync('/long');
  await fs.promises.readFile('/long');
  fs.readSync(fs.openSync('/long', 'r'), Buffer.alloc(9));
  expect(asked.length).toBeGreaterThanOrEqual(3);
  expect(Math.max(...asked)).toBeLessThanOrEqual(2 ** 30);
});

test('of a long file who may wait reads the parts that are asked for, and no others', async () => {
  const { fs, ranges } = await openLong();
  const options = { start: LONG_BYTES - 100_000, highWaterMark: 60_000 };
  const pieces = await fs.createReadStream('/long', options).toArray();
  expect(Buffer.concat(pieces)).toHaveLength(100_000);
  const start = LONG_BYTES - 100_000;
  expect(ranges).toEqual([
    { start, end: start + 60_000 },
    { start: start + 60_000, end: LONG_BYTES },
  ]);
});

test('a view of a store reads parts as its objects do', async () => {
  const inner = memoryStore();
  const readRange: ObjectReader['readRange'] = async () => streamOf(encodeText('a part'));
  const id = await inner.put('content', encodeText('the whole'));
  const named = namedObjects({ ...inner, readRange });
  const part = await named.readRange!(id, { start: 0, end: 6 });
  expect(await collectBytes(part!)).toEqual(encodeText('a part'));
  const absent = hashBytes(encodeText('absent'));
  await expect(namedObjects(inner).readRange!(absent, { start: 0, end: 1 })).rejects.toMatchObject({
    code: 'OBJECT_MISSING',
  });
});
