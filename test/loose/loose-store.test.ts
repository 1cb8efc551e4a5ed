/** Loose objects as files: where they lie, what others may have done to them, and how they heal. */
import { deflateSync, inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { type ByteStream, collectBytes, streamOf } from '../../src/flow/byte-stream.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { hexOf, type ObjectId } from '../../src/hash/object-id.ts';
import { FAN_OUT, loosePath } from '../../src/loose/loose-path.ts';
import { makeFanOut, openLooseStore } from '../../src/loose/loose-store.ts';
import type { ZlibCodec } from '../../src/zlib/codec.ts';
import { nativeCodec } from '../../src/zlib/native.ts';
import { noise } from '../arbitraries/contents.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';
import { openMemfs, openNode } from '../files/file-systems.ts';
import { openLoose } from '../odb/object-stores.ts';

const HELLO = encodeText('hello\n');
const ID: ObjectId = hashBytes(HELLO);
const LONG: Uint8Array = noise(4 * 2 ** 20 + 1);
const LONG_ID: ObjectId = hashBytes(LONG);

/** The number of no process. */
const NOBODY = 2 ** 31 - 1;
const STRAY = 'tmp_1_0123456789abcdef';

function deflated(text: string, content: Uint8Array = new Uint8Array(0)): Uint8Array {
  return new Uint8Array(deflateSync(concatBytes([encodeText(text), content])));
}

describe('a loose object', () => {
  test('is a zlib stream of type, size and bytes, under the first two digits of its id, read-only', async () => {
    await using place = await openNode();
    const { files, root } = place;
    const store = openLoose(files, root);
    const tree = await store.put('tree', encodeText('tree 1\n'));
    const snapshot = await store.put('snapshot', HELLO);
    await store.putStream('content', streamOf(LONG), { sizeBytes: LONG.length });
    await store.flush();
    const text = async (id: ObjectId): Promise<string> =>
      inflateSync((await files.readFile(`${root}/${hexOf(id).slice(0, 2)}/${hexOf(id).slice(2)}`, 1e8))!)
        .subarray(0, 20)
        .toString('latin1');
    expect(await text(tree)).toBe('tree 7\0tree 1\n');
    expect(await text(snapshot)).toBe('commit 6\0hello\n');
    expect(await text(LONG_ID)).toMatch(/^blob 4194305\0/);
    expect((await files.stat(loosePath(root, tree)))?.mode).toBe(0o444);
  });

  test('of what cannot be compressed is stored, and of what can is compressed', async () => {
    await using place = await openMemfs();
    const store = openLoose(place.files, place.root);
    const [random, zeros] = [
      await store.put('content', noise(9000)),
      await store.put('content', new Uint8Array(9000)),
    ];
    expect((await store.stat(random))!.storedBytes).toBeGreaterThan(9000);
    expect((await store.stat(zeros))!.storedBytes).toBeLessThan(200);
  });

  test('is written for a group whatever the umask, in folders for it', async () => {
    await using place = await openNode();
    const permissions = { file: 0o440, folder: 0o2775 };
    const store = openLooseStore(place.root, {
      files: place.files,
      codec: nativeCodec,
      level: 1,
      permissions,
    });
    const id = await store.put('content', HELLO);
    await store.flush();
    const path = loosePath(place.root, id);
    expect((await place.files.stat(path))?.mode).toBe(0o440);
    expect((await place.files.stat(path.slice(0, -63)))?.mode).toBe(0o2775);
  });

  test('has its folder made beforehand by makeFanOut(), all 256', async () => {
    await using place = await openMemfs();
    await makeFanOut(place.files, place.root);
    expect((await place.files.list(place.root))!.length).toBe(256);
    await makeFanOut(place.files, place.root, 0o2775); // for a group, whatever was there
    const modes = FAN_OUT.map(async (name) => (await place.files.stat(`${place.root}/${name}`))?.mode);
    expect(new Set(await Promise.all(modes))).toEqual(new Set([0o2775]));
  });

  test('that was put again is made young again', async () => {
    await using place = await openNode();
    const store = openLoose(place.files, place.root);
    await store.put('content', HELLO);
    await store.flush();
    await nodeFiles().touch(loosePath(place.root, ID), 1000);
    await store.put('content', HELLO);
    expect((await place.files.stat(loosePath(place.root, ID)))!.modifiedNs).toBeGreaterThan(10n ** 18n);
  });
});

/** Files under the id of `hello`, none of which holds it. */
const DAMAGED: Readonly<Record<string, Uint8Array>> = {
  'is empty': new Uint8Array(0),
  'is not compressed': encodeText('blob 6\0hello\n'),
  'is cut off': deflated('blob 6\0', HELLO).subarray(0, -5),
  'has bytes behind its stream': concatBytes([deflated('blob 6\0', HELLO), encodeText('x')]),
  'is two streams': concatBytes([deflated('blob 6\0', HELLO), deflated('blob 6\0', HELLO)]),
  'has a wrong check sum': deflated('blob 6\0', HELLO).map((byte, at, all) =>
    at === all.length - 1 ? byte ^ 1 : byte,
  ),
  'says too few bytes': deflated('blob 5\0', HELLO),
  'says too many bytes': deflated('blob 7\0', HELLO),
  'says a negative size': deflated('blob -1\0', HELLO),
  'says a size in powers of ten': deflated('blob 1e3\0', HELLO),
  'says a size with a zero in front': deflated('blob 06\0', HELLO),
  'says 2^63 bytes': deflated('blob 9223372036854775808\0', HELLO),
  'says 2^53 bytes': deflated('blob 9007199254740992\0', HELLO),
  'says a petabyte': deflated('blob 1000000000000000\0', HELLO),
  'is of an unknown type': deflated('note 6\0', HELLO),
  'has a long type': deflated(`${'b'.repeat(33)} 6\0`, HELLO),
  'has no end of its header': deflated('blob 6', encodeText('x'.repeat(100))),
  'has other bytes': deflated('blob 6\0', encodeText('jello\n')),
  'holds nothing': deflated(''),
  'is a bomb': deflated('blob 6\0', new Uint8Array(20_000_000)),
  'wants a preset dictionary': new Uint8Array(deflateSync(HELLO, { dictionary: HELLO })),
};

describe('a file that', () => {
  test.each(Object.entries(DAMAGED))(
    '%s is damage and never absence, and heals when its bytes are put',
    async (_, bytes) => {
      await using place = await openMemfs();
      const { files, root } = place;
      await files.makeFolder(`${root}/${hexOf(ID).slice(0, 2)}`);
      {
        await using file = await files.open(loosePath(root, ID), 'create');
        await file.write(bytes, 0);
      }
      const store = openLoose(files, root);
      const corrupt = { name: 'CorruptError', code: 'OBJECT_CORRUPT' };
      await expect(store.read(ID, { maxBytes: 2 ** 53 - 1 })).rejects.toMatchObject(corrupt);
      const opened = async (): Promise<unknown> => collectBytes((await store.open(ID))!.content);
      await expect(opened()).rejects.toMatchObject({
        code: expect.stringMatching(/^(OBJECT_CORRUPT|TOO_LARGE)$/) as unknown,
      });
      const stat = await store.stat(ID).catch((error: unknown) => error);
      if (stat instanceof Error) expect(stat).toMatchObject(corrupt);
      await store.put('content', HELLO);
      await store.flush();
      expect(await openLoose(files, root).read(ID)).toEqual(HELLO);
    },
  );

  test('is a folder or a symlink is damage', async () => {
    await using place = await openNode();
    const { files, root } = place;
    await files.makeFolder(`${root}/${hexOf(ID).slice(0, 2)}`);
    await files.makeSymlink(encodeText('/etc/passwd'), loosePath(root, ID));
    const store = openLoose(files, root);
    await expect(store.read(ID)).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
    await expect(store.stat(ID)).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
    await files.remove(loosePath(root, ID));
    await files.makeFolder(loosePath(root, ID));
    await expect(store.open(ID)).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
  });

  test('is long and damaged ends in an error, wherever a bit is flipped', async () => {
    await using place = await openNode();
    const { files, root } = place;
    const store = openLoose(files, root);
    await store.put('content', LONG);
    await store.flush();
    const path = loosePath(root, LONG_ID);
    await files.setMode(path, 0o644);
    const { sizeBytes } = (await files.stat(path))!;
    for (const at of [2_000_000, sizeBytes - 1]) {
      await using file = (await files.open(path, 'update'))!;
      const byte = new Uint8Array(1);
      await file.read(byte, at);
      await file.write(
        byte.map((value) => value ^ 4),
        at,
      );
      const drain = async (): Promise<unknown> => collectBytes((await store.open(LONG_ID))!.content);
      await expect(drain()).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
      await file.write(byte, at);
    }
    expect(hashBytes((await store.read(LONG_ID))!)).toBe(LONG_ID);
  });

  test('has no business there is no object, and does no harm', async () => {
    await using place = await openMemfs();
    const { files, root } = place;
    const store = openLoose(files, root);
    await store.put('content', HELLO);
    await store.flush();
    const folder = `${root}/${hexOf(ID).slice(0, 2)}`;
    for (const name of ['x', 'A'.repeat(62), ...[61, 63].map((length) => 'a'.repeat(length)), STRAY])
      await (await files.open(`${folder}/${name}`, 'create')).close();
    const ids: ObjectId[] = [];
    for await (const id of store.ids()) ids.push(id);
    expect(ids).toEqual([ID]);
  });
});

test('a thousand and twenty-four objects that wait are published, though nobody asks for it', async () => {
  const files = new FaultyFileSystem();
  const store = openLoose(files, '/');
  const seen = async (): Promise<number> => {
    let count = 0;
    for await (const _ of openLoose(files, '/').ids()) count++;
    return count;
  };
  for (let count = 1; count < 1024; count++) await store.put('content', encodeText(`object ${count}`));
  expect(await seen()).toBe(0);
  await store.put('content', encodeText('the last one'));
  expect(await seen()).toBe(1024);
});

test('a long object is read right, however its stream comes in pieces', async () => {
  await using place = await openMemfs();
  const { files, root } = place;
  const store = openLoose(files, root);
  await store.put('content', LONG);
  await store.flush();
  for (const first of [1, 5, 12, 13, 14, 64]) {
    const codec: ZlibCodec = {
      ...nativeCodec,
      inflateStream: (stream) => recut(nativeCodec.inflateStream(stream), first),
    };
    const { content } = (await openLoose(files, root, codec).open(LONG_ID))!;
    expect(hashBytes(await collectBytes(content))).toBe(LONG_ID);
  }
});

/** The first pieces of `stream` are of `length` bytes each. */
async function* recut(stream: ByteStream, length: number): ByteStream {
  let left = 10;
  for await (const piece of stream) {
    let at = 0;
    for (; left > 0 && at + length <= piece.length; left--, at += length)
      yield piece.subarray(at, at + length);
    yield piece.subarray(at);
  }
}

test('an object that cannot be looked at is not taken for damaged, and not written over', async () => {
  const files = new FaultyFileSystem();
  const store = openLoose(files, '/');
  await store.put('content', HELLO);
  await store.flush();
  files.fail({ call: 'read', errno: 'EIO' });
  await expect(store.put('content', HELLO)).rejects.toMatchObject({ code: 'IO_FAILED', errno: 'EIO' });
  expect(files.openFiles).toBe(0);
});

test('temporary files of a day ago are cleared away by the next write, and younger ones are not', async () => {
  await using place = await openNode();
  const { files, root } = place;
  const ages = {
    [`tmp_${NOBODY}_00000000000000aa`]: 25,
    [`tmp_${NOBODY}_00000000000000bb`]: 23,
    keep_me: 99,
  };
  for (const [name, hours] of Object.entries(ages)) {
    await (await files.open(`${root}/${name}`, 'create')).close();
    await files.touch(`${root}/${name}`, Math.floor(Date.now() / 1000) - hours * 3600);
  }
  const store = openLoose(files, root);
  await store.put('content', HELLO);
  await store.flush();
  const names = (await files.list(root))!.map(({ name }) => String.fromCharCode(...name));
  expect(names.sort()).toEqual([hexOf(ID).slice(0, 2), 'keep_me', `tmp_${NOBODY}_00000000000000bb`]);
});

test('what somebody removed before its flush is told once, and can be put again', async () => {
  await using place = await openMemfs();
  const { files, root } = place;
  const store = openLoose(files, root);
  await store.put('content', HELLO);
  for (const { name, kind } of (await files.list(root))!)
    if (kind === 'file') await files.remove(`${root}/${String.fromCharCode(...name)}`);
  await expect(store.flush()).rejects.toMatchObject({ code: 'NOT_THERE' });
  await store.flush();
  await store.put('content', HELLO);
  await store.flush();
  expect(await openLoose(files, root).read(ID)).toEqual(HELLO);
});
