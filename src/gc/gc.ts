/**
 * Collects garbage: what no label keeps, and nobody may be about to give a label.
 *
 * One look at all files, then at all roots: what comes after is not judged. What goes is moved into the trash, where
 * whoever misses it finds it, and is removed a grace later. Nobody has to wait meanwhile: writers hold leases, and
 * touch what they rely on.
 */
import { ConflictError } from '../errors/errors.ts';
import type { ProgressListener } from '../flow/progress.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { removeStaleTemporaries } from '../loose/stale-temporaries.ts';
import { extendHorizon } from '../store/extend-horizon.ts';
import { DEFAULT_GRACE_MS, findDurationMs, MIN_GRACE_MS } from '../store/grace.ts';
import { readHorizon } from '../store/horizon.ts';
import { readPurged } from '../store/purged.ts';
import type { Repository } from '../store/repository.ts';
import { findFirstNeeded, type LabelRoots, readLabelRoots } from '../store/roots.ts';
import { removeStaleIncoming } from '../store/stale-incoming.ts';
import type { Trash } from '../store/trash.ts';
import { takeUpkeepLock } from '../store/upkeep-lock.ts';
import { type Claim, cutoffOf, readClaims, readClock, readFirstReader, readNextTick } from './claims.ts';
import { dropGoneAliases } from './gone-aliases.ts';
import { Inventory } from './inventory.ts';
import { Marks } from './marks.ts';
import { type GcPlan, type Heap, planGc } from './plan.ts';
import { explainPlan, type GcReason } from './reasons.ts';
import { sweep } from './sweep.ts';
import { emptyTrash, measureTrash } from './trash-heap.ts';

/** How much is collected, and whether at all. */
export interface GcOptions {
  /**
   * How old garbage has to be. Below an hour only what is written under a lease, as by a commit or a batch, is safe
   * from the moment that it is put; 0 is refused while anybody holds a lease. @default the setting `gc.grace`, 14 days
   */
  readonly graceMs?: number;
  /** `rehearse` says what would go, and moves nothing. @default 'collect' */
  readonly mode?: 'collect' | 'rehearse';
  /** Whether it is found out by which label each object was last reached. @default 'nothing' */
  readonly explain?: 'nothing' | 'labels';
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** What a collection did, or would do; sizes are those on the disk. */
export interface GcResult {
  readonly kind: 'collected' | 'rehearsed';
  /** Taken out of the way. */
  readonly collected: Heap;
  /** All that lay in the store before, the trash aside. */
  readonly before: Heap;
  /** Files of earlier runs that were removed for good. */
  readonly freed: Heap;
  /** Files that lie in the trash now, and can be taken back. */
  readonly trash: Heap;
  /** How long what was collected can be taken back at the least, in milliseconds. */
  readonly keptMs: number;
  /** Snapshots whose history ends with them from now on, because labels keep no more. */
  readonly cut: number;
  /** Empty unless it was asked for. */
  readonly reasons: readonly GcReason[];
}

const SHORT_GRACE_MS = 10_000;

/**
 * @throws CorruptError `ROOT_BROKEN` where it cannot be told what a label reaches; nothing is collected then
 * @throws ConflictError `LOCKED` while another collects or packs, `LEASED` for a grace of 0 while anybody writes
 */
export async function collectGarbage(repository: Repository, options: GcOptions = {}): Promise<GcResult> {
  await using _lock = await takeUpkeepLock(repository, { signal: options.signal });
  const run = await GcRun.start(repository, options);
  try {
    return await run.finish();
  } finally {
    await run.inventory[Symbol.asyncDispose]();
  }
}

class GcRun {
  readonly inventory: Inventory;
  readonly #repository: Repository;
  readonly #options: GcOptions;
  readonly #graceMs: number;
  readonly #nowNs: bigint;
  readonly #trash: Trash;
  readonly #marks: Marks;
  #claims: readonly Claim[];
  #roots: LabelRoots | undefined;

