/** The objects of one store that keeps other hashes of its contents, too. */
import { AliasNotes } from '../alias/alias-notes.ts';
import type { AliasStore } from '../alias/alias-store.ts';
import { notedWriter } from '../alias/noted-writer.ts';
import type { Intake } from '../intake/intake-store.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import type { FilesStore } from './files-store.ts';

/** `inner`, and what is put there is noted in `aliases`; `inner` itself where none are kept. */
export function aliasedFiles(inner: FilesStore, aliases: AliasStore): FilesStore {
  if (aliases.kept.length === 0) return inner;
  return {
    ...forward(inner),
    ...notedWriter(inner, aliases.notes),
    packed: inner.packed,
    loose: inner.loose,
    readRange: (id, range) => inner.readRange(id, range),
    freshen: (id) => inner.freshen(id),
    freshenAll: (ids) => inner.freshenAll(ids),
    openIntake: (threads) => aliasedIntake(inner.openIntake(threads), aliases),
    flush: async () => {
      await inner.flush();
      await aliases.flush();
    },
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}

/** What one import notes is written down when it is flushed, and else forgotten along with what it put. */
function aliasedIntake(inner: Intake, aliases: AliasStore): Intake {
  const notes = new AliasNotes(aliases.kept);
  const writer = notedWriter(inner, notes);
  return {
    ...forward(inner),
    ...writer,
    encoded: writer.encoded ?? inner.encoded,
    ...(inner.hasChunksOf && { hasChunksOf: (sample) => inner.hasChunksOf!(sample) }),
    freshen: (id) => inner.freshen(id),
    ...(inner.freshenAll && { freshenAll: (ids) => inner.freshenAll!(ids) }),
    flush: async () => {
      await inner.flush();
      await aliases.write(notes);
    },
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}

function forward(inner: ObjectReader): ObjectReader {
  return {
    name: inner.name,
    has: (id) => inner.has(id),
    stat: (id) => inner.stat(id),
    read: (id, options) => inner.read(id, options),
    ...(inner.readNow && { readNow: inner.readNow }),
    open: (id) => inner.open(id),
    ...(inner.readRange && { readRange: (id, range) => inner.readRange!(id, range) }),
    ...(inner.openMany && { openMany: inner.openMany }),
    ...(inner.bring && { bring: inner.bring }),
    ...(inner.findDeflated && { findDeflated: inner.findDeflated }),
    ids: (hexPrefix) => inner.ids(hexPrefix),
  };
}
