/**
 * Changes records. What is asked for while one commit is under way is made by the next one, all together: a hundred
 * calls at once are two commits. Each is durable when it resolves, and none undoes what another process did meanwhile.
 */
import type { Store } from '../api/store.ts';
import { equalBytes } from '../bytes/compare.ts';
import { concatBytes } from '../bytes/concat.ts';
import { bytesOfId, type ObjectId } from '../hash/object-id.ts';
import type { Attributes } from '../object/attributes.ts';
import type { TreeEntry } from '../object/tree-entry.ts';
import { freshenAll } from '../odb/freshen-all.ts';
import type { ObjectReader, ObjectWriter, StoredObject } from '../odb/object-store.ts';
import { objectNotFound } from '../odb/read-object.ts';
import type { EditSource } from '../store/commit-source.ts';
import { editTree, type MemberEdit } from '../tree/edit.ts';
import {
  REPRESENTATIONS,
  recordEntry,
  recordFolder,
  representationOf,
  type StoredRepresentation,
  withRecord,
} from './record.ts';

/** A record to be made: of bytes, or of an object that is stored already. */
export interface NewRecord {
  readonly content: Uint8Array | StoredObject;
  /** Without `created`. */
  readonly attributes: Attributes;
  /** Where there is no such record yet. */
  readonly created: string;
}

type Objects = ObjectReader & ObjectWriter;

/** What becomes of the records of one checksum; asked anew after each race that was lost. */
interface FolderChange {
  readonly id: ObjectId;
  readonly change: (records: readonly TreeEntry[]) => readonly TreeEntry[];
}

interface Waiting {
  readonly kind: 'add' | 'remove';
  /** Puts what the change needs. */
  readonly prepare: (objects: Objects) => Promise<readonly FolderChange[]>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class RecordWriter {
  readonly #store: Store;
  #waiting: Waiting[] = [];
  #lastTurn: Promise<void> = Promise.resolve();

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Makes records where they are not there yet: all, or none.
   *
   * @returns them as they are stored, in the order given
   * @throws NotFoundError `OBJECT_NOT_FOUND` for an object that is not stored
   */
  async add(records: readonly NewRecord[]): Promise<StoredRepresentation[]> {
    const made: StoredRepresentation[] = [];
    await this.#change('add', async (objects) => {
      const stored = await putContents(objects, records);
      return records.map((record, at) => {
        const entry = recordEntry(stored[at]!, record);
        const change = (before: readonly TreeEntry[]): readonly TreeEntry[] => {
          const after = withRecord(before, entry);
          made[at] = representationOf(after.find(({ name }) => equalBytes(name, entry.name))!);
          return after;
        };
        return { id: entry.id, change };
      });
    });
    return made;
  }

  /** Removes those records of a checksum that `isMeant` says; where there are none, nothing changes. */
  remove(id: ObjectId, isMeant: (record: StoredRepresentation) => boolean): Promise<void> {
    const change: FolderChange['change'] = (records) =>
      records.filter((entry) => !isMeant(representationOf(entry)));
    return this.#change('remove', async () => [{ id, change }]);
  }

  #change(kind: Waiting['kind'], prepare: Waiting['prepare']): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ kind, prepare, resolve, reject });
      this.#lastTurn = this.#lastTurn.then(() => this.#commitWaiting());
    });
  }

  async #commitWaiting(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length === 0) return; // another turn took them along
    try {
      if (await this.#isOfUse(waiting))
        await this.#store.commit(REPRESENTATIONS, sourceOf(waiting), { history: 'none' });
      for (const { resolve } of waiting) resolve();
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }

  /** Where there is no label, nothing is to be removed, and none is made. */
  async #isOfUse(waiting: readonly Waiting[]): Promise<boolean> {
    if (waiting.some(({ kind }) => kind === 'add')) return true;
    return (await this.#store.labels.get(REPRESENTATIONS)) !== undefined;
  }
}

/** One edit of the set for all that waits. What cannot be prepared is told so, and the others go on without it. */
function sourceOf(waiting: readonly Waiting[]): EditSource {
  return {
    name: waiting.length === 1 ? 'a change' : `${waiting.length} changes`,
    write: async ({ objects }) => {
      const changes: FolderChange[] = [];
      const failures: unknown[] = [];
      for (const { prepare, reject } of waiting) {
        try {
          for (const change of await prepare(objects)) changes.push(change);
        } catch (error) {
          reject(error);
          failures.push(error);
        }
      }
      if (failures.length === waiting.length) throw failures[0];
      const edits = editsOf(changes);
      return { entries: edits.length, skipped: [], edit: (before) => editTree(objects, before, edits) };
    },
  };
}

/** Changes of one checksum are made one after the other, as they came. */
function editsOf(changes: readonly FolderChange[]): MemberEdit[] {
  const byId = new Map<ObjectId, FolderChange['change'][]>();
  for (const { id, change } of changes) {
    const before = byId.get(id);
    if (before === undefined) byId.set(id, [change]);
    else before.push(change);
  }
  return Array.from(byId, ([id, inTurn]) => ({
    names: recordFolder(id),
    change: {
      kind: 'members',
      change: (records) => inTurn.reduce((before, change) => change(before), records),
    },
  }));
}

async function putContents(objects: Objects, records: readonly NewRecord[]): Promise<StoredObject[]> {
  const stored: StoredObject[] = [];
  const named: ObjectId[] = [];
  for (const { content } of records) {
    if (content instanceof Uint8Array)
      stored.push({ id: await objects.put('content', content), sizeBytes: content.length });
    else {
      stored.push(content);
      named.push(content.id);
    }
  }
  await checkHeld(objects, named);
  return stored;
}

/**
 * Sees to it that nothing collects these before a label reaches them. @throws NotFoundError `OBJECT_NOT_FOUND`
 */
export async function checkHeld(objects: ObjectWriter, ids: readonly ObjectId[]): Promise<void> {
  const [missing] = ids.length === 0 ? [] : await freshenAll(objects, concatBytes(ids.map(bytesOfId)));
  if (missing !== undefined) throw objectNotFound(missing);
}
