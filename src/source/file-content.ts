/** The content of one file on a disk, stored as it was at one moment, or not at all. */

import type { ByteString } from '../bytes/byte-string.ts';
import { type DirectFile, filePath, withDirectFile } from '../files/direct-files.ts';
import { readStream } from '../files/file-stream.ts';
import type { FileStat, FileSystem, OpenFile } from '../files/file-system.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { MIN_CHUNKED_BYTES, SAMPLE_BYTES } from '../intake/shared-chunks.ts';
import type { BlockPut, ObjectWriter } from '../odb/object-store.ts';
import { BLOCK_BYTES, type BlockBuffers } from './block-buffers.ts';
import { changed, isChange, reading, readingNow } from './source-fault.ts';

export interface StoredFile {
  readonly id: ObjectId;
  /** What the file was while it was read; `sizeBytes` of it are the content. */
  readonly stat: FileStat;
}

export interface FileContext {
  readonly files: FileSystem;
  readonly objects: ObjectWriter;
  /** What long files are read into. */
  readonly buffers: BlockBuffers;
  /** Told how many bytes were read, more than once for a long file. */
  readonly onBytes?: (count: number) => void;
  readonly signal?: AbortSignal;
}

/** Up to here a file is held whole; a longer one goes by as a stream. */
const WHOLE_BYTES: number = 2 ** 20;
/** Less is not worth another thread. */
const MIN_BLOCKS_BYTES: number = 2 ** 17;
const ATTEMPTS = 3;

/**
 * Stores the file at `path`, which is opened without following a symlink, and read between two looks at its
 * inode, size and times. Where they differ it is read again, three times in all.
 *
 * @throws ConflictError `FILE_CHANGED` @throws SystemError where it cannot be read
 */
export async function storeFile(path: ByteString, context: FileContext): Promise<StoredFile> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await storeOnce(path, context);
    } catch (error) {
      if (!isChange(error) || attempt === ATTEMPTS) throw error;
    }
  }
}

async function storeOnce(path: ByteString, context: FileContext): Promise<StoredFile> {
  const { files, objects, onBytes } = context;
  await using file = await reading(path, () => files.open(filePath(path), 'read'));
  if (file === undefined) throw changed(path);
  const stat = await reading(path, () => file.stat());
  const form = (await isVersionOfChunked(file, { path, stat }, objects)) ? 'chunks' : undefined;
  const isLong = stat.sizeBytes >= MIN_BLOCKS_BYTES && form === undefined;
  const put = isLong ? objects.putBlocks?.('content', stat.sizeBytes) : undefined;
  if (put !== undefined) {
    await addBlocks(file, { path, stat, put }, context);
    return { ...(await put.finish()), stat };
  }
  if (stat.sizeBytes > WHOLE_BYTES) {
    const content = streamStable(file, { path, stat }, context);
    const { sizeBytes } = stat;
    return { ...(await objects.putStream('content', content, { sizeBytes, ...(form && { form }) })), stat };
  }
  const content = await readStable(file, { path, stat });
  onBytes?.(content.length);
  return { id: await objects.put('content', content), stat };
}

interface Expected {
  readonly path: ByteString;
  readonly stat: FileStat;
}

/** Looks at a part out of the middle of a file that could lie whole, and could be in chunks. */
async function isVersionOfChunked(
  file: OpenFile,
  { path, stat }: Expected,
  objects: ObjectWriter,
): Promise<boolean> {
  if (stat.sizeBytes < MIN_CHUNKED_BYTES || objects.hasChunksOf === undefined) return false;
  const sample = new Uint8Array(SAMPLE_BYTES);
  const from = Math.floor((stat.sizeBytes - SAMPLE_BYTES) / 2);
  const count = await reading(path, () => file.read(sample, from));
  return objects.hasChunksOf(sample.subarray(0, count));
}