  private constructor(
    repository: Repository,
    options: GcOptions,
    found: {
      readonly graceMs: number;
      readonly nowNs: bigint;
      readonly claims: readonly Claim[];
      readonly inventory: Inventory;
      readonly horizon: ReadonlySet<ObjectId>;
      readonly purged: ReadonlySet<ObjectId>;
      readonly contents: 'here' | 'promised';
    },
  ) {
    const { graceMs, nowNs, claims, inventory, horizon, purged, contents } = found;
    const { onProgress, signal } = options;
    this.#repository = repository;
    this.#options = options;
    this.#graceMs = graceMs;
    this.#nowNs = nowNs;
    this.#claims = claims;
    this.#trash = repository.trash;
    this.inventory = inventory;
    this.#marks = new Marks({
      repository,
      inventory,
      horizon,
      purged,
      contents,
      ...(onProgress && { onProgress }),
      ...(signal && { signal }),
    });
  }

  /** The clock first, then who else is there, then all files; roots come last, so that nothing is older than they. */
  static async start(repository: Repository, options: GcOptions): Promise<GcRun> {
    const { graceMs = graceOf(repository) } = options;
    const { files, layout, promises } = repository;
    const isShort = graceMs < SHORT_GRACE_MS; // so that the last tick of the clock counts
    const nowNs = await (isShort ? readNextTick(repository, options.signal) : readClock(repository));
    const claims = await readClaims(repository, nowNs);
    if (graceMs === 0 && claims.length > 0) throw leased(claims.length);
    const horizon = await readHorizon(files, layout.horizon);
    const purged = await readPurged(files, layout.refs);
    const contents = (await promises.isAny()) ? 'promised' : 'here';
    const inventory = await Inventory.take(repository, options.signal);
    const found = { graceMs, nowNs, claims, inventory, horizon, purged, contents } as const;
    return new GcRun(repository, options, found);
  }

  async finish(): Promise<GcResult> {
    await this.#mark();
    if (this.#options.mode === 'rehearse') return this.#rehearse(this.#plan());
    await this.#markAgain();
    const plan = this.#plan();
    const reasons = await this.#explain(plan);
    const cuts = this.#marks.findCuts();
    if (cuts.length > 0) await extendHorizon(this.#repository, cuts); // durable first: else what goes would look lost
    const freed = await this.#emptyTrash(); // first: what goes may need the room
    const { onProgress, signal } = this.#options;
    const collected = await sweep(plan, {
      repository: this.#repository,
      trash: this.#trash,
      timeMs: this.#timeMs,
      cutoffNs: this.#cutoffNs,
      ...(onProgress && { onProgress }),
      ...(signal && { signal }),
    });
    await this.#tidy();
    if (freed.count > 0) await dropGoneAliases(this.#repository);
    const trash = await measureTrash(this.#trash);
    return { ...this.#resultOf(plan, reasons), kind: 'collected', collected, freed, trash, cut: cuts.length };
  }

  async #mark(): Promise<void> {
    this.#roots = await readLabelRoots(this.#repository);
    await this.#marks.markLabels(this.#roots);
    await this.#marks.markYoung(this.#cutoffNs);
    await this.#marks.markKept();
  }

  /** What came since: labels that were moved, and work that began before the files were looked at. */
  async #markAgain(): Promise<void> {
    this.#claims = [...this.#claims, ...(await readClaims(this.#repository, this.#nowNs))];
    await this.#mark();
  }

  #plan(): GcPlan {
    return planGc(this.inventory, this.#marks.references, this.#cutoffNs);
  }

  async #rehearse(plan: GcPlan): Promise<GcResult> {
    const reasons = await this.#explain(plan);
    const cut = this.#marks.findCuts().length;
    return { ...this.#resultOf(plan, reasons), trash: await measureTrash(this.#trash), cut };
  }

  /** As if nothing had been done yet. */
  #resultOf(plan: GcPlan, reasons: readonly GcReason[]): GcResult {
    const nothing = { count: 0, bytes: 0 };
    return {
      kind: 'rehearsed',
      collected: plan.dead,
      before: plan.before,
      freed: nothing,
      trash: nothing,
      keptMs: Math.max(this.#graceMs, MIN_GRACE_MS),
      cut: 0,
      reasons,
    };
  }

  async #explain(plan: GcPlan): Promise<GcReason[]> {
    const { explain = 'nothing', signal } = this.#options;
    if (explain === 'nothing') return [];
    const { present: objects, references: live } = this.#marks;
    return explainPlan(plan, this.#roots!, { objects, live, ...(signal && { signal }) });
  }

  /** Without a grace nobody else is at work here, and what earlier runs took goes at once; but for readers. */
  async #emptyTrash(): Promise<Heap> {
    const graceMs = this.#graceMs === 0 ? 0 : Math.max(this.#graceMs, MIN_GRACE_MS);
    const graceNs = this.#nowNs - BigInt(Math.round(graceMs * 1_000_000));
    const readerNs = (await readFirstReader(this.#repository, this.#nowNs)) ?? graceNs;
    return emptyTrash(this.#trash, { olderThanNs: readerNs < graceNs ? readerNs : graceNs });
  }

  /** What else wants clearing away: left-over files, and records that nobody needs. */
  async #tidy(): Promise<void> {
    const { files, layout, labels } = this.#repository;
    for (const folder of [
      layout.root,
      layout.objects,
      `${layout.objects}/pack`,
      layout.leases,
      layout.refs,
      layout.aliases,
    ])
      await removeStaleTemporaries(files, folder, { nowNs: this.#nowNs });
    await removeStaleIncoming(this.#repository, this.#nowNs);
    const roots = this.#roots!;
    const needed = findFirstNeeded(roots, ({ id }) => this.#marks.isNeededFromLog(id));
    const { first, recent } = await findLogStart(labels.walkRecords(), roots.times.windowStartSeconds);
    const keepFrom = Math.min(needed, recent);
    if (keepFrom > first) await labels.fold({ keepFrom });
  }

  get #cutoffNs(): bigint {
    return cutoffOf(this.#nowNs, this.#graceMs, this.#claims);
  }

  get #timeMs(): number {
    return Number(this.#nowNs / 1_000_000n);
  }
}

/** The first transaction of the log, and the first after a time, in seconds since 1970; infinite where there is none. */
async function findLogStart(
  records: AsyncIterable<{ readonly n: number; readonly timeSeconds: number }>,
  afterSeconds: number,
): Promise<{ readonly first: number; readonly recent: number }> {
  let first = Number.POSITIVE_INFINITY;
  for await (const { n, timeSeconds } of records) {
    first = Math.min(first, n);
    if (timeSeconds > afterSeconds) return { first, recent: n };
  }
  return { first, recent: Number.POSITIVE_INFINITY };
}

function graceOf({ config }: Repository): number {
  return findDurationMs(String(config.settings.get('gc.grace'))) ?? DEFAULT_GRACE_MS;
}

function leased(count: number): ConflictError {
  const others = count === 1 ? 'another process is' : `${count} others are`;
  return new ConflictError('LEASED', `cannot collect without a grace: ${others} at work in this store`, {
    hint: "wait for that to end, or give a grace such as '--grace 1h'",
  });
}
