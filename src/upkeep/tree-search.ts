/** Finds one object below any number of trees, each of which is read once however many others hold it. */
import { CorruptError } from '../errors/errors.ts';
import { isAbsence } from '../graph/history.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { Role } from '../object/role.ts';
import { roleOfEntry } from '../object/tree-entry.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { readTreeInBatches } from '../tree/read-tree.ts';
import { joinPath } from '../tree/walk.ts';

/** Where an object is in a set, and what it is taken for there. */
export interface FoundPath {
  readonly role: Role;
  /** From the root of the set; empty for the root itself. */
  readonly path: Uint8Array;
}

/** An entry that is the object, or a folder on the way to it. */
interface Lead {
  readonly name: Uint8Array;
  readonly id: ObjectId;
  readonly role: Role;
}

interface Explored {
  /** Entries that are the object. */
  readonly hits: readonly Lead[];
  /** Folders, until it is known which of them lead to it: then those alone. */
  folders: readonly Lead[];
  isDone: boolean;
}

/** Which trees are passed over as if they were empty: those that are not there, or damaged ones, too. */
export type Passing = 'nothing' | 'missing' | 'broken';

const NOTHING: Explored = { hits: [], folders: [], isDone: true };
/** No more paths are given of one set. */
const MAX_PATHS = 100;

export class TreeSearch {
  readonly #objects: ObjectReader;
  readonly #target: ObjectId;
  readonly #explored: Map<ObjectId, Explored> = new Map();

  /** @param objects holds what it reads for a moment at most: each tree is asked for once */
  constructor(objects: ObjectReader, target: ObjectId) {
    this.#objects = objects;
    this.#target = target;
  }

  /**
   * The first hundred paths at which the object is in a set.
   *
   * @param passing of trees that were asked for before, what was said then counts
   * @throws NotFoundError `OBJECT_NOT_FOUND` @throws CorruptError
   */
  async findPaths(root: ObjectId, passing: Passing = 'nothing'): Promise<FoundPath[]> {
    await this.#explore(root, passing);
    const found: FoundPath[] = [];
    if (root === this.#target) found.push({ role: 'tree', path: new Uint8Array(0) });
    const stack: { readonly id: ObjectId; readonly path: Uint8Array }[] = [
      { id: root, path: new Uint8Array(0) },
    ];
    for (let at = stack.pop(); at !== undefined && found.length < MAX_PATHS; at = stack.pop()) {
      const { hits, folders } = this.#explored.get(at.id) ?? NOTHING;
      for (const { name, role } of hits) found.push({ role, path: joinPath(at.path, name) });
      for (const { name, id } of folders.toReversed()) stack.push({ id, path: joinPath(at.path, name) });
    }
    return found.slice(0, MAX_PATHS);
  }

  /** A tree is done when all in it are; those that are not wait on a stack, as a chain of them may be long. */
  async #explore(root: ObjectId, passing: Passing): Promise<void> {
    const stack = [root];
    for (let id = stack.at(-1); id !== undefined; id = stack.at(-1)) {
      let tree = this.#explored.get(id);
      if (tree === undefined) this.#explored.set(id, (tree = await this.#read(id, passing)));
      const unknown = tree.isDone ? [] : tree.folders.filter((folder) => !this.#explored.has(folder.id));
      for (const folder of unknown) stack.push(folder.id);
      if (unknown.length > 0) continue;
      stack.pop();
      if (!tree.isDone) this.#finish(id, tree);
    }
  }

  #finish(id: ObjectId, tree: Explored): void {
    const folders = tree.folders.filter((folder) => this.#leads(folder.id));
    if (folders.length === 0 && tree.hits.length === 0) this.#explored.set(id, NOTHING);
    else {
      tree.folders = folders;
      tree.isDone = true;
    }
  }

  #leads(id: ObjectId): boolean {
    const tree = this.#explored.get(id);
    return tree !== undefined && tree.hits.length + tree.folders.length > 0;
  }

  async #read(id: ObjectId, passing: Passing): Promise<Explored> {
    const hits: Lead[] = [];
    const folders: Lead[] = [];
    try {
      for await (const batch of readTreeInBatches(this.#objects, id)) {
        for (const entry of batch) {
          const lead = { name: entry.name, id: entry.id, role: roleOfEntry(entry) };
          if (entry.id === this.#target) hits.push(lead);
          if (entry.kind === 'folder') folders.push(lead);
        }
      }
    } catch (error) {
      const isPassed = isAbsence(error)
        ? passing !== 'nothing'
        : passing === 'broken' && error instanceof CorruptError;
      if (!isPassed) throw error;
    }
    return { hits, folders, isDone: false };
  }
}
