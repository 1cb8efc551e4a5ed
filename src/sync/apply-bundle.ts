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
import { updateLabels } from '../store/update-labels.ts';
import type { BundledLabel } from '../wire/bundle-header.ts';
import { takeArrived } from './arrived-pack.ts';
import { checkReachable } from './check-reachable.ts';
import type { OpenBundle } from './open-bundle.ts';
import { editsFor, judgeLabels, type ReceivedLabel } from './received-labels.ts';

export interface ApplyOptions {
  /** Where a label of the bundle goes; `undefined` for one that is left out. @default each to its own name */
  readonly place?: (name: LabelName) => LabelName | undefined;
  /** `force` moves labels that are protected, or would not go forward. @default 'refuse' */
  readonly conflicts?: 'refuse' | 'force';
  /** Who asks, for the label log. */
  readonly who: string;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** What came of a bundle. */
export interface AppliedBundle {
  readonly labels: readonly ReceivedLabel[];
}

/**
 * When it resolves, labels and objects survive a power cut. Where it rejects, labels are as they were, and nothing of
 * the bundle is here.
 *
 * @throws CorruptError `BUNDLE_INVALID`, and what is wrong with its pack
 * @throws ConflictError `PREREQUISITE_MISSING`, `NOT_FAST_FORWARD`, `LABEL_MOVED`
 * @throws RefusedError `LABEL_PROTECTED`
 */
export async function applyBundle(
  repository: Repository,
  bundle: OpenBundle,
  options: ApplyOptions,
): Promise<AppliedBundle> {
  const { place = (name) => name, conflicts = 'refuse', who, ...watch } = options;
  const { files, layout, objects } = repository;
  await bundle.prove(watch);
  await using _lease = await takeLease(leasePlaceOf(repository));
  for (const id of bundle.header.prerequisites)
    if (!(await objects.freshen(id))) throw prerequisiteMissing(id);
  const received = placed(bundle.header.labels, place);
  const unknown = await absentOf(objects, bundle.header.horizon);
  const horizon = new Set([...(await readHorizon(files, layout.horizon)), ...unknown]);
  let judged: readonly ReceivedLabel[] = [];
  const check = async (reader: ObjectReader): Promise<void> => {
    const tips = received.map(({ id }) => id);
    await checkReachable(reader, { tips, horizon }, watch);
    const { labels } = await repository.labels.read();
    judged = await judgeLabels(received, { objects: reader, horizon, labels, conflicts });
  };
  await takeArrived(repository, { pack: bundle.pack, runs: bundle.header.runs }, { ...watch, check });
  if (unknown.length > 0) await extendHorizon(repository, unknown);
  await updateLabels(repository, editsFor(judged, conflicts), { who, reason: 'bundle apply', ...watch });
  return { labels: judged };
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
