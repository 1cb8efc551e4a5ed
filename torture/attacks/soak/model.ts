/** What a store should hold, and what it may have lost without breaking a promise. */
import type { ObjectId } from '../../../src/hash/object-id.ts';
import type { Content } from './contents.ts';
import { type LabelState, type Lineage, NO_LABELS } from './label-model.ts';
import type { ModelSet } from './set-model.ts';

const DAY_SECONDS = 24 * 60 * 60;
/** Around moments that days are counted from, nothing is asked for. */
const MARGIN_SECONDS: number = 2 * DAY_SECONDS;
/** Files are touched once a second at most, and clocks count in ticks. */
const MARGIN_MS = 5000;

export interface ModelSnapshot {
  readonly set: ModelSet;
  readonly parents: readonly ObjectId[];
  /** Seconds since 1970. */
  readonly timeSeconds: number;
}

/** What a purge came to: who keeps what it had open may read it still, but not `by` whom it was purged. */
export type Purged =
  | { readonly kind: 'gone'; readonly by: object; readonly step: number }
  | { readonly kind: 'perhaps' };

/** How far back a start keeps its history: generations of parents, and parents that are no older than a moment. */
interface Reach {
  readonly generations: number;
  readonly sinceSeconds: number;
}

export class Model {
  readonly contents: readonly Content[];
  /** Days that former values of labels count. */
  readonly #windowDays: number;
  labels: LabelState = NO_LABELS;
  /** What labels may be again after a power cut: changes that were seen, and that nobody acknowledged. */
  earlier: LabelState[] = [];
  readonly snapshots: Map<ObjectId, ModelSnapshot> = new Map();
  /** Snapshots that a collection may have taken. */
  readonly lost: Set<ObjectId> = new Set();
  /** Snapshots whose history ends with them, and of those the ones that a power cut leaves so. */
  horizon: ReadonlySet<ObjectId> = new Set();
  durableHorizon: ReadonlySet<ObjectId> = new Set();
  /** Contents that were put and flushed, and when, in milliseconds since 1970. */
  readonly stored: Map<number, number> = new Map();
  /** Contents that were purged, or perhaps were. */
  readonly purged: Map<number, Purged> = new Map();
  /** What settings may say now. */
  readonly settings: Map<string, Set<string>> = new Map();
  #kept:
    | {
        readonly labels: LabelState;
        readonly horizon: ReadonlySet<ObjectId>;
        readonly contents: ReadonlySet<number>;
      }
    | undefined;

  constructor(contents: readonly Content[], windowDays: number) {
    this.contents = contents;
    this.#windowDays = windowDays;
  }

  idOf = (content: number): ObjectId => this.contents[content]!.id;

  /** A snapshot and all before it, as far as its history was not cut. */
  historyOf(start: ObjectId): ObjectId[] {
    const history: ObjectId[] = [];
    for (
      let id: ObjectId | undefined = start;
      id !== undefined;
      id = this.horizon.has(id) ? undefined : this.snapshots.get(id)?.parents[0]
    )
      history.push(id);
    return history;
  }

  /** The snapshots that labels lead to. */
  reached(): Set<ObjectId> {
    const reached = new Set<ObjectId>();
    for (const { id } of this.labels.book.values()) for (const each of this.historyOf(id)) reached.add(each);
    return reached;
  }

  /** The contents of all sets that labels lead to, those with holes too. */
  reachedContents(): ReadonlySet<number> {
    if (this.#kept?.labels !== this.labels || this.#kept.horizon !== this.horizon) {
      const contents = new Set<number>();
      for (const id of this.reached()) for (const content of this.contentsOf(id)) contents.add(content);
      this.#kept = { labels: this.labels, horizon: this.horizon, contents };
    }
    return this.#kept.contents;
  }

  contentsOf(id: ObjectId): number[] {
    return [...(this.snapshots.get(id)?.set.values() ?? [])].flatMap(({ content }) =>
      content < 0 ? [] : [content],
    );
  }

  /** Whether all that a snapshot holds can be read; its history aside. */
  isWhole(id: ObjectId): boolean {
    return (
      this.snapshots.has(id) &&
      !this.lost.has(id) &&
      this.contentsOf(id).every((content) => !this.purged.has(content))
    );
  }

  /** Whether whoever reads through any store finds a content. */
  isHere(content: number): boolean {
    return !this.purged.has(content) && (this.stored.has(content) || this.reachedContents().has(content));
  }

