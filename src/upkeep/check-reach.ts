/** Follows all that labels reach, to say what is wrong with it: done only where it was not proved at once. */
import { formatName } from '../bytes/text.ts';
import type { CasError } from '../errors/errors.ts';
import type { ProgressListener } from '../flow/progress.ts';
import type { Horizon } from '../graph/history.ts';
import { type Reached, walkReachable } from '../graph/reachable.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { Reference } from '../object/role.ts';
import { MAX_DEPTH, MAX_PATH_BYTES, type TreeEntry } from '../object/tree-entry.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { type Finding, finding } from './finding.ts';
import { PathLimits } from './path-limits.ts';
import { SizeClaims, type SizeOf } from './size-claims.ts';

export interface ReachCheck {
  readonly objects: ObjectReader;
  readonly roots: Iterable<ObjectId>;
  readonly horizon: Horizon;
  /** Of every sound object. */
  readonly sizeOf: SizeOf;
  /** Objects that are damaged, which was said already. */
  readonly told: ReadonlySet<ObjectId>;
  readonly onProgress?: ProgressListener | undefined;
  readonly signal?: AbortSignal | undefined;
}

export async function* checkReachable(check: ReachCheck): AsyncGenerator<Finding> {
  const { objects, roots, horizon, sizeOf, onProgress, signal } = check;
  const claims = new SizeClaims(sizeOf);
  const limits = new PathLimits();
  const onEntry = (entry: TreeEntry, tree: ObjectId): void => {
    claims.see(entry, tree);
    limits.see(entry, tree);
  };
  let done = 0;
  for await (const reached of walkReachable(objects, roots, {
    horizon,
    onEntry,
    ...(signal && { signal }),
  })) {
    const found = findingOf(reached, check);
    if (found !== undefined) yield found;
    onProgress?.({ phase: 'following labels', done: ++done, unit: 'objects' });
  }
  for (const tree of limits.findBeyond()) {
    const bounds = `${MAX_DEPTH} folders deep, or has a path over ${MAX_PATH_BYTES} bytes`;
    yield finding('tree-invalid', `tree '${tree}' is over ${bounds}`, { object: tree });
  }
  for (const { tree, entry, actualBytes } of claims.findWrong()) {
    const shown = `'${formatName(entry.name)}' in tree '${tree}'`;
    yield finding('size-wrong', `${shown} is said to have ${entry.sizeBytes} bytes, and has ${actualBytes}`, {
      object: tree,
      hint: 'commit the folder again from its source',
    });
  }
}

function findingOf(reached: Reached, { sizeOf, told }: ReachCheck): Finding | undefined {
  const { reference, from } = reached;
  const { id } = reference;
  switch (reached.kind) {
    case 'reached':
      return sizeOf(id) === undefined ? damaged(reference, told) : undefined;
    case 'missing':
      // What is sound in a pack that nobody can look into was told of with the pack.
      if (sizeOf(id) !== undefined || told.has(id)) return undefined;
      return finding('object-missing', `${describe(reference)} is missing${namedBy(from)}`, {
        object: id,
        hint: "put its bytes again from any copy: that heals it; run 'cas fsck --repair' to look for one in the store",
      });
    case 'damaged':
      if (sizeOf(id) === undefined) return damaged(reference, told);
      return finding(
        reference.role === 'tree' ? 'tree-invalid' : 'snapshot-invalid',
        `${describe(reference)} is none${namedBy(from)}: ${causeOf(reached.error)}`,
        { object: id },
      );
  }
}

/** An object of which no copy was found sound: mostly that was told already, with the copy that is damaged. */
function damaged(reference: Reference, told: ReadonlySet<ObjectId>): Finding | undefined {
  if (told.has(reference.id)) return undefined;
  return finding('object-corrupt', `${describe(reference)} is damaged`, {
    object: reference.id,
    hint: 'put its bytes again from a good copy: that heals it',
  });
}

function describe({ role, id }: Reference): string {
  return `${role} '${id}'`;
}

function namedBy(from: Reference | undefined): string {
  return from === undefined ? ', and a label names it' : `, and ${describe(from)} names it`;
}

function causeOf(error: CasError): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}