/** Adds a file's blocks, reading as far ahead of what is compressed as there are buffers. */
async function addBlocks(
  file: OpenFile,
  { path, stat, put }: Expected & { readonly put: BlockPut },
  { buffers, onBytes, signal }: FileContext,
): Promise<void> {
  for (let at = 0; at < stat.sizeBytes; at += BLOCK_BYTES) {
    signal?.throwIfAborted();
    const fill = async (buffer: Uint8Array): Promise<Uint8Array> => {
      const block = buffer.subarray(0, stat.sizeBytes - at);
      if ((await reading(path, () => file.read(block, at))) < block.length) throw changed(path);
      return block;
    };
    await buffers.lend(fill, (block) => put.add(block)); // where adding fails, finishing does
    onBytes?.(Math.min(BLOCK_BYTES, stat.sizeBytes - at));
  }
  await checkUnchanged(file, { path, stat }, stat.sizeBytes);
}

async function readStable(file: OpenFile, { path, stat }: Expected): Promise<Uint8Array> {
  const content = new Uint8Array(stat.sizeBytes || 1); // systems make up files that claim no size and have content
  const count = await reading(path, () => file.read(content, 0));
  await checkUnchanged(file, { path, stat }, count);
  return content.subarray(0, count);
}

async function* streamStable(
  file: OpenFile,
  expected: Expected,
  { onBytes, signal }: FileContext,
): AsyncGenerator<Uint8Array> {
  let count = 0;
  const pieces = readStream(file);
  for (let next = await read(); next.done !== true; next = await read()) {
    signal?.throwIfAborted();
    count += next.value.length;
    if (count > expected.stat.sizeBytes) throw changed(expected.path);
    onBytes?.(next.value.length);
    yield next.value;
  }
  await checkUnchanged(file, expected, count);

  function read(): Promise<IteratorResult<Uint8Array>> {
    return reading(expected.path, () => pieces.next());
  }
}

async function checkUnchanged(file: OpenFile, { path, stat }: Expected, count: number): Promise<void> {
  const now = await reading(path, () => file.stat());
  if (count !== stat.sizeBytes || !isSameState(now, stat)) throw changed(path);
}

/** All that a file held at one moment, as a view of what it was read into; or that it is too long for that. */
export type ReadFile =
  | { readonly kind: 'read'; readonly content: Uint8Array; readonly stat: FileStat }
  | { readonly kind: 'long'; readonly sizeBytes: number };

/**
 * Reads the machine's file at `path` as {@link storeFile} does, at once.
 *
 * @param buffer takes the content of a file that is shorter, until the next call
 * @throws as {@link storeFile}
 */
export function readFileNow(path: ByteString, buffer: Uint8Array): ReadFile {
  for (let attempt = 1; ; attempt++) {
    try {
      const found = readingNow(path, () =>
        withDirectFile(filePath(path), (file) => readStableNow(file, { path, buffer })),
      );
      if (found === undefined) throw changed(path);
      return found;
    } catch (error) {
      if (!isChange(error) || attempt === ATTEMPTS) throw error;
    }
  }
}

function readStableNow(
  file: DirectFile,
  { path, buffer }: { readonly path: ByteString; readonly buffer: Uint8Array },
): ReadFile {
  const stat = file.stat();
  if (stat.sizeBytes >= buffer.length) return { kind: 'long', sizeBytes: stat.sizeBytes };
  const count = file.read(buffer.subarray(0, stat.sizeBytes || 1), 0); // some have content and claim none
  if (count !== stat.sizeBytes || !isSameState(file.stat(), stat)) throw changed(path);
  return { kind: 'read', content: buffer.subarray(0, count), stat };
}

/** Whether nothing was written between two looks at a file, as far as its times can tell. */
function isSameState(left: FileStat, right: FileStat): boolean {
  return (
    left.inode === right.inode &&
    left.device === right.device &&
    left.sizeBytes === right.sizeBytes &&
    left.modifiedNs === right.modifiedNs &&
    left.changedNs === right.changedNs
  );
}
