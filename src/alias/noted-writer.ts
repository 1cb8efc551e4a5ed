/** Notes other hashes of every content that is put into a store, while it is hashed for its id. */
import { type ByteStream, observe } from '../flow/byte-stream.ts';
import { digestAliases, openAliasDigester } from '../hash/alias-digests.ts';
import type { AliasHash } from '../hash/alias-hash.ts';
import { type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { BlockPut, EncodedSink, ObjectReader, ObjectStore, ObjectWriter } from '../odb/object-store.ts';
import { openObject } from '../odb/read-object.ts';
import type { AliasNotes } from './alias-notes.ts';

/** What content comes in by. */
export type ContentWriter = Pick<ObjectWriter, 'put' | 'putStream' | 'putBlocks' | 'encoded'>;

/** Puts into `inner`; trees and snapshots, which have no other names, go by unnoted. */
export function notedWriter(inner: ObjectStore, notes: AliasNotes): ContentWriter {
  const { hashes } = notes;
  return {
    put: async (hint, content) => {
      if (hint !== 'content') return inner.put(hint, content);
      const digests = digestAliases(hashes, content); // before anybody can change it
      const id = await inner.put(hint, content);
      notes.add(id, digests);
      return id;
    },
    putStream: async (hint, content, options = {}) => {
      const { sizeBytes } = options;
      if (hint !== 'content') return inner.putStream(hint, content, options);
      if (sizeBytes === undefined && hashes.includes('git')) {
        const stored = await inner.putStream(hint, content, options);
        notes.add(stored.id, await digestObject(inner, stored.id, hashes)); // git's hash begins with the size
        return stored;
      }
      const digester = openAliasDigester(hashes, sizeBytes ?? 0);
      const stored = await inner.putStream(
        hint,
        observe(content, (piece) => digester.update(piece)),
        options,
      );
      notes.add(stored.id, digester.finish());
      return stored;
    },
    ...(inner.putBlocks && {
      putBlocks: (hint, sizeBytes) => {
        const put = inner.putBlocks?.(hint, sizeBytes);
        return put && hint === 'content' ? notedBlocks(put, sizeBytes, notes) : put;
      },
    }),
    ...(inner.encoded && { encoded: notedSink(inner.encoded, notes) }),
  };
}

/** Other hashes of an object that is stored. @throws as `openObject`, and what its stream throws */
export async function digestObject(
  objects: ObjectReader,
  id: ObjectId,
  hashes: readonly AliasHash[],
): Promise<Uint8Array> {
  return digestStream(await openObject(objects, id), hashes);
}

/** Other hashes of content that comes as a stream. */
export async function digestStream(
  { sizeBytes, content }: { readonly sizeBytes: number; readonly content: ByteStream },
  hashes: readonly AliasHash[],
): Promise<Uint8Array> {
  const digester = openAliasDigester(hashes, sizeBytes);
  for await (const piece of content) digester.update(piece);
  return digester.finish();
}

function notedBlocks(put: BlockPut, sizeBytes: number, notes: AliasNotes): BlockPut {
  const digester = openAliasDigester(notes.hashes, sizeBytes);
  return {
    add: (block) => {
      const added = put.add(block);
      digester.update(block); // while it is compressed elsewhere
      return added;
    },
    finish: async () => {
      const stored = await put.finish();
      notes.add(stored.id, digester.finish());
      return stored;
    },
  };
}

function notedSink(sink: EncodedSink, notes: AliasNotes): EncodedSink {
  return {
    codec: sink.codec,
    level: sink.level,
    aliases: notes.hashes,
    put: async (entry, digests) => {
      await sink.put(entry);
      if (digests !== undefined) notes.add(objectIdFromBytes(entry.id), digests);
    },
  };
}
