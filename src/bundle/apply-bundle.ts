/** Takes a bundle into a store: its objects first, its labels last, all or none. */
import { ConflictError } from '../errors/errors.ts';
import type { ProgressListener } from '../flow/progress.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { LabelName } from '../label/name.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { extendHorizon } from '../store/extend-horizon.ts';
import { readHorizon } from '../store/horizon.ts';
import { leasePlaceOf, takeLease } from '../store/lease.ts';
import type { Repository } from '../store/repository.ts';
import { freshening } from '../store/revive.ts';
import { updateLabels } from '../store/update-labels.ts';
import type { BundledLabel } from '../wire/bundle-header.ts';
import { type Arrived, takeArrived } from './arrived-pack.ts';
import { checkReachable } from './check-reachable.ts';
import { findLifted } from './lifted-horizon.ts';
import { onlyAmong } from './limited-objects.ts';
import type { OpenBundle } from './open-bundle.ts';
import { type JudgedLabels, judgeLabels, type LabelTerms, type ReceivedLabel } from './received-labels.ts';

export interface ApplyOptions extends Partial<LabelTerms> {
  /** Where a label of the bundle goes; `undefined` for one that is left out. @default each to its own name */
  readonly place?: (name: LabelName) => LabelName | undefined;
  /**
   * What of this store the bundle may build on: have as prerequisites, as bases of deltas, in its chunks, and below its
   * labels. It holds with each object all that this one names. @default all objects
   */
  readonly readable?: ObjectReader;
  /** `contents may be`: snapshots and trees must be there, and the files in them may come later. @default 'refuse' */
  readonly missing?: 'refuse' | 'contents may be';
  /** Who asks, for the label log. */
  readonly who: string;
  /** Why, for the label log. @default 'bundle apply' */
  readonly reason?: string;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** What came of a bundle. */
export interface AppliedBundle {
  readonly labels: readonly ReceivedLabel[];
  /** How many objects were in it, whether they were here or not. */
  readonly objects: number;
}

/**
 * When it resolves, labels and objects survive a power cut. Where it rejects, labels are as they were, and nothing of
 * the bundle is here.
 *
 * @throws CorruptError `BUNDLE_INVALID`, and what is wrong with its pack
 * @throws ConflictError `PREREQUISITE_MISSING`, `NOT_FAST_FORWARD`, `LABEL_MOVED`
 * @throws RefusedError `LABEL_PROTECTED` @throws InvalidInputError `LABEL_CLASH`
 */
export async function applyBundle(
  repository: Repository,
  bundle: OpenBundle,
  options: ApplyOptions,
): Promise<AppliedBundle> {
  const { place = (name) => name, missing = 'refuse', who, reason = 'bundle apply' } = options;
  const { conflicts = 'refuse', readable, expect, remove, onProgress, signal } = options;
  const watch = { ...(onProgress && { onProgress }), ...(signal && { signal }) };
  const { files, layout, objects, labels, promises } = repository;
  const { prerequisites, horizon: ends, runs } = bundle.header;
  await bundle.prove(watch);
  await using _lease = await takeLease(leasePlaceOf(repository));
  // What it builds on is made young as it is asked for: nothing of it is collected before a label reaches it.
  const here = readable === undefined ? freshening(objects) : onlyAmong(readable, freshening(objects));
  for (const id of prerequisites) if (!(await here.has(id))) throw prerequisiteMissing(id);
  const received = placed(bundle.header.labels, place);
  const unknown = await absentOf(objects, ends);
  const own = await readHorizon(files, layout.horizon);
  const horizon = new Set([...own, ...unknown]);
  let lifted: ReadonlySet<ObjectId> = new Set();
  let judged: JudgedLabels = { labels: [], edits: [] };
  const check = async (arrived: Arrived): Promise<void> => {
    const now = await labels.read();
    const tips = received.map(({ id }) => id);
    const known = [...now.labels.values()].map(({ id }) => id);
    const contentsOfKnown = (await promises.isAny()) ? 'promised' : 'here';
    const look = { contents: missing === 'refuse' ? 'look' : 'pass', ...(signal && { signal }) } as const;
    if (!(await arrived.isClosed(tips, horizon)))
      await checkReachable(arrived.objects, { tips, known, horizon, contentsOfKnown }, look);
    lifted = await findLifted(arrived, { own, horizon, known, contentsOfKnown, ...look });
    const terms = { conflicts, ...(expect && { expect }), ...(remove && { remove }) };
    judged = await judgeLabels(received, { objects: arrived.objects, horizon, now, terms });
  };
  const count = await takeArrived(repository, { pack: bundle.pack, runs }, { ...watch, check, here });
  if (unknown.length + lifted.size > 0) await extendHorizon(repository, unknown, lifted);
  await updateLabels(repository, judged.edits, { who, reason, ...(signal && { signal }) });
  return { labels: judged.labels, objects: count };
}

function placed(
  labels: readonly BundledLabel[],
  place: (name: LabelName) => LabelName | undefined,
): BundledLabel[] {
  return labels.flatMap(({ name, id }) => {
    const to = place(name);
    return to === undefined ? [] : [{ name: to, id }];
  });
}

/** A snapshot that is here has its parents: it is on no horizon but our own. */
async function absentOf(objects: ObjectReader, ids: readonly ObjectId[]): Promise<ObjectId[]> {
  const absent: ObjectId[] = [];
  for (const id of ids) if (!(await objects.has(id))) absent.push(id);
  return absent;
}

function prerequisiteMissing(id: ObjectId): ConflictError {
  return new ConflictError('PREREQUISITE_MISSING', `the bundle builds on '${id}', which is not here`, {
    hint: 'apply the bundle before it first, or have one made without --since',
  });
}
