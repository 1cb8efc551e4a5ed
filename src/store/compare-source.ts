/** How what could be committed differs from what is. */
import { rehearsalStore } from '../odb/rehearsal-store.ts';
import { type Change, diffTrees } from '../tree/diff.ts';
import type { CommitSource } from './commit-source.ts';
import type { Repository } from './repository.ts';
import { resolveTree } from './resolve.ts';

/** What makes `source` out of what a revision names; nothing is stored. @throws as {@link resolveTree}, and what the source throws */
export async function* compareSource(
  repository: Repository,
  revision: string,
  source: CommitSource,
): AsyncGenerator<Change> {
  const { id } = await resolveTree(repository, revision);
  const objects = rehearsalStore(repository.objects);
  const { root } = await source.write({ repository, objects, mode: 'rehearse' });
  yield* diffTrees(objects, id, root.id);
}
