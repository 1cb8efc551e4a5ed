/** Chunks grow with their object, and pass the threshold where it is low. That takes gigabytes; here they are long. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { type ByteStream, streamOf } from '../../src/flow/byte-stream.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { noise } from '../arbitraries/contents.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';
import { chunksOf } from './pack-maker.ts';

const CHUNK_BYTES: number = 1.5 * 2 ** 20;

/** What is no longer than such a chunk is cut into two. */
async function* longChunks(stream: ByteStream): AsyncGenerator<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  const whole = concatBytes(pieces);
  yield* chunksOf(whole, whole.length > CHUNK_BYTES ? CHUNK_BYTES : CHUNK_BYTES / 2);
}

/** The stores, loaded anew around another chunker. */
async function loadStores(): Promise<typeof import('../odb/object-stores.ts')> {
  vi.resetModules();
  vi.doMock('../../src/pack/chunker.ts', () => ({ chunkStream: longChunks }));
  onTestFinished(() => {
    vi.doUnmock('../../src/pack/chunker.ts');
    vi.resetModules();
  });
  return import('../odb/object-stores.ts');
}

test('a chunk over the threshold is stored whole, also where it is held as a list', async () => {
  const { openChunking } = await loadStores();
  const content = noise(2 * CHUNK_BYTES);
  const [first, second] = chunksOf(content, CHUNK_BYTES).map(hashBytes);
  const files = new FaultyFileSystem();
  await files.makeFolder('/objects');
  await files.makeFolder('/objects/pack');
  await using store = openChunking(files, '/objects');
  await store.put('content', content.subarray(0, CHUNK_BYTES));
  expect(await store.stat(first!)).toMatchObject({ form: 'chunks' });
  await store.putStream('content', streamOf(content));
  expect(await store.stat(second!)).toMatchObject({ form: 'whole' });
  for (const id of [first!, hashBytes(content)]) expect(hashBytes((await store.read(id))!)).toBe(id);
});
