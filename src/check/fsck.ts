/** Checks a whole store: every pack, every object, every label, everything that labels reach, and every size. */
import type { ProgressListener } from '../flow/progress.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { Kernel } from '../kernel/kernel.ts';
import type { Repository } from '../store/repository.ts';
import { checkAliases } from './aliases.ts';
import { Census } from './census.ts';
import { checkLists } from './chunk-lists.ts';
import type { FoundList } from './examined-pack.ts';
import { type FamilyCrew, openFamilyCrew } from './families.ts';
import { type Finding, finding } from './finding.ts';
import { checkLeftovers } from './leftovers.ts';
import { Links } from './links.ts';
import { type OpenedPack, openPack } from './opened-pack.ts';
import { checkPackFolder } from './pack-files.ts';
import { copiesReader } from './present-copies.ts';
import { checkReachable } from './reach.ts';
import { checkHorizon, checkLabels, checkPurged, checkRemotes, readRootsIfSound } from './refs.ts';
import { repair } from './repair.ts';
import { listLoose, scanLoose } from './scan-objects.ts';
import { checkPack } from './whole-pack.ts';

/** What a check does, and how it is watched and stopped. */
export interface FsckOptions {
  /** `repair` mends what it can, tells of that as `repaired`, and then of what is left. @default 'check' */
  readonly mode?: 'check' | 'repair';
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** Content from which another thread pays: it takes as long to start as this one takes for a third of that. */
const CREW_BYTES: number = 128 * 2 ** 20;

/**
 * A store without findings of severity `error` has lost nothing. Nothing is changed, unless `mode` says so.
 *
 * @throws ConflictError `LOCKED` where another process packs or collects, and there is something to repair
 */
export async function* fsck(repository: Repository, options: FsckOptions = {}): AsyncGenerator<Finding> {
  const { mode = 'check', signal } = options;
  if (mode === 'check') return yield* check(repository, options);
  const findings: Finding[] = [];
  for await (const found of check(repository, options)) findings.push(found);
  let isMended = false;
  for await (const done of repair(repository, findings, signal ? { signal } : {})) {
    isMended = true;
    yield done;
  }
  yield* isMended ? check(repository, options) : findings;
}

async function* check(repository: Repository, options: FsckOptions): AsyncGenerator<Finding> {
  for (const warning of repository.warnings) yield finding('setting-unknown', warning);
  yield* new Check(repository, options).run();
}

class Check {
  readonly #repository: Repository;
  readonly #options: FsckOptions;
  readonly #census = new Census();
  /** Objects of which a damaged copy was told of. */
  readonly #told: Set<ObjectId> = new Set();
  readonly #lists: FoundList[] = [];
  #packs: OpenedPack[] = [];
  #done = 0;
  #bytes = 0;

  constructor(repository: Repository, options: FsckOptions) {
    this.#repository = repository;
    this.#options = options;
  }

  async *run(): AsyncGenerator<Finding> {
    const repository = this.#repository;
    try {
      yield* this.#openPacks();
      const loose: ObjectId[] = [];
      yield* listLoose(repository, loose);
      for (const id of loose) this.#census.enter(id);
      yield* checkLabels(repository);
      const horizon = yield* checkHorizon(repository);
      const purged = yield* checkPurged(repository);
      const promisedBy = yield* checkRemotes(repository);
      const links = new Links(this.#census, horizon);
      yield* this.#telling(this.#checkObjects(links, loose));
      const roots = await readRootsIfSound(repository);
      yield* this.#follow(links, { roots, horizon, purged, promisedBy });
    } finally {
      for (const pack of this.#packs) await pack[Symbol.asyncDispose]();
    }
    yield* checkAliases(repository);
    yield* checkLeftovers(repository, this.#options.signal);
  }

  /** All ids are known before any object is read: what one names can be looked up at once. */
  async *#openPacks(): AsyncGenerator<Finding> {
    const names: string[] = [];
    yield* checkPackFolder(this.#repository, names);
    await this.#repository.objects.packed.rescan(); // whoever reads chunks knows these packs, too
    for (const name of names) {
      this.#options.signal?.throwIfAborted();
      const opening = await openPack(this.#repository, name, { census: this.#census });
      if (opening === undefined) continue;
      yield* opening.findings;
      if (opening.pack !== undefined) this.#packs.push(opening.pack);
    }
  }

  async *#checkObjects(links: Links, loose: readonly ObjectId[]): AsyncGenerator<Finding> {
    const shared = {
      repository: this.#repository,
      census: this.#census,
      links,
      signal: this.#options.signal,
      onDone: (objects: number): void => this.#progress(objects, 0),
    };
    const kernel = new Kernel();
    const crew = this.#openCrew();
    try {
      for (const pack of this.#packs) yield* checkPack({ ...shared, kernel, crew, lists: this.#lists }, pack);
    } finally {
      await crew?.[Symbol.asyncDispose]();
    }
    yield* scanLoose({ ...shared, onPiece: (bytes) => this.#progress(0, bytes) }, loose);
    yield* checkLists({ ...shared, onBytes: (bytes) => this.#progress(0, bytes) }, this.#lists);
  }

  async *#telling(findings: AsyncIterable<Finding>): AsyncGenerator<Finding> {
    for await (const found of findings) {
      if (found.object !== undefined) this.#told.add(found.object);
      yield found;
    }
  }

  /** Most stores are proved at once, by what was seen of their trees; only others are walked. */
  async *#follow(
    links: Links,
    {
      roots,
      horizon,
      purged,
      promisedBy,
    }: {
      readonly roots: readonly ObjectId[];
      readonly horizon: ReadonlySet<ObjectId>;
      readonly purged: ReadonlySet<ObjectId>;
      readonly promisedBy: readonly string[];
    },
  ): AsyncGenerator<Finding> {
    const { onProgress, signal } = this.#options;
    onProgress?.({ phase: 'following labels', done: 0, unit: 'objects' });
    if (links.prove(roots)) return;
    await this.#repository.objects.packed.rescan(); // what was written meanwhile is there, too
    yield* checkReachable({
      objects: copiesReader(this.#repository.objects),
      roots,
      horizon,
      sizeOf: (id) => this.#census.sizeOf(id),
      told: this.#told,
      purged,
      promisedBy,
      onProgress,
      signal,
    });
  }

  #openCrew(): FamilyCrew | undefined {
    if (this.#repository.files.name !== 'node') return undefined; // other threads see the machine's own files only
    let bytes = 0;
    for (const { packBytes, meta, idx } of this.#packs) {
      bytes += packBytes;
      if (meta === undefined) continue;
      for (let row = 0; row < idx.count; row++) bytes += meta.sizeAt(row);
    }
    return bytes < CREW_BYTES ? undefined : openFamilyCrew();
  }

  #progress(objects: number, bytes: number): void {
    this.#done += objects;
    this.#bytes += bytes;
    const event = { phase: 'reading objects', done: this.#done, unit: 'objects', bytes: this.#bytes };
    this.#options.onProgress?.(event);
  }
}
