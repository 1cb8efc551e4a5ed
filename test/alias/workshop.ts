/** Stores in memory that keep other hashes, and what other programs say of contents. */
import { createHash } from 'node:crypto';
import { createFsFromVolume, Volume } from 'memfs';
import { expect } from 'vitest';
import { AliasStore } from '../../src/alias/alias-store.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { ALIAS_HASHES, type AliasHash } from '../../src/hash/alias-hash.ts';
import type { ObjectId } from '../../src/hash/object-id.ts';
import { initStore, type OpenOptions, openStore, type Store } from '../../src/index.ts';

export interface AliasWorkshop extends AsyncDisposable {
  readonly store: Store;
  readonly files: FileSystem;
  /** The store, opened anew. */
  reopen(options?: OpenOptions): Promise<Store>;
  /** Writes down that an object has a hash, whether it has or not. */
  plant(hash: AliasHash, hex: string, id: ObjectId): Promise<void>;
}

/** @param aliases as the setting has them */
export async function openAliasWorkshop(aliases: string): Promise<AliasWorkshop> {
  // The volume's types are wider than what it gives for the calls that are made.
  const files = nodeFiles(createFsFromVolume(Volume.fromJSON({ '/here/.keep': '' })) as never);
  const store = await initStore('/here', { files, settings: { aliases } });
  return {
    store,
    files,
    reopen: (options) => openStore('/here', { files, ...options }),
    plant: async (hash, hex, id) => {
      const place = { folder: '/here/.cas/aliases', parent: '/here/.cas' };
      await using aliases = new AliasStore(files, { ...place, kept: [hash], objects: store });
      aliases.notes.add(id, Buffer.from(hex, 'hex'));
    },
    [Symbol.asyncDispose]: () => store.close(),
  };
}

/** The hash of a content, by nothing of ours. */
export function otherHash(hash: AliasHash, content: string | Uint8Array): string {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  if (hash !== 'git') return createHash(hash).update(bytes).digest('hex');
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/** Expects that a content is found by every hash, or by those that are given. */
export async function expectKnown(
  store: Store,
  content: string | Uint8Array,
  hashes: readonly AliasHash[] = ALIAS_HASHES,
): Promise<void> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const id = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  for (const hash of hashes) expect(await store.aliases.find(hash, otherHash(hash, content)), hash).toBe(id);
}

/** Bytes that nothing compresses, the same in every run. */
export function noise(sizeBytes: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  let state = seed;
  for (let at = 0; at < sizeBytes; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}
