/** Fetches from another store: what its labels reach, and where they are, as labels `remotes/<remote>/…` of this one. */
import { createHash } from 'node:crypto';
import { applyBundle } from '../bundle/apply-bundle.ts';
import type { ReceivedLabel } from '../bundle/received-labels.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { LabelEdit } from '../label/edit.ts';
import { type LabelName, parseLabelName, REMOTES } from '../label/name.ts';
import type { Repository } from '../store/repository.ts';
import { updateLabels } from '../store/update-labels.ts';
import type { BundledLabel } from '../wire/bundle-header.ts';
import { type FetchRequest, fetchRequestOf } from '../wire/fetch-request.ts';
import type { Measure } from '../wire/measure-document.ts';
import { download, type TransferOptions } from './download.ts';
import { listHaves } from './haves.ts';
import { IncomingFile } from './incoming-file.ts';
import { chooseLabels, labelMatcher } from './label-patterns.ts';
import type { Peer } from './peer.ts';

export interface FetchOptions extends TransferOptions {
  /** The other store's name here. */
  readonly remote: string;
  /** Of its labels, where `*` is anything. @default all */
  readonly patterns?: readonly string[];
  /** Of the history of each label so many snapshots, at least 1. @default all that it has */
  readonly depth?: number;
  /** `none`: snapshots and trees only. @default 'all' */
  readonly contents?: 'all' | 'none';
  /** `yes`: labels that it has no more go from here, too. @default 'no' */
  readonly prune?: 'yes' | 'no';
  /** Who asks, for the label log. */
  readonly who: string;
}

/** What was fetched. */
export interface Fetched {
  /** As they are named there. */
  readonly labels: readonly ReceivedLabel[];
  /** Those that went, as they were named there. */
  readonly pruned: readonly LabelName[];
  readonly objects: number;
  /** How many came this time. */
  readonly bytes: number;
}

/**
 * When it resolves, all survives a power cut. Where it rejects, labels are as they were; what arrived is kept, and the
 * next fetch goes on with it.
 *
 * @throws NotFoundError `LABEL_NOT_FOUND` @throws ConflictError `LOCKED` where another process fetches from it
 * @throws as {@link Peer} and `applyBundle`
 */
export async function fetchFrom(repository: Repository, peer: Peer, options: FetchOptions): Promise<Fetched> {
  const { request, remove, unchanged, pruned } = await planFetch(repository, peer, options);
  if (request === undefined) {
    const edits = Array.from(remove, ([name, id]): LabelEdit => {
      return { name, expect: { kind: 'id', id }, action: { kind: 'delete' }, force: true };
    });
    await updateLabels(repository, edits, { who: options.who, reason: 'fetch' });
    return { labels: unchanged, pruned, objects: 0, bytes: 0 };
  }
  return { ...(await take(repository, peer, { ...options, request, remove })), pruned };
}

/** What a fetch would come to. Nothing is changed. */
export async function measureFetch(
  repository: Repository,
  peer: Peer,
  options: FetchOptions,
): Promise<Measure & { readonly labels: readonly BundledLabel[]; readonly pruned: readonly LabelName[] }> {
  const { request, changed: labels, pruned } = await planFetch(repository, peer, options);
  const nothing = { objects: 0, bytes: 0 };
  const watch = options.signal ? { signal: options.signal } : {};
  return { ...(request === undefined ? nothing : await peer.measure(request, watch)), labels, pruned };
}

/** The name that a label of another store has here. @throws InvalidInputError `LABEL_NAME_INVALID` where it is too long */
export function trackedName(remote: string, name: LabelName): LabelName {
  return parseLabelName(`${trackedPrefix(remote)}${name}`);
}

/** What the labels of another store begin with here. */
function trackedPrefix(remote: string): string {
  return `${REMOTES}${remote}/`;
}

interface FetchPlan {
  /** Labels that are somewhere else than they were, or new. */
  readonly changed: readonly BundledLabel[];
  /** `undefined`: all is here. */
  readonly request: FetchRequest | undefined;
  /** Where all is here. */
  readonly unchanged: readonly ReceivedLabel[];
  readonly pruned: readonly LabelName[];
  readonly remove: ReadonlyMap<LabelName, ObjectId>;
}

async function planFetch(repository: Repository, peer: Peer, options: FetchOptions): Promise<FetchPlan> {
  const { remote, patterns = [], depth, contents = 'all', prune = 'no', signal } = options;
  const offered = await peer.listLabels({ ...(signal && { signal }) });
  const wanted = chooseLabels(offered, patterns);
  const { labels } = await repository.labels.read();
  const isKnown = ({ name, id }: BundledLabel): boolean => labels.get(trackedName(remote, name))?.id === id;
  const stale = prune === 'yes' ? staleLabels([...labels.values()], { remote, patterns, offered }) : [];
  const changed = wanted.filter((label) => !isKnown(label));
  const isDone = changed.length === 0 && depth === undefined;
  const have = isDone ? undefined : await listHaves(repository);
  return {
    changed,
    request:
      have &&
      fetchRequestOf({
        labels: wanted.map(({ name }) => name),
        have: have.snapshots,
        horizon: have.horizon,
        depth,
        contents,
      }),
    unchanged: wanted.map(({ name, id }) => ({ name, before: id, after: id, kind: 'unchanged' })),
    pruned: stale.map(({ there }) => there),
    remove: new Map(stale.map(({ name, id }) => [name, id])),
  };
}

interface StaleLabel extends BundledLabel {
  /** Its name at the other store. */
  readonly there: LabelName;
}

function staleLabels(
  labels: readonly BundledLabel[],
  {
    remote,
    patterns,
    offered,
  }: {
    readonly remote: string;
    readonly patterns: readonly string[];
    readonly offered: readonly BundledLabel[];
  },
): StaleLabel[] {
  const prefix = trackedPrefix(remote);
  const there = new Set<string>(offered.map(({ name }) => name));
  const matches = labelMatcher(patterns);
  return labels
    .filter(({ name }) => name.startsWith(prefix))
    .map(({ name, id }) => ({ name, id, there: name.slice(prefix.length) as LabelName }))
    .filter((label) => !there.has(label.there) && matches(label.there));
}

async function take(
  repository: Repository,
  peer: Peer,
  options: FetchOptions & {
    readonly request: FetchRequest;
    readonly remove: ReadonlyMap<LabelName, ObjectId>;
  },
): Promise<Omit<Fetched, 'pruned'>> {
  const { remote, request, remove, who, onProgress, signal } = options;
  const watch = { ...(onProgress && { onProgress }), ...(signal && { signal }) };
  const key = createHash('sha256').update(`fetch\n${remote}`).digest('hex');
  await using file = await IncomingFile.hold(repository, key);
  const bytes = await download({ peer, file }, request, options);
  const { labels, objects } = await file.takeIn((bundle) =>
    applyBundle(repository, bundle, {
      place: (name) => trackedName(remote, name),
      conflicts: 'force',
      missing: request.contents === 'none' ? 'contents may be' : 'refuse',
      remove,
      who,
      reason: 'fetch',
      ...watch,
    }),
  );
  const prefix = trackedPrefix(remote);
  const named = labels.map((label) => ({ ...label, name: label.name.slice(prefix.length) as LabelName }));
  return { labels: named, objects, bytes };
}