  /** What no collection may take at this moment, in seconds since 1970: at the least, for at the edges it may. */
  kept(nowSeconds: number): Set<ObjectId> {
    const kept = new Set<ObjectId>();
    for (const { id, keep } of this.labels.book.values()) this.#keep(kept, id, reachOf(keep, 0, nowSeconds));
    for (const lineage of [...this.labels.lineages, ...this.labels.ended])
      this.#keepFormer(kept, lineage, nowSeconds);
    return kept;
  }

  /** Whether the log of labels has to tell of a change, which was at some time, now. */
  isInLog(timeSeconds: number, nowSeconds: number): boolean {
    return timeSeconds > nowSeconds - this.#windowDays * DAY_SECONDS + MARGIN_SECONDS;
  }

  /** A collection ran, or was stopped on the way. @param waiting what was put and not flushed, like {@link Model.stored} */
  collect({
    graceMs,
    nowMs,
    waiting,
  }: {
    readonly graceMs: number;
    readonly nowMs: number;
    readonly waiting: readonly Map<number, number>[];
  }): void {
    const kept = this.kept(Math.floor(nowMs / 1000));
    const reached = this.reached();
    for (const id of this.snapshots.keys()) {
      if (reached.has(id)) this.lost.delete(id);
      else if (!kept.has(id)) this.lost.add(id);
    }
    for (const contents of [this.stored, ...waiting])
      for (const [content, putMs] of contents)
        if (putMs < nowMs - graceMs + MARGIN_MS) contents.delete(content);
  }

  #keepFormer(kept: Set<ObjectId>, lineage: Lineage, nowSeconds: number): void {
    const now = this.labels.lineages.includes(lineage) ? this.labels.book.get(lineage.name)?.id : undefined;
    const forgotten = now === undefined ? new Set<ObjectId>() : this.#beyond(now);
    for (const [at, { old, timeSeconds }] of lineage.moves.entries()) {
      const age = lineage.moves.length - at - (now === undefined ? 1 : 0);
      if (
        old === undefined ||
        !this.isInLog(timeSeconds, nowSeconds) ||
        forgotten.has(old) ||
        this.lost.has(old)
      )
        continue;
      if (isKept(lineage.keep, { age, endSeconds: timeSeconds, nowSeconds, isDeleted: now === undefined }))
        this.#keep(kept, old, reachOf(lineage.keep, age, nowSeconds));
    }
  }

  #keep(kept: Set<ObjectId>, start: ObjectId, { generations, sinceSeconds }: Reach): void {
    let left = generations;
    for (const [at, id] of this.historyOf(start).entries()) {
      const { timeSeconds } = this.snapshots.get(id) ?? { timeSeconds: 0 };
      if (at > 0 && left-- <= 0 && timeSeconds < sinceSeconds) return;
      if (at > 0 && this.lost.has(id)) return;
      kept.add(id);
    }
  }

  /** All that a snapshot's history led to before it was cut. */
  #beyond(start: ObjectId): Set<ObjectId> {
    const beyond = new Set<ObjectId>();
    const edge = this.historyOf(start).at(-1)!;
    for (
      let id = this.snapshots.get(edge)?.parents[0];
      id !== undefined;
      id = this.snapshots.get(id)?.parents[0]
    )
      beyond.add(id);
    return beyond;
  }
}

function isKept(
  keep: string,
  {
    age,
    endSeconds,
    nowSeconds,
    isDeleted,
  }: {
    readonly age: number;
    readonly endSeconds: number;
    readonly nowSeconds: number;
    readonly isDeleted: boolean;
  },
): boolean {
  if (keep === 'all') return true;
  if (!keep.endsWith('d')) return age <= Number(keep);
  return isDeleted || endSeconds > nowSeconds - Number.parseInt(keep, 10) * DAY_SECONDS + MARGIN_SECONDS;
}

function reachOf(keep: string, age: number, nowSeconds: number): Reach {
  const never = Number.POSITIVE_INFINITY;
  if (keep === 'all') return { generations: never, sinceSeconds: never };
  if (!keep.endsWith('d')) return { generations: Math.max(Number(keep) - age, 0), sinceSeconds: never };
  return {
    generations: 0,
    sinceSeconds: nowSeconds - Number.parseInt(keep, 10) * DAY_SECONDS + MARGIN_SECONDS,
  };
}
