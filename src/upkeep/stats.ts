/** What a store holds, and what it takes up. */
import type { ProgressListener } from '../flow/progress.ts';
import { readSnapshot } from '../graph/history.ts';
import { walkReachable } from '../graph/reachable.ts';
import { ReferenceSet } from '../object/role.ts';
import type { ObjectInfo } from '../odb/object-store.ts';
import { readHorizon } from '../store/horizon.ts';
import type { Repository } from '../store/repository.ts';
import { readRoots } from '../store/roots.ts';
import { readTree, sumSizes } from '../tree/read-tree.ts';

/** How the counting is watched and stopped. */
export interface StatsOptions {
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** Counts and sizes of a whole store, sizes in bytes. */
export interface StoreStats {
  readonly labels: number;
  /** That labels reach, in each role: the same bytes in two roles count in both. */
  readonly snapshots: number;
  readonly trees: number;
  readonly contents: number;
  /** All objects, and their bytes before and after compression. */
  readonly objects: Amount;
  /** Objects that no label reaches. */
  readonly unreachable: Amount;
  /** What all versions that labels reach would take up as folders side by side. */
  readonly versionsBytes: number;
}

/** So many objects, and their bytes before and after compression. */
export interface Amount {
  readonly count: number;
  readonly contentBytes: number;
  readonly storedBytes: number;
}

/** @throws CorruptError `LABEL_LOG_CORRUPT`, and as reads of damaged objects */
export async function readStats(repository: Repository, options: StatsOptions = {}): Promise<StoreStats> {
  const { onProgress, signal } = options;
  const { objects, files, layout } = repository;
  const horizon = await readHorizon(files, layout.horizon);
  const roots = await readRoots(repository);
  const marks = new ReferenceSet();
  let done = 0;
  for await (const _ of walkReachable(objects, roots, { horizon, marks, ...(signal && { signal }) }))
    onProgress?.({ phase: 'following labels', done: ++done, unit: 'objects' });
  const all = new Tally();
  const unreachable = new Tally();
  for await (const id of objects.ids()) {
    signal?.throwIfAborted();
    const info = (await objects.stat(id))!;
    all.add(info);
    if (!marks.hasAny(id)) unreachable.add(info);
    onProgress?.({ phase: 'measuring', done: all.count, unit: 'objects' });
  }
  let versionsBytes = 0;
  for (const id of marks.ids('snapshot')) {
    versionsBytes += sumSizes(await readTree(objects, (await readSnapshot(objects, id)).tree));
  }
  return {
    labels: roots.length,
    snapshots: marks.ids('snapshot').size,
    trees: marks.ids('tree').size,
    contents: marks.ids('content').size,
    objects: all.amount(),
    unreachable: unreachable.amount(),
    versionsBytes,
  };
}

class Tally {
  #count = 0;
  #contentBytes = 0;
  #storedBytes = 0;

  add({ sizeBytes, storedBytes }: ObjectInfo): void {
    this.#count++;
    this.#contentBytes += sizeBytes;
    this.#storedBytes += storedBytes;
  }

  get count(): number {
    return this.#count;
  }

  amount(): Amount {
    return { count: this.#count, contentBytes: this.#contentBytes, storedBytes: this.#storedBytes };
  }
}
