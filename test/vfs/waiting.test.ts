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
      if (options?.range === undefined) return inner.readNow!(id, options);
      ranges.push(options.range);
      return new Uint8Array(options.range.end - options.range.start);
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

test('of a long file who may wait reads the parts that are asked for, and of little what follows it', async () => {
  const { fs, ranges } = await openLong();
  const start = LONG_BYTES - 500_000;
  const pieces = await fs.createReadStream('/long', { start, highWaterMark: 60_000 }).toArray();
  expect(Buffer.concat(pieces)).toHaveLength(500_000);
  const second = start + 240_000; // where the fifth of 60,000 begins, which the first part does not hold to its end
  expect(ranges).toEqual([
    { start, end: start + 2 ** 18 },
    { start: second, end: LONG_BYTES < second + 2 ** 18 ? LONG_BYTES : second + 2 ** 18 },
  ]);
  ranges.length = 0;
  await fs.createReadStream('/long', { start, highWaterMark: 300_000 }).toArray();
  expect(ranges).toEqual([
    { start, end: start + 300_000 },
    { start: start + 300_000, end: LONG_BYTES },
  ]);
});

test('of a long file who cannot wait reads a part, too, and holds it while the file is open', async () => {
  const { fs, ranges } = await openLong();
  const fd = fs.openSync('/long', 'r');
  const start = LONG_BYTES - 2 ** 18 - 100_000;
  for (let at = start; at < start + 2 ** 18; at += 1024)
    expect(fs.readSync(fd, Buffer.alloc(1024), 0, 1024, at)).toBe(1024);
  expect(ranges).toEqual([{ start, end: start + 2 ** 18 }]);
  expect(fs.readSync(fd, Buffer.alloc(9000), 0, 9000, LONG_BYTES - 5000)).toBe(5000);
  expect(fs.readSync(fd, Buffer.alloc(2 ** 20), 0, 2 ** 20, 7)).toBe(2 ** 20); // so much is not held besides
  expect(ranges.slice(1)).toEqual([
    { start: LONG_BYTES - 5000, end: LONG_BYTES },
    { start: 7, end: 7 + 2 ** 20 },
  ]);
});

test('of a file that is shorter than its tree says as much is read as there is', async () => {
  const inner = memoryStore();
  const content = { id: await inner.put('content', encodeText('short')), sizeBytes: 9 };
  const entry = { kind: 'file', name: encodeText('f'), attributes: NO_ATTRIBUTES, ...content } as const;
  const { id: treeId } = await writeTree(inner, [entry]);
  const fs = openViewFs(inner, { treeId, timeSeconds: 0 });
  const fd = fs.openSync('/f', 'r');
  const into = Buffer.alloc(9, '.');
  expect(fs.readSync(fd, into, 0, 9, null)).toBe(5);
  expect(into.toString()).toBe('short....');
  expect(fs.readSync(fd, into, 0, 9, null)).toBe(0);
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
