/** Streams of unknown length, held until their length is known. */
import { expect, test } from 'vitest';
import { collectBytes, streamOf } from '../../src/flow/byte-stream.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { spoolStream } from '../../src/odb/spool.ts';
import { piecesOf } from '../arbitraries/bytes.ts';
import { noise } from '../arbitraries/contents.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';

const MEBIBYTE = 2 ** 20;

test.each([0, 1, MEBIBYTE])('spoolStream() of %i bytes makes no file', async (length) => {
  const files = new FaultyFileSystem();
  const content = noise(length);
  const spooled = await spoolStream(files, '/spool', streamOf(...piecesOf(content, [5, 70_000])));
  expect(spooled.kind).toBe('bytes');
  if (spooled.kind === 'bytes') expect(hashBytes(spooled.content)).toBe(hashBytes(content));
  expect(files.operations).toEqual([]);
});

test.each([
  [MEBIBYTE + 1, []],
  [3 * MEBIBYTE, [1, MEBIBYTE, 2 * MEBIBYTE]],
])('spoolStream() of %i bytes makes a file, which dispose() removes', async (length, cuts) => {
  const files = new FaultyFileSystem();
  const content = noise(length);
  const spooled = await spoolStream(files, '/spool', streamOf(...piecesOf(content, cuts)));
  if (spooled.kind !== 'file') throw new Error('it is held in memory');
  expect(spooled.sizeBytes).toBe(length);
  expect(hashBytes(await collectBytes(spooled.content))).toBe(hashBytes(content));
  expect((await files.stat('/spool'))?.mode).toBe(0o600);
  await spooled.dispose();
  expect(await files.stat('/spool')).toBeUndefined();
});

test.each(['create', 'write'] as const)(
  'spoolStream() leaves no file behind when a %s fails',
  async (call) => {
    for (const at of [1, 2]) {
      const files = new FaultyFileSystem();
      files.fail({ call, errno: 'ENOSPC', at });
      const spooling = spoolStream(
        files,
        '/spool',
        streamOf(...piecesOf(noise(3 * MEBIBYTE), [2 * MEBIBYTE])),
      );
      if (call === 'create' && at === 2) await spooling;
      else {
        await expect(spooling).rejects.toMatchObject({ name: 'SystemError', errno: 'ENOSPC' });
        expect(await files.list('/')).toEqual([]);
      }
    }
  },
);

test('spoolStream() leaves no file behind when the stream fails', async () => {
  const files = new FaultyFileSystem();
  const failing = (async function* () {
    yield noise(2 * MEBIBYTE);
    throw new Error('the source is gone');
  })();
  await expect(spoolStream(files, '/spool', failing)).rejects.toThrow('the source is gone');
  expect(await files.list('/')).toEqual([]);
});
