/** One commit: contents, then trees, then the snapshot, then the label. */
import { ConflictError } from '../errors/errors.ts';
import type { ProgressListener } from '../flow/progress.ts';
import { readSnapshot } from '../graph/history.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { checkMovable, type Expectation, type LabelEdit } from '../label/edit.ts';
import type { Keep } from '../label/keep.ts';
import type { Label } from '../label/label.ts';
import { type LabelName, parseLabelName } from '../label/name.ts';
import { type Author, encodeSnapshot } from '../object/snapshot.ts';
import type { ObjectReader, ObjectWriter } from '../odb/object-store.ts';
import { rehearsalStore } from '../odb/rehearsal-store.ts';
import type { TreeRoot } from '../tree/read-tree.ts';
import type { CommitContents, CommitEdit, Committable } from './commit-source.ts';
import { leasePlaceOf, takeLease } from './lease.ts';
import type { Repository } from './repository.ts';
import { updateLabels } from './update-labels.ts';

/** What the label must be for the commit to happen: `absent`, or at this snapshot. */
export type ExpectedLabel = 'absent' | ObjectId;

/** What a commit says of itself, and under which conditions it happens. */
export interface CommitOptions {
  /** @default '' */
  readonly message?: string;
  /** @default none */
  readonly author?: Author;
  /** Extra headers of the snapshot. @default none */
  readonly headers?: ReadonlyMap<string, string>;
  /** Seconds since 1970. @default now */
  readonly timeSeconds?: number;
  /** Without it, a commit that loses a race takes the winner as its parent and tries again. */
  readonly expect?: ExpectedLabel;
  /** `force` moves a protected label. @default 'respect' */
  readonly protection?: 'respect' | 'force';
  /**
   * `none`: the snapshot has no parent, and a label that it makes keeps nothing of what it was. @default 'kept'
   */
  readonly history?: 'kept' | 'none';
  /** What happens where the label holds the same tree already. @default 'skip' */
  readonly unchanged?: 'skip' | 'commit';
  /** `rehearse` reads and compares everything and stores nothing. @default 'store' */
  readonly mode?: 'store' | 'rehearse';
  /** Who asks, for the label log. @default the author, else '' */
  readonly who?: string;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** What became of a commit. */
export interface CommitResult {
  /** `unchanged`: the label held this tree already. */
  readonly kind: 'committed' | 'unchanged' | 'rehearsed';
  /** The snapshot that the label is at now; of a rehearsal that would change it, the tree. */
  readonly id: ObjectId;
  readonly parent: ObjectId | undefined;
  readonly tree: ObjectId;
  readonly sizeBytes: number;
  /** Members that are no folders. */
  readonly entries: number;
  /** Paths that were left out because the caller said so. */
  readonly skipped: readonly string[];
}

const KEEP_NONE: Keep = { kind: 'count', count: 0 };
/** Each is another commit that won; more in a row is a fault. */
const MAX_RACES = 1000;

/**
 * Commits `source` under a label, which is made where there is none. A source that edits is asked for its edit again
 * where another commit gets in between; what it wrote is written once.
 *
 * @throws InvalidInputError `LABEL_NAME_INVALID`, `LABEL_CLASH`, and what the source throws
 * @throws ConflictError `LABEL_MOVED` where the label is not what `expect` says
 * @throws RefusedError `LABEL_PROTECTED`, before anything is read, whether or not anything changed
 */
export async function commit(
  repository: Repository,
  { label, source }: { readonly label: string; readonly source: Committable },
  options: CommitOptions = {},
): Promise<CommitResult> {
  const name = parseLabelName(label);
  const before = await repository.labels.get(name);
  checkMovable(before, conditionsOf(name, options)); // before the work, and again under the lock
  await using _lease = options.mode === 'rehearse' ? undefined : await takeLease(leasePlaceOf(repository));
  await using intake = await takeIn(repository, source, options);
  const { contents } = intake;
  if (options.mode === 'rehearse') return await rehearse(repository, before, contents);
  const result = await retryRaces(options, () => land(repository, { name, source, intake }, options));
  await contents.remember?.();
  return result;
}

/** What a source wrote, and where it can be read: in a rehearsal nowhere else. Disposing it drops what was not flushed. */
interface Taken extends AsyncDisposable {
  readonly contents: CommitContents | CommitEdit;
  readonly objects: ObjectReader & ObjectWriter;
}

/** Takes in all that `source` holds. Nobody else sees any of it before it is flushed. */
async function takeIn(
  repository: Repository,
  source: Committable,
  { mode = 'store', onProgress, signal }: CommitOptions,
): Promise<Taken> {
  const target = { repository, mode, ...(onProgress && { onProgress }), ...(signal && { signal }) };
  if (mode === 'rehearse') {
    const objects = rehearsalStore(repository.objects);
    const contents = await source.write({ ...target, objects });
    return { contents, objects, [Symbol.asyncDispose]: async () => {} };
  }
  await repository.objects.flush(); // a source may name what was put before
  const objects = repository.openIntake(source.threads);
  const dispose = async (): Promise<void> => objects[Symbol.asyncDispose]();
  try {
    return { contents: await source.write({ ...target, objects }), objects, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

interface Landing {
  readonly name: LabelName;
  readonly source: Committable;
  readonly intake: Taken;
}

/** Puts the snapshot on what the label is now, makes all of it durable, and moves the label to it. */
async function land(repository: Repository, landing: Landing, options: CommitOptions): Promise<CommitResult> {
  const { name, source, intake } = landing;
  const { contents, objects } = intake;
  const { author, unchanged = 'skip', history = 'kept', signal } = options;
  const { who = author === undefined ? '' : `${author.name} <${author.mail}>` } = options;
  const parent = await repository.labels.get(name);
  const conditions = conditionsOf(name, options);
  checkMovable(parent, conditions);
  const before = parent && (await treeOf(repository, parent));
  const root = await rootOf(contents, before);
  if (parent !== undefined && unchanged === 'skip' && before === root.id) {
    await objects.flush(); // what was damaged in the store may be healed by what came
    return resultOf({ kind: 'unchanged', id: parent.id, parent: parent.id }, root, contents);
  }
  const id = await putSnapshot({ tree: root.id, parent: parent?.id, objects }, repository, options);
  await objects.flush();
  const keep = parent === undefined && history === 'none' ? { keep: KEEP_NONE } : {};
  const edit = {
    ...conditions,
    expect: expectationOf(parent?.id ?? 'absent'),
    action: { kind: 'set', id, ...keep },
  } as const;
  await updateLabels(repository, [edit], { who, reason: `commit ${source.name}`, ...(signal && { signal }) });
  return resultOf({ kind: 'committed', id, parent: parent?.id }, root, contents);
}

/** What a snapshot is made of, and where it goes. */
interface SnapshotPlace {
  readonly tree: ObjectId;
  /** What the label is at. */
  readonly parent: ObjectId | undefined;
  readonly objects: ObjectWriter;
}

/** Puts a snapshot that says what the options say; nothing names it yet. */
export async function putSnapshot(
  { tree, parent, objects }: SnapshotPlace,
  { now }: Pick<Repository, 'now'>,
  options: CommitOptions = {},
): Promise<ObjectId> {
  const { message = '', author, headers = new Map(), history = 'kept' } = options;
  const { timeSeconds = Math.floor(now() / 1000) } = options;
  const parents = parent === undefined || history === 'none' ? [] : [parent];
  const bytes = encodeSnapshot({ tree, parents, timeSeconds, ...(author && { author }), headers, message });
  return objects.put('snapshot', bytes);
}

async function rootOf(
  contents: CommitContents | CommitEdit,
  before: ObjectId | undefined,
): Promise<TreeRoot> {
  return 'edit' in contents ? contents.edit(before) : contents.root;
}

/** Tries again for as long as somebody else is first, unless the caller said what the label must be. */
export async function retryRaces<Value>(
  { expect }: CommitOptions,
  attempt: () => Promise<Value>,
): Promise<Value> {
  for (let race = 1; ; race++) {
    try {
      return await attempt();
    } catch (error) {
      const isRace = error instanceof ConflictError && error.code === 'LABEL_MOVED' && expect === undefined;
      if (!isRace || race >= MAX_RACES) throw error;
    }
  }
}

async function rehearse(
  repository: Repository,
  label: Label | undefined,
  contents: CommitContents | CommitEdit,
): Promise<CommitResult> {
  const before = label && (await treeOf(repository, label));
  const root = await rootOf(contents, before);
  if (label !== undefined && before === root.id)
    return resultOf({ kind: 'unchanged', id: label.id, parent: label.id }, root, contents);
  return resultOf({ kind: 'rehearsed', id: root.id, parent: label?.id }, root, contents);
}

async function treeOf({ named }: Repository, label: Label): Promise<ObjectId> {
  return (await readSnapshot(named, label.id)).tree;
}

/** What `options` asks of the label, whatever snapshot comes to it. */
export function conditionsOf(
  name: LabelName,
  { expect, protection = 'respect' }: CommitOptions,
): Omit<LabelEdit, 'action'> {
  return { name, expect: expectationOf(expect), force: protection === 'force' };
}

function expectationOf(expect: ExpectedLabel | undefined): Expectation {
  if (expect === undefined) return { kind: 'any' };
  return expect === 'absent' ? { kind: 'absent' } : { kind: 'id', id: expect };
}

function resultOf(
  made: Pick<CommitResult, 'kind' | 'id' | 'parent'>,
  { id: tree, sizeBytes }: TreeRoot,
  { entries, skipped }: CommitContents | CommitEdit,
): CommitResult {
  return { ...made, tree, sizeBytes, entries, skipped };
}
