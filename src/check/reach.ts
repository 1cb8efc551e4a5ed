/** Follows all that labels reach, to say what is wrong with it: done only where it was not proved at once. */
import { formatName } from '../bytes/text.ts';
import { type CasError, CorruptError, NotFoundError } from '../errors/errors.ts';
import type { ProgressListener } from '../flow/progress.ts';
import type { Horizon } from '../graph/history.ts';
import { type Reached, walkReachable } from '../graph/reachable.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { Reference } from '../object/role.ts';
import { MAX_DEPTH, MAX_PATH_BYTES, type TreeEntry } from '../object/tree-entry.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { openObject } from '../odb/read-object.ts';
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
  /** What was removed on purpose. */
  readonly purged: ReadonlySet<ObjectId>;
  /** The stores that promise contents that are missing. */
  readonly promisedBy: readonly string[];
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
  let promised = 0;
  for await (const reached of walkReachable(objects, roots, {
    horizon,
    onEntry,
    ...(signal && { signal }),
  })) {
    const found = await findingOf(reached, check);
    if (found === 'promised') {
      promised++;
      continue;
    }
    if (found !== undefined) yield found;
    onProgress?.({ phase: 'following labels', done: ++done, unit: 'objects' });
  }
  if (promised > 0) yield contentsPromised(promised, check.promisedBy);
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

function contentsPromised(count: number, promisedBy: readonly string[]): Finding {
  const names = promisedBy.map((name) => `'${name}'`).join(', ');
  const what = count === 1 ? '1 is not here' : `${count} are not here`;
  return finding('contents-promised', `contents are promised by ${names}, and ${what}`, {
    hint: "they come when they are read; to have them now, run 'cas fetch --contents'",
  });
}

async function findingOf(reached: Reached, check: ReachCheck): Promise<Finding | 'promised' | undefined> {
  const { sizeOf, told } = check;
  const { reference, from } = reached;
  const { id } = reference;
  switch (reached.kind) {
    case 'reached':
      return sizeOf(id) === undefined ? findDamage(reference, check) : undefined;
    case 'missing':
      // What is sound in a pack that nobody can look into was told of with the pack.
      if (sizeOf(id) !== undefined || told.has(id)) return undefined;
      if (reference.role === 'content' && check.promisedBy.length > 0 && !check.purged.has(id))
        return 'promised';
      if (check.purged.has(id))
        return finding('object-purged', `${describe(reference)} was purged${namedBy(from)}`, {
          object: id,
          hint: 'to put the same bytes again makes it whole',
        });
      return finding('object-missing', `${describe(reference)} is missing${namedBy(from)}`, {
        object: id,
        hint: "put its bytes again from any copy: that heals it; run 'cas fsck --repair' to look for one in the store",
      });
    case 'damaged': {
      const damage = sizeOf(id) === undefined ? await findDamage(reference, check) : undefined;
      if (damage !== undefined || (sizeOf(id) === undefined && told.has(id))) return damage;
      return finding(
        reference.role === 'tree' ? 'tree-invalid' : 'snapshot-invalid',
        `${describe(reference)} is none${namedBy(from)}: ${causeOf(reached.error)}`,
        { object: id },
      );
    }
  }
}

/**
 * An object of which no copy was found sound. Mostly that was told already, with the copy that is damaged; what came,
 * or was moved, since the objects were listed, is read now.
 */
async function findDamage(reference: Reference, { objects, told }: ReachCheck): Promise<Finding | undefined> {
  if (told.has(reference.id)) return undefined;
  try {
    const { content } = await openObject(objects, reference.id);
    for await (const _ of content); // read to its end, it is proved
    return undefined;
  } catch (error) {
    if (!(error instanceof CorruptError || error instanceof NotFoundError)) throw error;
    return finding('object-corrupt', `${describe(reference)} is damaged`, {
      object: reference.id,
      hint: 'put its bytes again from a good copy: that heals it',
    });
  }
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
