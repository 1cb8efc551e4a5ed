import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { collectBytes, streamOf } from '../../src/flow/byte-stream.ts';
import { openArchive, readArchive } from '../../src/tar/archive.ts';
import { drain, file, raw, tar } from './tar-builder.ts';

const plain = tar(file('a', 'hello'), file('b', 'x'.repeat(3000)));

describe('openArchive()', () => {
  test('gives a tar as it is, however it comes', async () => {
    expect(await collectBytes(openArchive(streamOf(plain)))).toEqual(plain);
    const bytewise = Array.from(plain, (byte) => Uint8Array.of(byte));
    expect(await collectBytes(openArchive(streamOf(...bytewise)))).toEqual(plain);
  });

  test('gives the tar inside a gzip file', async () => {
    expect(await collectBytes(openArchive(streamOf(gzipSync(plain))))).toEqual(plain);
  });

  test.each([1, 100, 1000, 100_000])('says where a gzip file goes wrong, in pieces of %d', async (size) => {
    const packed = gzipSync(plain);
    const bytes = concatBytes([packed, raw('junk after it')]);
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
    await expect(drain(openArchive(streamOf(...pieces)))).rejects.toMatchObject({
      code: 'GZIP_TRAILING_DATA',
      message: expect.stringContaining(`at byte ${packed.length}`),
    });
  });

  test.each(['\x1f\x8b\x08', 'PK\x03\x04', 'BZh9', '(\xb5/\xfd'])(
    'takes a tar for a tar when its first name begins like another format: %j',
    async (name) => {
      const bytes = tar(file(raw(name)));
      expect(await collectBytes(openArchive(streamOf(bytes)))).toEqual(bytes);
    },
  );

  test.each([
    ['zstd', '(\xb5/\xfd\x24'],
    ['xz', '\xfd7zXZ\0\0'],
    ['bzip2', 'BZh91AY&SY'],
    ['lz4', '\x04\x22\x4d\x18'],
    ['compress', '\x1f\x9d\x90'],
    ['zip', 'PK\x03\x04\x14'],
    ['zip', 'PK\x05\x06\0'],
    ['7z', '7z\xbc\xaf\x27\x1c'],
  ])('names the format %s and what to do', async (name, magic) => {
    const error = await collectBytes(openArchive(streamOf(raw(magic)))).catch((error: unknown) => error);
    expect(error).toMatchObject({ name: 'InvalidInputError', code: 'ARCHIVE_FORMAT' });
    expect(error).toMatchObject({
      message: expect.stringContaining(`'${name}'`),
      hint: expect.stringContaining('unpack'),
    });
  });
});

describe('readArchive()', () => {
  test.each([
    ['plain', plain],
    ['gzip', gzipSync(plain)],
  ])('reads the members of a %s archive', async (_form, bytes) => {
    const sizes: number[] = [];
    for await (const member of readArchive(streamOf(bytes)))
      if (member.kind === 'file') sizes.push((await collectBytes(member.content)).length);
    expect(sizes).toEqual([5, 3000]);
  });

  test('refuses text with a code and a hint', async () => {
    const bytes = raw('not a tar at all\n'.repeat(100));
    await expect(readArchive(streamOf(bytes)).next()).rejects.toMatchObject({
      code: 'TAR_CHECKSUM',
      message: expect.stringContaining('this is no tar'),
      hint: expect.stringContaining('tar'),
    });
  });

  test('refuses a gzip file that goes on after the tar ended, as it does a tar', async () => {
    const bytes = concatBytes([gzipSync(plain), gzipSync(tar(file('c')))]);
    await expect(drain(readArchive(streamOf(bytes)))).rejects.toMatchObject({ code: 'TAR_TRAILING_DATA' });
  });

  test('refuses more names than are allowed, folders in paths among them', async () => {
    const bytes = tar(file('a/b/c/d'));
    await expect(readArchive(streamOf(bytes), { maxEntries: 3 }).next()).rejects.toMatchObject({
      code: 'TAR_TOO_MANY_ENTRIES',
    });
  });
});
