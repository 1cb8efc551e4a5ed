/** Contents that are named here, and are not here. */
import { walkReachable } from '../graph/reachable.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { Reference } from '../object/role.ts';
import type { TreeEntry } from '../object/tree-entry.ts';
import { readHorizon } from './horizon.ts';
import { PresentIds } from './present-ids.ts';
import { readPurged } from './purged.ts';
import type { Repository } from './repository.ts';

export interface MissingContent {
  readonly id: ObjectId;
  /** As a tree says. */
  readonly sizeBytes: number;
}

/**
 * Each once, as they are met. What else is missing is passed over.
 *
 * @param roots what is looked through; a bare id is taken for a snapshot, and so for its history, too
 */
export async function* findMissingContents(
  repository: Repository,
  roots: Iterable<ObjectId | Reference>,
  { signal }: { readonly signal?: AbortSignal } = {},
): AsyncGenerator<MissingContent> {
  const { files, layout, objects, named } = repository;
  const present = await PresentIds.open(objects, { files, folder: layout.objects });
  const seen = new Set(await readPurged(files, layout.refs)); // which nobody misses
  let met: MissingContent[] = [];
  const onEntry = ({ kind, id, sizeBytes }: TreeEntry): void => {
    if (kind === 'folder' || seen.has(id)) return;
    seen.add(id);
    met.push({ id, sizeBytes });
  };
  const options = { horizon: await readHorizon(files, layout.horizon), onEntry, ...(signal && { signal }) };
  for await (const _ of walkReachable(named, roots, { ...options, contents: 'pass' })) {
    for (const content of met) if (!(await present.has(content.id))) yield content;
    met = [];
  }
}
