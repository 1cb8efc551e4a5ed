/** Objects as they are read by a check: from packs, or loose, and nothing is taken back from the trash for it. */
import { CorruptError } from '../errors/errors.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import type { FilesStore } from '../store/files-store.ts';

type Copies = Pick<FilesStore, 'packed' | 'loose'>;

/** Any sound copy of an object of at most 1 GiB; `undefined` where there is none. */
export async function readCopy({ packed, loose }: Copies, id: ObjectId): Promise<Uint8Array | undefined> {
  return (await orUndefined(packed.read(id))) ?? (await orUndefined(loose.read(id)));
}

/** The objects that are here now: of each any sound copy, else the damage of one. */
export function copiesReader({ packed, loose }: Copies): ObjectReader {
  const either = async <Value>(
    look: (from: ObjectReader) => Promise<Value | undefined>,
  ): Promise<Value | undefined> => {
    const found = await orDamage(look(packed));
    if (found !== undefined && !(found instanceof CorruptError)) return found;
    const other = await look(loose);
    if (other === undefined && found !== undefined) throw found;
    return other;
  };
  return {
    name: 'copies',
    has: async (id) => (await packed.has(id)) || (await loose.has(id)),
    stat: (id) => either((from) => from.stat(id)),
    read: (id, options) => either((from) => from.read(id, options)),
    open: (id) => either((from) => from.open(id)),
    ids: (hexPrefix) => loose.ids(hexPrefix), // a check asks the idxs for those in packs
  };
}

async function orUndefined<Value>(reading: Promise<Value | undefined>): Promise<Value | undefined> {
  const found = await orDamage(reading);
  return found instanceof CorruptError ? undefined : found;
}

async function orDamage<Value>(reading: Promise<Value>): Promise<Value | CorruptError> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof CorruptError) return error;
    throw error;
  }
}
