/**
 * Leaves the older history of a label out on purpose: the oldest snapshots that stay go on the horizon, where
 * walks stop. Nothing is deleted by it; what nothing else reaches is garbage from then on.
 */
import { type Horizon, readSnapshot, walkHistory } from '../graph/history.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { labelNotFound } from '../label/edit.ts';
import type { Keep } from '../label/keep.ts';
import { parseLabelName } from '../label/name.ts';
import type { Snapshot } from '../object/snapshot.ts';
import { HeldHorizon } from './held-horizon.ts';
import type { Repository } from './repository.ts';

export interface ForgetResult {
  /** Snapshots of this label that are its history from now on, the present one included. */
  readonly kept: number;
  /** Snapshots that it no longer reaches. */
  readonly forgotten: number;
  /** Other labels whose history shares a snapshot that would have been cut: their history is left whole. */
  readonly sharedWith: readonly string[];
}

const DAY_SECONDS = 24 * 60 * 60;

/**
 * Keeps of a label's history the present snapshot and so much before it as `keep` says.
 *
 * @param keep a number of snapshots before the present one along the shortest way, or those of the last days
 * @throws NotFoundError `LABEL_NOT_FOUND` @throws ConflictError `LOCKED`
 */
export async function forgetHistory(
  repository: Repository,
  label: string,
  keep: Keep,
): Promise<ForgetResult> {
  const name = parseLabelName(label);
  await using held = await HeldHorizon.open(repository);
  const start = await repository.labels.get(name);
  if (start === undefined) throw labelNotFound(name);
  const horizon = held.ids;
  const before = await countHistory(repository, start.id, horizon);
  const edge = await findEdge(repository, start.id, { keep, horizon });
  const shared = await findShared(repository, name, { edge, horizon });
  await held.change([...edge].filter((id) => !shared.ids.has(id)));
  const after = await countHistory(repository, start.id, held.ids);
  return { kept: after, forgotten: before - after, sharedWith: shared.labels };
}

/** The snapshots that stay and whose parents do not. Goes breadth first: each is as near as its shortest way. */
async function findEdge(
  { named, now }: Repository,
  start: ObjectId,
  { keep, horizon }: { readonly keep: Keep; readonly horizon: Horizon },
): Promise<ReadonlySet<ObjectId>> {
  const nowSeconds = Math.floor(now() / 1000);
  const seen = new Set([start]);
  const edge = new Set<ObjectId>();
  for (let depth = 0, generation = [start]; generation.length > 0; depth++) {
    const next: ObjectId[] = [];
    for (const id of generation) {
      const { parents } = await readSnapshot(named, id);
      if (parents.length === 0 || horizon.has(id)) continue;
      const values = await Promise.all(parents.map((parent) => readSnapshot(named, parent)));
      if (!keepsParents(keep, { depth, parents: values, nowSeconds })) edge.add(id);
      else next.push(...parents.filter((parent) => !seen.has(parent)));
      if (!edge.has(id)) for (const parent of parents) seen.add(parent);
    }
    generation = next;
  }
  return edge;
}

function keepsParents(
  keep: Keep,
  at: { readonly depth: number; readonly parents: readonly Snapshot[]; readonly nowSeconds: number },
): boolean {
  switch (keep.kind) {
    case 'all':
      return true;
    case 'count':
      return at.depth < keep.count;
    case 'days':
      return at.parents.some(({ timeSeconds }) => timeSeconds >= at.nowSeconds - keep.days * DAY_SECONDS);
  }
}

/** The snapshots of `edge` that other labels reach too, and those labels. */
async function findShared(
  { labels, named }: Repository,
  name: string,
  { edge, horizon }: { readonly edge: ReadonlySet<ObjectId>; readonly horizon: Horizon },
): Promise<{ readonly ids: ReadonlySet<ObjectId>; readonly labels: readonly string[] }> {
  const ids = new Set<ObjectId>();
  const sharing: string[] = [];
  if (edge.size === 0) return { ids, labels: sharing };
  for (const other of await labels.list()) {
    if (other.name === name) continue;
    const before = ids.size;
    for await (const step of walkHistory(named, other.id, horizon)) {
      if (edge.has(step.id) && !step.isHorizon) ids.add(step.id);
    }
    if (ids.size > before) sharing.push(other.name);
  }
  return { ids, labels: sharing };
}

async function countHistory({ named }: Repository, start: ObjectId, horizon: Horizon): Promise<number> {
  let count = 0;
  for await (const _ of walkHistory(named, start, horizon)) count++;
  return count;
}
