/** A history, or the snapshots of one in which a path became what it is there. */
import { type HistoryStep, walkHistory } from '../graph/history.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { equalAttributes } from '../object/attributes.ts';
import type { TreeEntry } from '../object/tree-entry.ts';
import { findEntry } from '../tree/find-entry.ts';
import { readHorizon } from './horizon.ts';
import type { Repository } from './repository.ts';

/**
 * A snapshot and all before it, newest first. Where there are `names`, only those that differ there from every one of
 * their parents: where the path came, changed or went.
 *
 * @param names as `parsePath` cuts a path
 * @throws as `walkHistory`
 */
export async function* readHistory(
  repository: Repository,
  start: ObjectId,
  names: readonly Uint8Array[],
): AsyncGenerator<HistoryStep> {
  const { named, files, layout } = repository;
  const history = walkHistory(named, start, await readHorizon(files, layout.horizon));
  yield* names.length === 0 ? history : changesAt(names, history, named);
}

async function* changesAt(
  names: readonly Uint8Array[],
  history: AsyncIterable<HistoryStep>,
  named: Repository['named'],
): AsyncGenerator<HistoryStep> {
  const found = new Map<ObjectId, TreeEntry | undefined>();
  const entryIn = async (tree: ObjectId): Promise<TreeEntry | undefined> => {
    if (!found.has(tree)) found.set(tree, await findEntry(named, tree, names));
    return found.get(tree);
  };
  const trees = new Map<ObjectId, ObjectId>();
  const waiting: HistoryStep[] = [];
  for await (const step of history) {
    trees.set(step.id, step.snapshot.tree);
    waiting.push(step);
    while (waiting.length > 0 && areParentsKnown(waiting[0]!, trees)) {
      const ready = waiting.shift()!;
      if (await isChange(ready, trees, entryIn)) yield ready;
    }
  }
  for (const step of waiting) if (await isChange(step, trees, entryIn)) yield step;
}

function areParentsKnown(
  { snapshot, isHorizon }: HistoryStep,
  trees: ReadonlyMap<ObjectId, ObjectId>,
): boolean {
  return isHorizon || snapshot.parents.every((parent) => trees.has(parent));
}

async function isChange(
  { snapshot, isHorizon }: HistoryStep,
  trees: ReadonlyMap<ObjectId, ObjectId>,
  entryIn: (tree: ObjectId) => Promise<TreeEntry | undefined>,
): Promise<boolean> {
  const now = await entryIn(snapshot.tree);
  const parents = isHorizon ? [] : snapshot.parents.map((parent) => trees.get(parent)!);
  if (parents.length === 0) return now !== undefined;
  for (const tree of parents) if (isSameEntry(now, await entryIn(tree))) return false;
  return true;
}

function isSameEntry(left: TreeEntry | undefined, right: TreeEntry | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return (
    left.id === right.id && left.kind === right.kind && equalAttributes(left.attributes, right.attributes)
  );
}
