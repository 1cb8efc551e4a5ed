/** What an entry's object holds, held to what its entry says of it. */
import { formatName } from '../bytes/text.ts';
import { CorruptError, NotFoundError, RefusedError } from '../errors/errors.ts';
import type { ByteStream } from '../flow/byte-stream.ts';
import { MAX_PATH_BYTES } from '../object/tree-entry.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { openObject, readObject, type WholeOrStream } from '../odb/read-object.ts';
import type { WalkedEntry } from '../tree/walk.ts';
import { doNow, type Need, type Work } from '../vfs/work.ts';

/** Up to here a file is held whole, and so proved before its first byte is handed on. */
export const WHOLE_BYTES: number = 2 ** 20;

/**
 * The bytes of a file, whole up to {@link WHOLE_BYTES}. A stream is proved at its end, and ends in an error where
 * it is wrong.
 *
 * @throws CorruptError `ENTRY_SIZE_WRONG` at once, where the object has not the size that its entry gives it;
 *   `OBJECT_CORRUPT`
 * @throws NotFoundError `OBJECT_NOT_FOUND`
 */
export async function openContent(objects: ObjectReader, walked: WalkedEntry): Promise<WholeOrStream> {
  const { id, sizeBytes } = walked.entry;
  try {
    if (sizeBytes <= WHOLE_BYTES) return { kind: 'whole', content: await readSized(objects, walked) };
    const stream = await openObject(objects, id);
    if (stream.sizeBytes !== sizeBytes) throw sizeWrong(walked);
    return { kind: 'stream', content: namingFaults(stream.content, walked.path) };
  } catch (error) {
    throw faultAt(walked.path, error);
  }
}

/**
 * All bytes of a file, at once.
 *
 * @throws as {@link openContent}; SystemError `CONTENT_NOT_HERE` where the store has nothing at once
 */
export function readContentNow(objects: ObjectReader, walked: WalkedEntry): Uint8Array {
  const { id, sizeBytes } = walked.entry;
  try {
    const content = doNow(objects, wholeObject({ id, maxBytes: sizeBytes, role: 'content' }));
    if (content.length === sizeBytes) return content;
  } catch (error) {
    if (!isTooLarge(error)) throw faultAt(walked.path, error);
  }
  throw sizeWrong(walked);
}

function* wholeObject(need: Need): Work<Uint8Array> {
  return yield need;
}

/**
 * The target of a symlink: 1 to 4,095 bytes, none of them NUL.
 *
 * @throws CorruptError `LINK_INVALID`, and as {@link openContent}
 */
export async function readTarget(objects: ObjectReader, walked: WalkedEntry): Promise<Uint8Array> {
  if (walked.entry.sizeBytes > MAX_PATH_BYTES) throw linkInvalid(walked);
  return targetIn(walked, await openContent(objects, walked));
}

/** The target that a symlink's content is. @throws CorruptError `LINK_INVALID` */
export function targetIn(walked: WalkedEntry, found: WholeOrStream): Uint8Array {
  const target = found.kind === 'whole' ? found.content : undefined;
  if (target === undefined || target.length === 0 || target.length > MAX_PATH_BYTES || target.includes(0))
    throw linkInvalid(walked);
  return target;
}

function linkInvalid({ path }: WalkedEntry): CorruptError {
  return new CorruptError('LINK_INVALID', `symlink '${formatName(path)}' has no target that a link can have`);
}

async function readSized(objects: ObjectReader, walked: WalkedEntry): Promise<Uint8Array> {
  const { id, sizeBytes } = walked.entry;
  try {
    const content = await readObject(objects, id, { maxBytes: sizeBytes });
    if (content.length === sizeBytes) return content;
  } catch (error) {
    if (!isTooLarge(error)) throw error;
  }
  throw sizeWrong(walked);
}

function isTooLarge(error: unknown): boolean {
  return error instanceof RefusedError && error.code === 'TOO_LARGE';
}

async function* namingFaults(stream: ByteStream, path: Uint8Array): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    throw faultAt(path, error);
  }
}

/** Damage and absence, as they are of one path; any other failure as it is. */
function faultAt(path: Uint8Array, error: unknown): unknown {
  if (!(error instanceof CorruptError || error instanceof NotFoundError)) return error;
  if (error.code === 'ENTRY_SIZE_WRONG') return error;
  const { code, message, hint } = error;
  const Fault = error instanceof CorruptError ? CorruptError : NotFoundError;
  const details = { cause: error, ...(hint !== undefined && { hint }) };
  return new Fault(code, `cannot export '${formatName(path)}': ${message}`, details);
}

/** The error for an object that has another size than its entry says. */
export function sizeWrong({ path, entry }: WalkedEntry): CorruptError {
  return new CorruptError(
    'ENTRY_SIZE_WRONG',
    `object of '${formatName(path)}' has not the ${entry.sizeBytes} bytes that its entry says`,
    { hint: "run 'cas fsck' to see what else is wrong" },
  );
}
