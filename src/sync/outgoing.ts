/** What has to go to a receiver: all that it is to have, less all that it has. */
import type { ProgressListener } from '../flow/progress.ts';
import { type Horizon, readSnapshot } from '../graph/history.ts';
import { type Reached, walkReachable } from '../graph/reachable.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { ReferenceSet, type Role } from '../object/role.ts';
import { contentElsewhere } from '../odb/named-objects.ts';
import { objectNotFound } from '../odb/read-object.ts';
import type { Repository } from '../store/repository.ts';
import { pairVersions } from '../tree/version-pairs.ts';
import { walkTree } from '../tree/walk.ts';
import type { BundledLabel, ChunkRun } from '../wire/bundle-header.ts';
import { OutgoingChunks } from './outgoing-chunks.ts';
import { findWantedHistory } from './wanted-history.ts';

/** What is known of a receiver. */
export interface Receiver {
  /** Snapshots that it has, with all that they reach. Those that are not here say nothing. */
  readonly snapshots: Iterable<ObjectId>;
  /** Those of its snapshots whose parents it does not have. @default none but those that are known here */
  readonly horizon?: Horizon;
  /** Whether it has the bytes of an object, whatever is known of what they name. @default no */
  readonly has?: (id: ObjectId) => boolean;
}

export interface OutgoingObject {
  readonly id: ObjectId;
  /** What it was first met as. */
  readonly role: Role;
  /** `list`: the object goes as the list of its chunks. */
  readonly form: 'whole' | 'list';
}

/** What is sent. */
export interface Outgoing {
  /** Snapshots that the receiver must have, and that are here. */
  readonly prerequisites: readonly ObjectId[];
  /** Of the snapshots that go, those whose parents neither go nor are with the receiver. */
  readonly horizon: readonly ObjectId[];
  readonly labels: readonly BundledLabel[];
  /** Chunks that stay here, as the receiver has their bytes. */
  readonly runs: readonly ChunkRun[];
  /** Each once, in the order in which they were met: snapshots before trees before what is in them. */
  readonly objects: readonly OutgoingObject[];
  /** Earlier versions of objects that go, which go too or are with the receiver. */
  readonly versions: ReadonlyMap<ObjectId, ObjectId>;
  /** Contents of the newest that the receiver has, for what has no earlier version. */
  readonly heldContents: readonly ObjectId[];
  /** Whether all that the labels reach goes, up to the horizon: nothing is known of the receiver. */
  readonly isWhole: boolean;
  /** Whether the receiver has the whole content of an object, so that a delta may stand on it. */
  readonly isHeld: (id: ObjectId) => boolean;
}

export interface OutgoingOptions {
  readonly labels: readonly BundledLabel[];
  /** @default one that has nothing */
  readonly receiver?: Receiver;
  /** Where histories end here. */
  readonly horizon: Horizon;
  /** Of the history of each label at most so many snapshots, one after the other, at least 1. @default all */
  readonly depth?: number;
  /** `none`: snapshots and trees only. @default 'all' */
  readonly contents?: 'all' | 'none';
  /** Contents that go too, whatever the labels reach. @default none */
  readonly objects?: readonly ObjectId[];
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** Files from this size on may lie in chunks. */
const LONG_BYTES: number = 64 * 1024;
/** As many of the receiver's snapshots are looked through for contents that are like new ones. */
const MAX_BASE_SNAPSHOTS = 4;
const MAX_BASE_BYTES: number = 2 ** 20;

/**
 * @throws CorruptError for what is damaged here, `OBJECT_MISSING` for what is not here and should be
 */
export async function planOutgoing(repository: Repository, options: OutgoingOptions): Promise<Outgoing> {
  return new Planner(repository, options).plan();
}

class Planner {
  readonly #repository: Repository;
  readonly #options: OutgoingOptions;
  readonly #marks = new ReferenceSet();
  readonly #held = new Set<ObjectId>();
  readonly #sent = new Map<ObjectId, OutgoingObject>();
  readonly #long = new Set<ObjectId>();
  #horizon: Horizon = new Set();

  constructor(repository: Repository, options: OutgoingOptions) {
    this.#repository = repository;
    this.#options = options;
  }

