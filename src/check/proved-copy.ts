/** Whether a copy of an object is good enough for another one to make way for it. */
import { CorruptError, RefusedError } from '../errors/errors.ts';
import type { ObjectStream } from '../odb/object-store.ts';

/** Reads it to its end, which proves it. What claims to be too large to be read is not proved. */
export async function isSound(opening: Promise<ObjectStream | undefined>): Promise<boolean> {
  try {
    const stream = await opening;
    if (stream !== undefined) for await (const _ of stream.content); // it ends in an error where it is damaged
    return stream !== undefined;
  } catch (error) {
    if (error instanceof CorruptError || error instanceof RefusedError) return false;
    throw error;
  }
}
