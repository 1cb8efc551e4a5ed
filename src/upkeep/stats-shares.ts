/** Which objects labels reach: how many in each role, which of them only one label does, and which are the largest. */

import { CorruptError } from '../errors/errors.ts';
import { collectBytes } from '../flow/byte-stream.ts';
import type { Horizon } from '../graph/history.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { Role } from '../object/role.ts';
import { decodeSnapshot, MAX_SNAPSHOT_BYTES } from '../object/snapshot.ts';
import type { ManyAnswer } from '../odb/many-answers.ts';
import { readMany } from '../packs/many-reader.ts';
import type { Repository } from '../store/repository.ts';
import { TreeReader } from '../tree/tree-reader.ts';
import type { StoredCopies } from './stats-copies.ts';

/** Nobody reaches it, yet. */
const NOBODY = -1;
/** More than one label does. */
const SEVERAL = -2;

export interface SharesContext {
  readonly repository: Repository;
  readonly copies: StoredCopies;
  readonly horizon: Horizon;
  /** Whether it is kept where each object was named first. */
  readonly namings: 'none' | 'all';
  readonly onTree: (trees: number) => void;
  readonly signal: AbortSignal | undefined;
}

/** Where an object was named first. */
export interface Naming {
  /** The number of the tree. */
  readonly tree: number;
  readonly name: Uint8Array;
}

export class Shares {
  /** Who reaches an object in each role, by its number: a label's, NOBODY or SEVERAL. */
  readonly #owners: Readonly<Record<Role, Int32Array>>;
  /** As `#owners`, of chunks as parts of something. */
  readonly #chunkOwners: Int32Array;
  readonly #context: SharesContext;
  readonly #reader = new TreeReader();
  /** Of all that is in a tree that a snapshot names. */
  readonly #sums: Map<number, number> = new Map();
  /** The trees of snapshots, one for each snapshot. */
  readonly #versions: number[] = [];
  /** A snapshot of each of them, the first that was met. */
  readonly #snapshots: Map<number, ObjectId> = new Map();
  readonly #namings: Map<number, Naming> = new Map();
  #label = 0;
  #trees = 0;

  constructor(context: SharesContext) {
    const { count } = context.copies.ids;
    const make = (): Int32Array => new Int32Array(count).fill(NOBODY);
    this.#owners = { content: make(), tree: make(), snapshot: make() };
    this.#chunkOwners = make();
    this.#context = context;
  }

  /** Walks all that one label reaches: what is missing or damaged is passed over. @param label its number */
  async walk(label: number, root: ObjectId): Promise<void> {
    this.#label = label;
    let trees = await this.#walkSnapshots(root);
    while (trees.length > 0) trees = await this.#readTrees(trees);
  }

  /** How many objects are reached in a role. */
  count(role: Role): number {
    return this.#owners[role].reduce((sum, owner) => sum + (owner === NOBODY ? 0 : 1), 0);
  }

  /** What all versions would take up as folders side by side. */
  get versionsBytes(): number {
    return this.#versions.reduce((sum, tree) => sum + (this.#sums.get(tree) ?? 0), 0);
  }

