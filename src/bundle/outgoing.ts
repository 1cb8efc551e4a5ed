/** What has to go to a receiver: all that it is to have, less all that it has. */
import type { ProgressListener } from '../flow/progress.ts';
import type { Horizon } from '../graph/history.ts';
import { walkReachable } from '../graph/reachable.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { Role } from '../object/role.ts';
import type { TreeEntry } from '../object/tree-entry.ts';
import { contentElsewhere } from '../odb/named-objects.ts';
import { objectNotFound } from '../odb/read-object.ts';
import type { PackFile } from '../packs/pack-file.ts';
import type { Repository } from '../store/repository.ts';
import type { BundledLabel, ChunkRun } from '../wire/bundle-header.ts';
import { findContents, findVersions } from './earlier-versions.ts';
import { HeldObjects } from './held-objects.ts';
import { OutgoingChunks } from './outgoing-chunks.ts';
import { listPacks, type OutgoingObject, splitPacks } from './outgoing-packs.ts';
import { findReachedPacks } from './reached-packs.ts';
import { findWantedHistory } from './wanted-history.ts';

/** What is known of a receiver. */
export interface Receiver {
  /** Snapshots that it has, with all that they reach. Those that are not here say nothing. */
  readonly snapshots: Iterable<ObjectId>;
  /**
   * Those of its snapshots whose parents it does not have, and is not given unless a depth is asked for.
   *
   * @default none but those that are known here
   */
  readonly horizon?: Horizon;
  /** Whether it has the bytes of an object, whatever is known of what they name. @default no */
  readonly has?: (id: ObjectId) => boolean;
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
  /** Packs of which all goes, as they lie. */
  readonly packs: readonly PackFile[];
  /** What goes beside them, each once, in the order in which it was met. */
  readonly objects: readonly OutgoingObject[];
  /** How many objects go, in packs and beside them. */
  readonly count: number;
  /** Finds earlier versions of objects that go, which go too or are with the receiver. */
  readonly findVersions: () => Promise<ReadonlyMap<ObjectId, ObjectId>>;
  /** Finds contents of the newest that the receiver has, for what has no earlier version. */
  readonly findHeldContents: () => Promise<readonly ObjectId[]>;
  /** Whether all that the labels reach goes, up to the horizon: nothing is known of the receiver. */
  readonly isWhole: boolean;
  /** Whether the receiver has the whole content of an object, so that a delta may stand on it. */
  readonly isHeld: (id: ObjectId) => boolean;
}

export interface OutgoingOptions {
  readonly labels: readonly BundledLabel[];
  /** @default one that has nothing */
  readonly receiver?: Receiver;
  /**
   * `few`: where little goes, that may be what only older snapshots of the receiver reach, too: to find it there takes
   * longer than to send it.
   *
   * @default 'none'
   */
  readonly repeats?: 'none' | 'few';
  /** Where histories end here. */
  readonly horizon: Horizon;
  /** Of the history of each label at most so many snapshots, one after the other; `Infinity` is all. @default what is new */
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
/** So little may go twice, as it is before it is compressed. */
const FEW_BYTES: number = 256 * 1024;

/**
 * @throws CorruptError for what is damaged here, `OBJECT_MISSING` for what is not here and should be
 */
export async function planOutgoing(repository: Repository, options: OutgoingOptions): Promise<Outgoing> {
  return new Planner(repository, options).plan();
}

class Planner {
  readonly #repository: Repository;
  readonly #options: OutgoingOptions;
  readonly #sent = new Map<ObjectId, OutgoingObject>();
  readonly #long = new Set<ObjectId>();
  #horizon: Horizon = new Set();

  constructor(repository: Repository, options: OutgoingOptions) {
    this.#repository = repository;
    this.#options = options;
  }

