/** Aliases from the contents themselves: of one object, and of all that a store has. */
import { equalBytes } from '../bytes/compare.ts';
import { formatHex } from '../bytes/hex.ts';
import type { ProgressListener } from '../flow/progress.ts';
import { digestAliases } from '../hash/alias-digests.ts';
import { ALIAS_BYTES, ALIAS_HASHES, type Alias, type AliasHash } from '../hash/alias-hash.ts';
import { type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import { isDamage } from '../odb/first-sound.ts';
import type { ManyAnswer, ManyReader } from '../odb/many-answers.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { AliasNotes } from './alias-notes.ts';
import type { AliasStore } from './alias-store.ts';
import { digestObject, digestStream } from './noted-writer.ts';

/** Where aliases are, and the contents that they are of. */
export interface AliasedObjects {
  readonly aliases: AliasStore;
  readonly objects: ObjectReader;
}

/** Of which hashes, and how it is watched and stopped. */
export interface RebuildOptions {
  /** @default those that are kept, and those that there are files of */
  readonly hashes?: readonly AliasHash[];
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** What a rebuild came to. */
export interface RebuildResult {
  readonly hashes: readonly AliasHash[];
  /** Contents whose aliases are known now. */
  readonly contents: number;
  /** Objects that could not be read, and are left out. */
  readonly damaged: readonly ObjectId[];
}

/** Objects that are read at a time. */
const LIST_IDS = 16_384;

/**
 * The aliases under which an object can be found, by hashing its content.
 *
 * @throws NotFoundError `OBJECT_NOT_FOUND` @throws CorruptError `OBJECT_CORRUPT`, `ALIASES_CORRUPT`
 */
export async function aliasesOf({ aliases, objects }: AliasedObjects, id: ObjectId): Promise<Alias[]> {
  const stored = await aliases.stored();
  const hashes = ALIAS_HASHES.filter((hash) => stored.includes(hash) || aliases.kept.includes(hash));
  const known: Alias[] = [];
  for (const [hash, digest] of eachDigest(hashes, await digestObject(objects, id, hashes)))
    if (await aliases.isNoted(id, hash, digest)) known.push({ hash, hex: formatHex(digest) });
  return known;
}

/**
 * Makes the files of aliases anew: of every content that the store has, and of whatever else was noted and is what it is
 * said to be. Others may put meanwhile, and none of their aliases are lost.
 */
export async function rebuildAliases(
  { aliases, objects }: AliasedObjects,
  options: RebuildOptions = {},
): Promise<RebuildResult> {
  const { hashes: wanted = [...aliases.kept, ...(await aliases.stored())], onProgress, signal } = options;
  const hashes = ALIAS_HASHES.filter((hash) => wanted.includes(hash));
  const notes = new AliasNotes(hashes);
  const damaged: ObjectId[] = [];
  let contents = 0;
  if (hashes.length === 0) return { hashes, contents, damaged };
  const many = objects.openMany?.();
  for await (const ids of listsOf(objects.ids())) {
    signal?.throwIfAborted();
    contents += await noteContents(ids, { objects, many, notes, damaged });
    onProgress?.({ phase: 'hashing', done: contents, unit: 'contents' });
  }
  const found = new Map(notes.sorted());
  for (const hash of hashes) {
    const rows = found.get(hash) ?? new Uint8Array(0);
    const isGood = (id: ObjectId, digest: Uint8Array): Promise<boolean> =>
      hasDigest(objects, id, { hash, digest });
    await aliases.replace(hash, { rows, judge: async () => isGood, damage: 'pass' });
  }
  return { hashes, contents, damaged };
}

/** What is in a store. */
export interface Presence {
  /** Whether an object is here, or may come back. */
  readonly has: (id: ObjectId) => Promise<boolean>;
  /** From here on `has` knows all that is here now. */
  readonly lookAgain: () => Promise<unknown>;
}

/** Drops the aliases of objects that are gone. @throws CorruptError `ALIASES_CORRUPT` */
export async function dropAliases(aliases: AliasStore, { has, lookAgain }: Presence): Promise<void> {
  for (const hash of await aliases.stored()) {
    const gone = new Set<ObjectId>();
    for await (const row of aliases.walk(hash)) {
      const id = objectIdFromBytes(row.subarray(ALIAS_BYTES[hash]));
      if (!(await has(id))) gone.add(id);
    }
    if (gone.size === 0) continue;
    const judge = async (): Promise<(id: ObjectId) => Promise<boolean>> => {
      await lookAgain(); // somebody may have put it again
      return async (id) => !gone.has(id) || has(id);
    };
    await aliases.replace(hash, { rows: new Uint8Array(0), judge, damage: 'refuse' });
  }
}

interface Noting {
  readonly objects: ObjectReader;
  readonly many: ManyReader | undefined;
  readonly notes: AliasNotes;
  readonly damaged: ObjectId[];
}

/** @returns how many of the objects are contents. Where one is damaged, all of them are read one by one. */
async function noteContents(ids: readonly ObjectId[], noting: Noting): Promise<number> {
  const { many, notes } = noting;
  if (many === undefined) return noteOneByOne(ids, noting);
  let count = 0;
  try {
    for await (const answers of many.read(ids))
      for (const answer of answers) if (await noteAnswer(answer, notes)) count++;
    return count;
  } catch (error) {
    if (!isDamage(error)) throw error;
    return noteOneByOne(ids, noting);
  }
}

async function noteOneByOne(ids: readonly ObjectId[], { objects, notes, damaged }: Noting): Promise<number> {
  let count = 0;
  for (const id of ids) {
    try {
      const found = await objects.open(id);
      if (found !== undefined && (await noteAnswer({ kind: 'stream', ...found }, notes))) count++;
    } catch (error) {
      if (!isDamage(error)) throw error;
      damaged.push(id);
    }
  }
  return count;
}

/** Whether it is a content, as far as its first writer said: trees and snapshots go by. */
async function noteAnswer(answer: ManyAnswer, notes: AliasNotes): Promise<boolean> {
  if (answer.kind === 'absent' || answer.hint !== 'content') return false;
  if (answer.kind === 'whole') notes.add(answer.id, digestAliases(notes.hashes, answer.content));
  else notes.add(answer.id, await digestStream(answer, notes.hashes));
  return true;
}

/** What is damaged has no digest. */
async function hasDigest(
  objects: ObjectReader,
  id: ObjectId,
  { hash, digest }: { readonly hash: AliasHash; readonly digest: Uint8Array },
): Promise<boolean> {
  try {
    return (await objects.has(id)) && equalBytes(await digestObject(objects, id, [hash]), digest);
  } catch (error) {
    if (!isDamage(error)) throw error;
    return false;
  }
}

function* eachDigest(
  hashes: readonly AliasHash[],
  digests: Uint8Array,
): Generator<readonly [hash: AliasHash, digest: Uint8Array]> {
  let at = 0;
  for (const hash of hashes) yield [hash, digests.subarray(at, (at += ALIAS_BYTES[hash]))];
}

async function* listsOf(ids: AsyncIterable<ObjectId>): AsyncGenerator<readonly ObjectId[]> {
  let list: ObjectId[] = [];
  for await (const id of ids) {
    if (list.push(id) < LIST_IDS) continue;
    yield list;
    list = [];
  }
  if (list.length > 0) yield list;
}
