/** Checks a whole store: every object, every label, everything that labels reach, and every size. */
import { formatName } from '../bytes/text.ts';
import { type CasError, CorruptError, SystemError } from '../errors/errors.ts';
import type { ProgressListener } from '../flow/progress.ts';
import type { Horizon } from '../graph/history.ts';
import { type Reached, walkReachable } from '../graph/reachable.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { Reference } from '../object/role.ts';
import { MAX_DEPTH, MAX_PATH_BYTES, type TreeEntry } from '../object/tree-entry.ts';
import { readHorizon } from '../store/horizon.ts';
import type { Repository } from '../store/repository.ts';
import { readRoots } from '../store/roots.ts';
import { type Finding, finding } from './finding.ts';
import { PathLimits } from './path-limits.ts';
import { scanObjects } from './scan-objects.ts';
import { SizeClaims } from './size-claims.ts';

/** How a check is watched and stopped. */
export interface FsckOptions {
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** Changes nothing. A store without findings of severity `error` has lost nothing. */
export async function* fsck(repository: Repository, options: FsckOptions = {}): AsyncGenerator<Finding> {
  for (const warning of repository.warnings) yield finding('setting-unknown', warning);
  const sizes = new Map<ObjectId, number>();
  yield* scanObjects(repository, sizes, options);
  yield* checkLabels(repository);
  const horizon = yield* checkHorizon(repository);
  yield* checkReachable(repository, { ...options, sizes, horizon });
}

async function* checkLabels({ labels }: Repository): AsyncGenerator<Finding> {
  try {
    for await (const _ of labels.walkRecords()); // read to its end, it is proved
    const { tornBytes } = await labels.read();
    if (tornBytes > 0)
      yield finding('label-log-torn', `the last ${tornBytes} bytes of 'refs/log' were never finished`);
  } catch (error) {
    if (!isDamage(error)) throw error;
    yield finding('label-log-corrupt', error.message, error.hint === undefined ? {} : { hint: error.hint });
  }
}

async function* checkHorizon({ files, layout }: Repository): AsyncGenerator<Finding, Horizon> {
  try {
    return await readHorizon(files, layout.horizon);
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    yield finding('horizon-corrupt', error.message, error.hint === undefined ? {} : { hint: error.hint });
    return new Set();
  }
}

/** Also a folder, a symlink or a pipe where a file must be. */
function isDamage(error: unknown): error is CasError {
  return error instanceof CorruptError || (error instanceof SystemError && error.code === 'NOT_A_FILE');
}

interface ReachCheck extends FsckOptions {
  /** Of every sound object in the store. */
  readonly sizes: ReadonlyMap<ObjectId, number>;
  readonly horizon: Horizon;
}

async function* checkReachable(repository: Repository, check: ReachCheck): AsyncGenerator<Finding> {
  const { sizes, horizon, onProgress, signal } = check;
  const claims = new SizeClaims(sizes);
  const roots = await readRootsIfSound(repository);
  let done = 0;
  const limits = new PathLimits();
  const onEntry = (entry: TreeEntry, tree: ObjectId): void => {
    claims.see(entry, tree);
    limits.see(entry, tree);
  };
  const options = { horizon, onEntry, ...(signal && { signal }) };
  for await (const reached of walkReachable(repository.objects, roots, options)) {
    const found = findingOf(reached);
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

/** None where the log is broken, which was reported already. */
async function readRootsIfSound(repository: Repository): Promise<ObjectId[]> {
  try {
    return await readRoots(repository);
  } catch (error) {
    if (isDamage(error)) return [];
    throw error;
  }
}

function findingOf(reached: Reached): Finding | undefined {
  const { reference } = reached;
  switch (reached.kind) {
    case 'reached':
      return undefined;
    case 'missing':
      return finding('object-missing', `${describe(reference)} is missing${namedBy(reached.from)}`, {
        object: reference.id,
        hint: 'put its bytes again from any copy: that heals it',
      });
    case 'damaged':
      // A damaged object was reported when all objects were read; here it is one of another kind than it must be.
      if (reached.error.code === 'OBJECT_CORRUPT') return undefined;
      return finding(
        reference.role === 'tree' ? 'tree-invalid' : 'snapshot-invalid',
        `${describe(reference)} is none${namedBy(reached.from)}: ${causeOf(reached.error)}`,
        { object: reference.id },
      );
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