  async plan(): Promise<Outgoing> {
    const { labels, contents = 'all', receiver } = this.#options;
    const reached = await this.#findReached();
    if (reached !== undefined) return reached;
    const held = await this.#findHeld();
    await this.#meetWanted(held);
    await this.#meetSingle(held);
    const runs = await this.#meetChunks(held);
    const snapshots = [...this.#sent.values()].filter(({ role }) => role === 'snapshot').map(({ id }) => id);
    const isThere = (id: ObjectId): boolean => this.#sent.has(id) || held.has(id);
    const { named } = this.#repository;
    const isWhole = held.isEmpty && receiver?.has === undefined && contents === 'all';
    return {
      labels,
      prerequisites: held.newest,
      horizon: snapshots.filter((id) => this.#horizon.has(id)),
      runs,
      ...(isWhole
        ? await splitPacks(this.#repository, this.#sent)
        : { packs: [], objects: [...this.#sent.values()] }),
      count: this.#sent.size,
      findVersions: () =>
        findVersions(named, { snapshots, horizon: this.#horizon, prerequisites: held.newest, isThere }),
      findHeldContents: async () => {
        const found = contents === 'all' ? await findContents(named, held.newest) : [];
        return found.filter((id) => held.has(id)); // of a lazy store some are not here
      },
      isWhole,
      isHeld: (id) => held.has(id),
    };
  }

  /** Where all goes that lies in packs, and nothing else: what is so when a store is cloned. */
  async #findReached(): Promise<Outgoing | undefined> {
    const { labels, receiver, depth, contents = 'all', objects, horizon } = this.#options;
    if (receiver !== undefined || depth !== undefined || contents === 'none' || objects !== undefined)
      return undefined;
    const packs = await listPacks(this.#repository);
    const tips = labels.map(({ id }) => id);
    const reached = await findReachedPacks(this.#repository, packs, { tips, horizon });
    if (reached === undefined) return undefined;
    return {
      labels,
      prerequisites: [],
      horizon: reached.snapshots.filter((id) => horizon.has(id)),
      runs: [],
      packs,
      objects: [],
      count: reached.count,
      findVersions: async () => new Map(),
      findHeldContents: async () => [],
      isWhole: true,
      isHeld: () => false,
    };
  }

  /** What the receiver has, as far as that is here, or known of. */
  async #findHeld(): Promise<HeldObjects> {
    const { receiver, horizon, signal } = this.#options;
    const here: ObjectId[] = [];
    for (const id of new Set(receiver?.snapshots)) if (await this.#repository.objects.has(id)) here.push(id);
    return HeldObjects.find(this.#repository.named, here, {
      horizon: new Set([...horizon, ...(receiver?.horizon ?? [])]),
      ...this.#look(),
      ...(signal && { signal }),
    });
  }

  async #meetWanted(held: HeldObjects): Promise<void> {
    const { labels, onProgress, horizon, depth, receiver, signal } = this.#options;
    const ends = depth === undefined ? receiver?.horizon : undefined;
    const tips = labels.map(({ id }) => id);
    const wanted = await findWantedHistory(this.#repository.named, tips, {
      horizon: ends === undefined ? horizon : new Set([...horizon, ...ends]),
      ...(depth !== undefined && { depth }),
      isHeld: (id) => held.has(id),
    });
    this.#horizon = wanted.horizon;
    const absent = new Set<ObjectId>();
    for await (const reached of walkReachable(this.#repository.named, wanted.snapshots, {
      horizon: wanted.horizon,
      marks: held.marks(),
      ...this.#look(),
      ...(signal && { signal }),
    })) {
      if (reached.kind === 'damaged') throw reached.error;
      const { id, role } = reached.reference;
      if (reached.kind === 'missing') {
        if (role !== 'content') throw objectNotFound(id);
        absent.add(id);
      }
      this.#add(id, role, held);
      onProgress?.({ phase: 'counting', done: this.#sent.size, unit: 'objects' });
    }
    if (absent.size > 0 || !(await this.#isLittle())) await this.#leaveOut(held, absent);
    if (absent.size > 0) await this.#bring([...absent]);
  }

  /** Whether what goes is so little that it may go twice. */
  async #isLittle(): Promise<boolean> {
    if (this.#options.repeats !== 'few') return false;
    let bytes = 0;
    for (const id of this.#sent.keys()) {
      bytes += (await this.#repository.objects.stat(id))?.sizeBytes ?? 0;
      if (bytes > FEW_BYTES) return false;
    }
    return true;
  }

  /** What only older snapshots of the receiver reach. */
  async #leaveOut(held: HeldObjects, absent: Set<ObjectId>): Promise<void> {
    await held.lookThroughOlder();
    for (const id of this.#sent.keys()) {
      if (!held.isThere(id)) continue;
      this.#sent.delete(id);
      absent.delete(id);
    }
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
  async #meetSingle(held: HeldObjects): Promise<void> {
    for (const id of this.#options.objects ?? []) {
      if (!(await this.#repository.objects.has(id))) throw objectNotFound(id);
      this.#add(id, 'content', held);
      this.#long.add(id);
    }
  }

  /** Of what goes, and of what the receiver has whole. @returns those that stay here */
  async #meetChunks(held: HeldObjects): Promise<readonly ChunkRun[]> {
    const chunks = new OutgoingChunks(this.#repository, (id) => this.#isWith(id, held));
    for (const id of this.#long) if (held.has(id)) await chunks.meetHeld(id);
    for (const id of this.#long) if (this.#sent.has(id)) await chunks.meetSent(id);
    for (const id of chunks.lists) this.#sent.set(id, { id, role: 'content', form: 'list' });
    for (const id of chunks.sent) this.#add(id, 'content', held);
    return chunks.runs;
  }

  /** How trees are looked through: long contents may be chunks. */
  #look(): { readonly contents: 'look' | 'pass'; readonly onEntry: (entry: TreeEntry) => void } {
    return {
      contents: this.#options.contents === 'none' ? 'pass' : 'look',
      onEntry: ({ kind, id, sizeBytes }) => {
        if (kind === 'file' && sizeBytes >= LONG_BYTES) this.#long.add(id);
      },
    };
  }

  #isWith(id: ObjectId, held: HeldObjects): boolean {
    return held.has(id) || this.#options.receiver?.has?.(id) === true;
  }

  #add(id: ObjectId, role: Role, held: HeldObjects): void {
    if (!this.#isWith(id, held) && !this.#sent.has(id)) this.#sent.set(id, { id, role, form: 'whole' });
  }
}
