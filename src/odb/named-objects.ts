/**
 * A reader for objects that a label, a snapshot or a tree names. Such an object must be here: where it is not, the
 * store is damaged, and that is thrown; what nobody promised is merely not found.
 */
import { CorruptError, NotFoundError, SystemError } from '../errors/errors.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { ObjectReader } from './object-store.ts';
import { findRange } from './read-object.ts';

/** Why an object that is named is missing, where that is no damage. */
export interface Absence {
  /** Whether it was removed on purpose. */
  wasPurged(id: ObjectId): Promise<boolean>;
  /** The name of a store that has it, and that cannot be asked for it; `undefined` where there is none. */
  promisedBy(): Promise<string | undefined>;
  /** The name of a store that has it, and that only who waits can ask. */
  promisedByNow(): string | undefined;
}

const DAMAGE: Absence = {
  wasPurged: async () => false,
  promisedBy: async () => undefined,
  promisedByNow: () => undefined,
};

/**
 * As `inner`; only what is missing is a CorruptError `OBJECT_MISSING`, or a NotFoundError `OBJECT_PURGED` where it was
 * removed on purpose, or a SystemError `CONTENT_NOT_HERE` where another store promises it, and never `undefined`. Who
 * cannot wait is not told what was purged.
 */
export function namedObjects(inner: ObjectReader, absence: Absence = DAMAGE): ObjectReader {
  const absent = async (id: ObjectId): Promise<never> => {
    if (await absence.wasPurged(id)) purged(id);
    const promised = await absence.promisedBy();
    throw promised === undefined ? missing(id) : contentElsewhere(id, promised);
  };
  const absentNow = (id: ObjectId): never => {
    const promised = absence.promisedByNow();
    throw promised === undefined ? missing(id) : contentElsewhere(id, promised, WAIT);
  };
  return {
    name: `named(${inner.name})`,
    has: (id) => inner.has(id),
    stat: async (id) => (await inner.stat(id)) ?? absent(id),
    read: async (id, options) => (await inner.read(id, options)) ?? absent(id),
    ...(inner.readNow && { readNow: (id, options) => inner.readNow?.(id, options) ?? absentNow(id) }),
    open: async (id) => (await inner.open(id)) ?? absent(id),
    ...(inner.openMany && { openMany: inner.openMany }),
    ...(inner.bring && { bring: inner.bring }),
    ...(inner.findDeflated && { findDeflated: inner.findDeflated }),
    readRange: async (id, range) => (await findRange(inner, id, range)) ?? absent(id),
    ids: (hexPrefix) => inner.ids(hexPrefix),
  };
}

/** @throws NotFoundError `OBJECT_PURGED` */
export function purged(id: ObjectId): never {
  throw new NotFoundError('OBJECT_PURGED', `object '${id}' was purged from this store`, {
    hint: 'take what else you need by its path; to put the same bytes again makes it whole',
  });
}

function missing(id: ObjectId): CorruptError {
  return new CorruptError(
    'OBJECT_MISSING',
    `object '${id}' is missing from this store, though something names it`,
    {
      hint: "run 'cas fsck' to see what else is, then put its bytes again from any copy: that heals it",
    },
  );
}

const FETCH = "bring it here with 'cas fetch --contents'";
const WAIT = `use the calls that take a callback or answer with a promise, or ${FETCH}`;

/** The error for content that another store promises, and that nobody brings. */
export function contentElsewhere(id: ObjectId, promisedBy: string, hint: string = FETCH): SystemError {
  return new SystemError('CONTENT_NOT_HERE', `object '${id}' is not here: '${promisedBy}' promises it`, {
    hint,
  });
}
