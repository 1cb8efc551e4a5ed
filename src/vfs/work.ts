/**
 * Work that may need objects of the store: written once, and done at once or by promises.
 *
 * It is a generator. What it yields is what it cannot go on without, and it is resumed with the bytes of that; for
 * what is held in memory it does not ask. Whoever runs it decides whether to wait.
 */

import { SystemError } from '../errors/errors.ts';
import { collectBytes } from '../flow/byte-stream.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { isDamage } from '../odb/first-sound.ts';
import type { ByteRange, ObjectReader, ReadNowOptions } from '../odb/object-store.ts';
import { findRange, objectNotFound, readObject } from '../odb/read-object.ts';

/** A whole object that is wanted. */
export interface Need {
  readonly id: ObjectId;
  /** More is refused: `TOO_LARGE`. */
  readonly maxBytes: number;
  /** Trees are had at once where they can be, and contents only while they are short. */
  readonly role: 'tree' | 'content';
  /** Only this part of it. @default all */
  readonly range?: ByteRange;
}

export type Work<Value> = Generator<Need, Value, Uint8Array>;

/** Longer content is waited for, so that others have a turn meanwhile. */
const SHORT_BYTES: number = 2 ** 20;
/** More is not held at once, whatever a tree says of its size: `TOO_LARGE`. */
const HELD_AT_MOST: number = 2 ** 30;

/**
 * Does `work` without waiting.
 *
 * @throws what it throws, and as `ObjectReader.readNow`; NotFoundError `OBJECT_NOT_FOUND`
 * @throws SystemError `CONTENT_NOT_HERE` where the store has nothing at once
 */
export function doNow<Value>(objects: ObjectReader, work: Work<Value>): Value {
  let step = work.next();
  while (step.done !== true) {
    step = work.next(readNow(objects, step.value));
  }
  return step.value;
}

/** Does `work`, and waits where it has to. @throws what it throws, and as `readObject` */
export async function doWaiting<Value>(objects: ObjectReader, work: Work<Value>): Promise<Value> {
  return goOn(objects, work, work.next());
}

/** As {@link doWaiting}, of work that has taken its first step. */
export async function goOn<Value>(
  objects: ObjectReader,
  work: Work<Value>,
  first: IteratorResult<Need, Value>,
): Promise<Value> {
  let step = first;
  while (step.done !== true) {
    const { maxBytes, role } = step.value;
    const isShort = role === 'tree' || maxBytes <= SHORT_BYTES;
    const bytes = isShort ? findNow(objects, step.value) : undefined;
    step = work.next(bytes ?? (await readLater(objects, step.value)));
  }
  return step.value;
}

async function readLater(objects: ObjectReader, { id, maxBytes, range }: Need): Promise<Uint8Array> {
  if (range === undefined) return readObject(objects, id, limited({ maxBytes }));
  const part = await findRange(objects, id, range);
  if (part === undefined) throw objectNotFound(id);
  return collectBytes(part);
}

/** `undefined` for whatever reason: who may wait asks again, where damage may be mended. */
function findNow(objects: ObjectReader, { id, ...how }: Need): Uint8Array | undefined {
  try {
    return objects.readNow?.(id, limited(how));
  } catch (error) {
    if (isDamage(error) || isElsewhere(error)) return undefined;
    throw error;
  }
}

/** Whether it can be had by who waits. */
function isElsewhere(error: unknown): boolean {
  return error instanceof SystemError && error.code === 'CONTENT_NOT_HERE';
}

function readNow(objects: ObjectReader, { id, ...how }: Need): Uint8Array {
  if (objects.readNow === undefined) {
    throw new SystemError('CONTENT_NOT_HERE', `object '${id}' cannot be had without waiting for it`, {
      hint: 'use the calls that take a callback or answer with a promise',
    });
  }
  const content = objects.readNow(id, limited(how));
  if (content === undefined) throw objectNotFound(id);
  return content;
}

function limited({ maxBytes, range }: Pick<Need, 'maxBytes' | 'range'>): ReadNowOptions {
  return { maxBytes: Math.min(maxBytes, HELD_AT_MOST), ...(range && { range }) };
}
