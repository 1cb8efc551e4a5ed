/**
 * Which objects stay: all that labels keep, and whatever else is young.
 *
 * Marks are references: the same bytes may stay as the content of a file while what they name as a tree goes.
 */
import { CorruptError } from '../errors/errors.ts';
import type { ProgressListener } from '../flow/progress.ts';
import { type Horizon, isAbsence } from '../graph/history.ts';
import { KeptHistory } from '../graph/kept-history.ts';
import { type Reached, walkReachable } from '../graph/reachable.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { type Reference, ReferenceSet } from '../object/role.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { presentObjects } from '../store/present-objects.ts';
import type { Repository } from '../store/repository.ts';
import { type FormerStart, findFormerStarts, type LabelRoots } from '../store/roots.ts';
import type { Inventory } from './inventory.ts';
import { chunksIn, findChunks } from './listed-chunks.ts';

export interface MarkContext {
  readonly repository: Repository;
  readonly inventory: Inventory;
  readonly horizon: Horizon;
  /** What was removed on purpose: where it is missing, nothing is broken. */
  readonly purged: ReadonlySet<ObjectId>;
  /** `promised`: where contents are missing, nothing is broken. */
  readonly contents: 'here' | 'promised';
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** What becomes of a walk where something is missing, or is damaged: it is told, or passed over. */
interface Strictness {
  readonly missing: 'refuse' | 'pass';
  readonly damaged: 'refuse' | 'pass';
}

const NOW: Strictness = { missing: 'refuse', damaged: 'refuse' };
/** What a label was may have been collected since; what is damaged hides what it reaches. */
const FORMER: Strictness = { missing: 'pass', damaged: 'refuse' };
const YOUNG: Strictness = { missing: 'pass', damaged: 'pass' };

export class Marks {
  readonly references: ReferenceSet = new ReferenceSet();
  readonly #context: MarkContext;
  readonly #kept: KeptHistory;
  /** What is on the disk, and whatever was taken out of the way and is needed after all. */
  readonly #objects: ObjectReader;
  /** What is on the disk alone. */
  readonly present: ObjectReader;
  /** The snapshots that are kept with labels as they are, and not with what those were. */
  #keptNow: ReadonlySet<ObjectId> = new Set();
  /** Snapshots that labels lead to and do not keep, and their parents. */
  #beyond: ReadonlyMap<ObjectId, readonly ObjectId[]> = new Map();

  constructor(context: MarkContext) {
    this.#context = context;
    this.#objects = knownFirst(context);
    this.present = presentOnly(context);
    this.#kept = new KeptHistory(this.#objects, context.horizon);
  }

