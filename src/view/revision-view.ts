/** Views of what revisions name, or sources hold. */
import { rehearsalStore } from '../odb/rehearsal-store.ts';
import type { CommitSource } from '../store/commit-source.ts';
import type { Repository } from '../store/repository.ts';
import { resolveTree } from '../store/resolve.ts';
import { composeTrees, type TreePart } from './composed-tree.ts';
import { openView, type View } from './view.ts';

/** The set, or the folder in one, that a revision names. @throws as `resolveTree` */
export async function viewRevision(repository: Repository, revision: string): Promise<View> {
  const { named, codec, level } = repository;
  const { id, timeSeconds } = await resolveTree(repository, revision);
  return openView(named, { treeId: id, timeSeconds, compression: { codec, level } });
}

/**
 * What several revisions name, each at its path.
 *
 * @param parts revisions by paths
 * @throws InvalidInputError `PATH_INVALID`, `PATH_CLASH` as `composeTrees`, and as `resolveTree`
 */
export async function viewRevisions(
  repository: Repository,
  parts: Readonly<Record<string, string>>,
): Promise<View> {
  const { named, codec, level } = repository;
  const trees: TreePart[] = [];
  for (const [path, revision] of Object.entries(parts)) {
    const { id, timeSeconds } = await resolveTree(repository, revision);
    trees.push({ path, treeId: id, timeSeconds });
  }
  const { objects, ...tree } = await composeTrees(named, trees);
  return openView(objects, { ...tree, compression: { codec, level } });
}

/** What a source holds: what it puts is held in memory. @throws what the source throws */
export async function viewSource(repository: Repository, source: CommitSource): Promise<View> {
  const { named, codec, level } = repository;
  const objects = rehearsalStore(named, { keeps: 'all' });
  const { root } = await source.write({ repository, objects, mode: 'rehearse' });
  return openView(objects, { treeId: root.id, compression: { codec, level } });
}