  /** Who reaches an object, in whatever role: `undefined` where nobody does. */
  ownerOf(number: number): number | 'several' | undefined {
    const { content, tree, snapshot } = this.#owners;
    const owners = [content, tree, snapshot, this.#chunkOwners].map((column) => column[number]!);
    const found = new Set(owners.filter((owner) => owner !== NOBODY));
    if (found.size === 0) return undefined;
    const [owner] = found;
    return found.size > 1 || owner === SEVERAL ? 'several' : owner;
  }

  /** Whether a label reaches it otherwise than as a chunk. */
  isNamed(number: number): boolean {
    const { content, tree, snapshot } = this.#owners;
    return [content, tree, snapshot].some((column) => column[number] !== NOBODY);
  }

  /** Whether a label reaches it as a file. */
  isContent(number: number): boolean {
    return this.#owners.content[number] !== NOBODY;
  }

  /** Where a content or a folder was named first; `undefined` for a root. */
  namingOf(number: number): Naming | undefined {
    return this.#namings.get(number);
  }

  /** A snapshot whose root is this tree. */
  snapshotOf(tree: number): ObjectId | undefined {
    return this.#snapshots.get(tree);
  }

  /** @returns the trees to be read */
  async #walkSnapshots(root: ObjectId): Promise<number[]> {
    const { repository, copies, horizon, signal } = this.#context;
    const trees: number[] = [];
    const stack = [root];
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      signal?.throwIfAborted();
      const number = copies.find(id);
      const isNew = number >= 0 && this.#owners.snapshot[number] === NOBODY;
      if (!this.#visit('snapshot', number)) continue;
      const bytes = await repository.objects.read(id, { maxBytes: MAX_SNAPSHOT_BYTES });
      const snapshot = bytes && decodedOrNot(bytes);
      if (snapshot === undefined) continue;
      const tree = copies.find(snapshot.tree);
      if (isNew && tree >= 0) {
        this.#versions.push(tree);
        if (!this.#snapshots.has(tree)) this.#snapshots.set(tree, id);
      }
      if (this.#visit('tree', tree)) trees.push(tree);
      if (!horizon.has(id)) stack.push(...snapshot.parents);
    }
    return trees;
  }

  /** @returns the trees in them that are to be read */
  async #readTrees(trees: readonly number[]): Promise<number[]> {
    const { repository, copies, onTree, signal } = this.#context;
    const { objects } = repository;
    const ids = async function* (): AsyncGenerator<ObjectId[]> {
      yield trees.map((tree) => copies.idAt(tree));
    };
    const next: number[] = [];
    for await (const answers of readMany(ids(), { folder: objects.packed.folder, objects })) {
      signal?.throwIfAborted();
      for (const answer of answers) {
        const bytes = await bytesOf(answer);
        if (bytes !== undefined) this.#takeTree(copies.find(answer.id), bytes, next);
      }
      onTree((this.#trees += answers.length));
    }
    return next;
  }

  #takeTree(tree: number, bytes: Uint8Array, next: number[]): void {
    const { ids } = this.#context.copies;
    const reader = this.#reader;
    let sum = 0;
    reader.open(bytes);
    for (let count = reader.next(); count > 0; count = reader.next()) {
      const { rows } = reader;
      for (let row = 0; row < count; row++) {
        sum += rows.sizeAt(row);
        const number = ids.find(bytes, rows.idAt(row));
        const isFolder = rows.isFolderAt(row);
        if (!this.#visit(isFolder ? 'tree' : 'content', number)) continue;
        if (isFolder) next.push(number);
        if (this.#context.namings === 'none' || this.#namings.has(number)) continue;
        const nameEnd = rows.idAt(row) - 1;
        this.#namings.set(number, { tree, name: bytes.slice(nameEnd - rows.nameBytesAt(row), nameEnd) });
      }
    }
    this.#sums.set(tree, sum);
  }

  /** Whether what it names is to be visited, too: by its first label, and by the second, for all that is of both. */
  #visit(role: Role, number: number): boolean {
    if (number < 0) return false;
    const owners = this.#owners[role];
    const owner = owners[number]!;
    if (owner === SEVERAL || owner === this.#label) return false;
    owners[number] = owner === NOBODY ? this.#label : SEVERAL;
    if (role === 'content') this.#visitChunks(number);
    return true;
  }

  /** Chunks are needed by whoever needs what they are of. */
  #visitChunks(number: number): void {
    const { copies } = this.#context;
    const owners = this.#chunkOwners;
    for (const chunk of copies.chunks.get(number) ?? []) {
      const at = copies.ids.find(chunk.id);
      if (at < 0 || owners[at] === this.#label) continue;
      owners[at] = owners[at] === NOBODY ? this.#label : SEVERAL;
    }
  }
}

function decodedOrNot(bytes: Uint8Array): ReturnType<typeof decodeSnapshot> | undefined {
  try {
    return decodeSnapshot(bytes);
  } catch (error) {
    if (error instanceof CorruptError) return undefined;
    throw error;
  }
}

async function bytesOf(answer: ManyAnswer): Promise<Uint8Array | undefined> {
  switch (answer.kind) {
    case 'whole':
      return answer.content;
    case 'stream':
      return collectBytes(answer.content);
    case 'absent':
      return undefined;
  }
}