  /**
   * Marks all that labels reach, as far as they keep it.
   *
   * @throws CorruptError `ROOT_BROKEN` where it cannot be told what a label reaches: nothing may be collected then
   */
  async markLabels(roots: LabelRoots): Promise<void> {
    await unlessBroken(async () => {
      for (const start of roots.now) await this.#kept.keep(start);
    });
    if (this.#keptNow.size === 0) this.#keptNow = new Set(this.#kept.ids());
    await this.#walk(this.#kept.ids(), NOW);
    const isForgotten = await this.#findForgotten();
    await unlessBroken(async () => {
      for (const lineage of roots.lineages) {
        for (const start of findFormerStarts(lineage, roots.times)) {
          if (isForgotten(lineage.now, start.id)) continue;
          const isHere = (await this.present.has(start.id)) || (await this.#isMisjudged(start));
          if (isHere) await this.#kept.keep(start, 'pass');
        }
      }
    });
    await this.#walk(this.#kept.ids(), FORMER);
  }

  /** Marks what is not older than `cutoffNs`, and all that it reaches: somebody may be about to give it a label. */
  async markYoung(cutoffNs: bigint): Promise<void> {
    const { inventory, horizon } = this.#context;
    this.#beyond = await this.#kept.findBeyond(this.present);
    const roots: Reference[] = [];
    for (const id of inventory.young(cutoffNs)) {
      if (this.references.hasAny(id)) continue;
      roots.push({ role: await this.#guessRole(id), id });
    }
    // A young snapshot that its label keeps no longer stays itself, and not all that was before it.
    await this.#walk(roots, YOUNG, new Set([...horizon, ...this.#beyond.keys()]));
  }

  /** Marks the chunks of all lists in packs that stay whatever is in them: else who relies on a list would miss them. */
  async markKept(): Promise<void> {
    const { inventory, repository } = this.#context;
    for (const pack of inventory.packs) {
      if (!pack.isKept) continue;
      for await (const chunk of chunksIn(pack, repository.codec)) this.references.add('content', chunk);
    }
  }

  /** Whether a snapshot is kept only because the log says that a label was there. */
  isNeededFromLog(id: ObjectId): boolean {
    return this.#kept.has(id) && !this.#keptNow.has(id);
  }

  /** The snapshots that stay while a parent goes: their history has to end with them. */
  findCuts(): ObjectId[] {
    const { inventory, horizon } = this.#context;
    const isGoing = (id: ObjectId): boolean => inventory.has(id) && !this.references.has('snapshot', id);
    const kept = [...this.#kept.ids()].map((id) => [id, this.#kept.parentsOf(id)] as const);
    const young = [...this.#beyond].filter(([id]) => this.references.has('snapshot', id));
    return [...kept, ...young]
      .filter(([id, parents]) => !horizon.has(id) && parents.some(isGoing))
      .map(([id]) => id);
  }

  async #walk(
    roots: Iterable<ObjectId | Reference>,
    strictness: Strictness,
    ends: Horizon = new Set(this.#kept.ids()),
  ): Promise<void> {
    const { onProgress, signal } = this.#context;
    const options = { horizon: ends, marks: this.references, ...(signal && { signal }) };
    for await (const reached of walkReachable(this.#objects, roots, options)) {
      if (!this.#isHole(reached)) checkReached(reached, strictness);
      onProgress?.({ phase: 'following labels', done: this.references.size, unit: 'objects' });
      if (reached.kind !== 'missing') await this.#markChunks(reached.reference.id, strictness);
    }
  }

  #isHole({ kind, reference }: Reached): boolean {
    const { purged, contents } = this.#context;
    if (kind !== 'missing' || reference.role !== 'content') return false;
    return contents === 'promised' || purged.has(reference.id);
  }

  /** Whatever an object is used as, and where it is damaged too, its chunks stay as long as it does. */
  async #markChunks(id: ObjectId, { missing, damaged }: Strictness): Promise<void> {
    for await (const chunk of this.#findChunks(id, damaged)) {
      const isHere = await this.#objects.has(chunk);
      if (!isHere && missing === 'refuse' && !this.#context.purged.has(chunk))
        throw broken(`chunk '${chunk}' of '${id}' is missing`);
      this.references.add('content', chunk);
    }
  }

  async *#findChunks(id: ObjectId, damaged: Strictness['damaged']): AsyncGenerator<ObjectId> {
    const { inventory, repository } = this.#context;
    const { objects, codec } = repository;
    try {
      yield* findChunks({ inventory, folder: objects.packed.folder, codec }, id);
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error;
      if (damaged === 'refuse') throw broken(error.message, error);
    }
  }

  /** What its first writer took it for. What cannot be read is nothing but bytes. */
  async #guessRole(id: ObjectId): Promise<Reference['role']> {
    try {
      return (await this.present.stat(id))?.hint ?? 'content';
    } catch (error) {
      if (error instanceof CorruptError) return 'content';
      throw error;
    }
  }

  /**
   * Whether a former value that is not here was collected while its label named it, as by a collection that was stopped
   * half way. One that was collected after that was garbage by the rules of then, and is not taken back for the log.
   */
  async #isMisjudged({ id, value }: FormerStart): Promise<boolean> {
    const { trash } = this.#context.repository;
    const endMs = (value.end.timeSeconds + 1) * 1000;
    if (!(await trash.listTimes()).some((timeMs) => timeMs < endMs)) return false;
    for await (const { timeMs } of trash.walkCopies(id)) if (timeMs < endMs) return true;
    return false;
  }

  /** Whether a label's former value lies beyond the horizon of what it is now: then it was left out on purpose. */
  async #findForgotten(): Promise<(now: ObjectId | undefined, former: ObjectId) => boolean> {
    const { horizon } = this.#context;
    if (horizon.size === 0) return () => false;
    const beyond = await this.#kept.findBeyond(this.present);
    const known = new Map<ObjectId, ReadonlySet<ObjectId>>();
    const parentsOf = (id: ObjectId): readonly ObjectId[] => beyond.get(id) ?? this.#kept.parentsOf(id);
    return (now, former) => {
      if (now === undefined || this.#kept.has(former) || !beyond.has(former)) return false;
      let ids = known.get(now);
      if (ids === undefined) known.set(now, (ids = collectForgotten(now, parentsOf, horizon)));
      return ids.has(former);
    };
  }
}

/** All before the snapshots on the horizon that `start` leads to. */
function collectForgotten(
  start: ObjectId,
  parentsOf: (id: ObjectId) => readonly ObjectId[],
  horizon: Horizon,
): ReadonlySet<ObjectId> {
  const history = collectAncestors([start], (id) => (horizon.has(id) ? [] : parentsOf(id)));
  const edge = [...history].filter((id) => horizon.has(id));
  return collectAncestors(edge.flatMap(parentsOf), parentsOf);
}

function collectAncestors(
  starts: readonly ObjectId[],
  parentsOf: (id: ObjectId) => readonly ObjectId[],
): Set<ObjectId> {
  const seen = new Set(starts);
  for (const id of seen) for (const parent of parentsOf(id)) seen.add(parent); // a Set grows while it is walked
  return seen;
}

function checkReached(reached: Reached, { missing, damaged }: Strictness): void {
  const { reference, kind, from } = reached;
  if (kind === 'reached') return;
  if ((kind === 'missing' ? missing : damaged) === 'pass') return;
  const namedBy = from === undefined ? 'a label' : `${from.role} '${from.id}'`;
  const problem = `${reference.role} '${reference.id}', which ${namedBy} names, is ${kind}`;
  throw broken(problem, kind === 'damaged' ? reached.error : undefined);
}

async function unlessBroken(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof CorruptError || isAbsence(error)) throw broken(error.message, error);
    throw error;
  }
}

function broken(problem: string, cause?: unknown): CorruptError {
  return new CorruptError('ROOT_BROKEN', `nothing was collected: ${problem}`, {
    hint: "run 'cas fsck', mend what it finds or move the label away from it, then try again",
    cause,
  });
}

/** Whether something is there is looked up in the inventory first; what was taken out of the way is put back. */
function knownFirst({ repository: { objects }, inventory }: MarkContext): ObjectReader {
  const has = async (id: ObjectId): Promise<boolean> => inventory.has(id) || objects.freshen(id);
  return { ...forward(objects), has };
}

/** As if nothing had been taken out of the way. */
function presentOnly({ repository: { objects }, inventory }: MarkContext): ObjectReader {
  return { ...presentObjects(objects), has: async (id) => inventory.has(id) };
}

function forward(objects: ObjectReader): ObjectReader {
  return {
    name: objects.name,
    has: (id) => objects.has(id),
    stat: (id) => objects.stat(id),
    read: (id, options) => objects.read(id, options),
    open: (id) => objects.open(id),
    ids: (hexPrefix) => objects.ids(hexPrefix),
  };
}