  async plan(): Promise<Outgoing> {
    const { labels, contents = 'all', receiver } = this.#options;
    const prerequisites = await this.#meetHeld();
    const chunks = new OutgoingChunks(this.#repository, (id) => this.#isWith(id));
    for (const id of this.#long) if (this.#held.has(id)) await chunks.meetHeld(id);
    this.#long.clear();
    await this.#meetWanted(labels.map(({ id }) => id));
    await this.#meetSingle();
    for (const id of this.#long) if (this.#sent.has(id)) await chunks.meetSent(id);
    for (const id of chunks.lists) this.#sent.set(id, { id, role: 'content', form: 'list' });
    for (const id of chunks.sent) this.#add(id, 'content');
    const snapshots = [...this.#sent.values()].filter(({ role }) => role === 'snapshot').map(({ id }) => id);
    return {
      labels,
      prerequisites,
      horizon: snapshots.filter((id) => this.#horizon.has(id)),
      runs: chunks.runs,
      objects: [...this.#sent.values()],
      versions: await this.#findVersions(snapshots, prerequisites),
      heldContents: contents === 'all' ? await this.#contentsOf(prerequisites) : [],
      isWhole: this.#held.size === 0 && receiver?.has === undefined && contents === 'all',
      isHeld: (id) => this.#held.has(id),
    };
  }

  #isWith(id: ObjectId): boolean {
    return this.#held.has(id) || this.#options.receiver?.has?.(id) === true;
  }

  /** @returns the snapshots of the receiver that are here, as far as anything is known of what they reach */
  async #meetHeld(): Promise<ObjectId[]> {
    const { receiver } = this.#options;
    const here: ObjectId[] = [];
    for (const id of new Set(receiver?.snapshots)) if (await this.#repository.objects.has(id)) here.push(id);
    const horizon = new Set([...this.#options.horizon, ...(receiver?.horizon ?? [])]);
    for await (const { kind, reference } of this.#walk(here, horizon))
      if (kind === 'reached') this.#held.add(reference.id);
    return this.#newestOf(here, horizon);
  }

  /** Those that are not in the history of another one. */
  async #newestOf(snapshots: readonly ObjectId[], horizon: Horizon): Promise<ObjectId[]> {
    const older = new Set<ObjectId>();
    for (const id of this.#marks.ids('snapshot')) {
      for (const parent of horizon.has(id) ? [] : (await readSnapshot(this.#repository.named, id)).parents)
        older.add(parent);
    }
    return snapshots.filter((id) => !older.has(id));
  }

  async #meetWanted(tips: readonly ObjectId[]): Promise<void> {
    const { onProgress, horizon, depth } = this.#options;
    const wanted = await findWantedHistory(this.#repository.named, tips, {
      horizon,
      ...(depth !== undefined && { depth }),
      isHeld: (id) => this.#held.has(id),
    });
    this.#horizon = wanted.horizon;
    const absent: ObjectId[] = [];
    for await (const reached of this.#walk(wanted.snapshots, wanted.horizon)) {
      if (reached.kind === 'damaged') throw reached.error;
      const { id, role } = reached.reference;
      if (reached.kind === 'missing') {
        if (role !== 'content') throw objectNotFound(id);
        absent.push(id);
      }
      this.#add(id, role);
      onProgress?.({ phase: 'counting', done: this.#sent.size, unit: 'objects' });
    }
    if (absent.length > 0) await this.#bring(absent);
  }

  /** What goes from here has to be here first. */
  async #bring(contents: readonly ObjectId[]): Promise<void> {
    const { promises, objects } = this.#repository;
    await promises.bring(contents);
    await objects.packed.rescan();
    for (const id of contents) {
      if (await objects.has(id)) continue;
      const [remote] = promises.isOpen ? [] : await promises.remotes();
      throw remote === undefined ? objectNotFound(id) : contentElsewhere(id, remote.name);
    }
  }

  /** Contents that were asked for by their ids. */
  async #meetSingle(): Promise<void> {
    for (const id of this.#options.objects ?? []) {
      if (!(await this.#repository.objects.has(id))) throw objectNotFound(id);
      this.#add(id, 'content');
      this.#long.add(id);
    }
  }

  #walk(roots: readonly ObjectId[], horizon: Horizon): AsyncGenerator<Reached> {
    const { contents = 'all', signal } = this.#options;
    return walkReachable(this.#repository.named, roots, {
      horizon,
      marks: this.#marks,
      contents: contents === 'all' ? 'look' : 'pass',
      onEntry: ({ kind, id, sizeBytes }) => {
        if (kind === 'file' && sizeBytes >= LONG_BYTES) this.#long.add(id);
      },
      ...(signal && { signal }),
    });
  }

  #add(id: ObjectId, role: Role): void {
    if (!this.#isWith(id) && !this.#sent.has(id)) this.#sent.set(id, { id, role, form: 'whole' });
  }

  async #contentsOf(snapshots: readonly ObjectId[]): Promise<ObjectId[]> {
    const { named } = this.#repository;
    const contents = new Set<ObjectId>();
    for (const id of snapshots.slice(0, MAX_BASE_SNAPSHOTS))
      for await (const { entry } of walkTree(named, (await readSnapshot(named, id)).tree))
        if (entry.kind === 'file' && entry.sizeBytes <= MAX_BASE_BYTES && this.#held.has(entry.id))
          contents.add(entry.id);
    return [...contents];
  }

  /** Each snapshot beside its first parent, or, where it has none, beside what the receiver has. */
  async #findVersions(
    snapshots: readonly ObjectId[],
    prerequisites: readonly ObjectId[],
  ): Promise<Map<ObjectId, ObjectId>> {
    const { named } = this.#repository;
    const versions = new Map<ObjectId, ObjectId>();
    for (const id of snapshots) {
      const { tree, parents } = await readSnapshot(named, id);
      const parent = this.#horizon.has(id) ? prerequisites[0] : (parents[0] ?? prerequisites[0]);
      if (parent === undefined) continue;
      if (this.#held.has(parent) || this.#sent.has(parent)) versions.set(id, parent);
      for await (const { before, after } of pairVersions(
        named,
        (await readSnapshot(named, parent)).tree,
        tree,
      ))
        if (
          this.#sent.has(after) &&
          (this.#sent.has(before) || this.#held.has(before)) &&
          !versions.has(after)
        )
          versions.set(after, before);
    }
    return versions;
  }
}
