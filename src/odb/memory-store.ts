/** Objects in a `Map`: for trees that are not to be kept, and the model that other stores are tested against. */
import { compareText } from '../bytes/compare.ts';
import { InvalidInputError, RefusedError } from '../errors/errors.ts';
import { collectBytes, streamOf } from '../flow/byte-stream.ts';
import { hashBytes } from '../hash/hasher.ts';
import { hexOf, type ObjectId } from '../hash/object-id.ts';
import type { Role } from '../object/role.ts';
import type { ObjectInfo, ObjectStore } from './object-store.ts';

/** An object as it was put. */
export interface MemoryObject {
  readonly hint: Role;
  readonly content: Uint8Array;
}

export interface MemoryStore extends ObjectStore {
  /** All objects, in the order in which they were first put. */
  readonly objects: ReadonlyMap<ObjectId, MemoryObject>;
}

export function memoryStore(): MemoryStore {
  const objects = new Map<ObjectId, MemoryObject>();

  const infoOf = (id: ObjectId): ObjectInfo | undefined => {
    const found = objects.get(id);
    if (found === undefined) return undefined;
    const sizeBytes = found.content.length;
    return { id, sizeBytes, hint: found.hint, form: 'memory', storedBytes: sizeBytes };
  };

  const find = (id: ObjectId, maxBytes: number = 2 ** 30): Uint8Array | undefined => {
    const content = objects.get(id)?.content;
    if (content !== undefined && content.length > maxBytes) {
      throw new RefusedError('TOO_LARGE', `object '${id}' has over ${maxBytes} bytes`);
    }
    return content;
  };

  const put = async (hint: Role, content: Uint8Array): Promise<ObjectId> => {
    const id = hashBytes(content);
    if (!objects.has(id)) objects.set(id, { hint, content: content.slice() });
    return id;
  };

  return {
    name: 'memory',
    objects,
    has: async (id) => objects.has(id),
    stat: async (id) => infoOf(id),
    read: async (id, { maxBytes } = {}) => find(id, maxBytes),
    readNow: (id, { maxBytes, range } = {}) => find(id, maxBytes)?.slice(range?.start, range?.end),
    open: async (id) => {
      const info = infoOf(id);
      return info === undefined ? undefined : { ...info, content: streamOf(objects.get(id)!.content) };
    },
    ids: async function* (hexPrefix = '') {
      yield* [...objects.keys()].filter((id) => hexOf(id).startsWith(hexPrefix)).sort(compareText);
    },
    put,
    putStream: async (hint, stream, { sizeBytes } = {}) => {
      const content = await collectBytes(stream);
      if (sizeBytes !== undefined && content.length !== sizeBytes) {
        throw new InvalidInputError('SIZE_MISMATCH', `stream has ${content.length} bytes, not ${sizeBytes}`);
      }
      return { id: await put(hint, content), sizeBytes: content.length };
    },
    freshen: async (id) => objects.has(id),
    flush: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}
