/** Pushes to another store: what labels reach that it lacks, then the labels, all or none. */
import { createHash } from 'node:crypto';
import { type Outgoing, planOutgoing } from '../bundle/outgoing.ts';
import { streamBundle } from '../bundle/stream-bundle.ts';
import { type ByteStream, beginStream } from '../flow/byte-stream.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { LabelEdit } from '../label/edit.ts';
import type { LabelName } from '../label/name.ts';
import { readHorizon } from '../store/horizon.ts';
import type { Repository } from '../store/repository.ts';
import { updateLabels } from '../store/update-labels.ts';
import type { Measure } from '../wire/measure-document.ts';
import { encodePushRequest, type PushEdit, type PushRequest } from '../wire/push-request.ts';
import type { PushedLabel } from '../wire/pushed-labels.ts';
import type { TransferOptions } from './download.ts';
import { trackedName } from './fetch.ts';
import { measureOutgoing } from './measure-outgoing.ts';
import type { Peer } from './peer.ts';
import { upload } from './upload.ts';

/** A bundle up to this size goes with the question: it costs no more to send it again than to ask how much is there. */
const MAX_CARRIED_BYTES: number = 64 * 1024;

/** What is to become of a label of the other store. */
export interface PushTarget {
  readonly name: LabelName;
  /** A snapshot of this store; `undefined`: the label is deleted. */
  readonly id: ObjectId | undefined;
}

export interface PushOptions extends TransferOptions {
  /** Moves protected labels, and such as do not go forward. @default false */
  readonly force?: boolean;
  /** What becomes of targets that the other store has no label of: `leave` passes over them. @default 'create' */
  readonly absent?: 'create' | 'leave';
  /** What the other store is called here, whose labels `remotes/<remote>/…` follow. @default none follow */
  readonly remote?: string;
  /** Who asks, for the label log. */
  readonly who: string;
}

/** What was pushed. */
export interface Pushed {
  readonly labels: readonly PushedLabel[];
  readonly objects: number;
  /** How many went this time. */
  readonly bytes: number;
}

/**
 * When it resolves, labels and objects survive a power cut there. Where it rejects, labels are as they were there.
 *
 * @throws as {@link Peer}: ConflictError `NOT_FAST_FORWARD`, `LABEL_MOVED`; RefusedError `LABEL_PROTECTED`
 */
export async function pushTo(
  repository: Repository,
  { peer, targets }: { readonly peer: Peer; readonly targets: readonly PushTarget[] },
  options: PushOptions,
): Promise<Pushed> {
  const { force = false, signal } = options;
  const { edits, unchanged, outgoing } = await planPush(repository, { peer, targets }, options);
  const question: PushRequest = { force, edits };
  const { bytes, ...sent } = outgoing
    ? await send(repository, { peer, outgoing, question }, options)
    : { bytes: 0 };
  const watch = signal ? { signal } : {};
  const pushed = edits.length === 0 ? [] : await peer.push({ ...question, ...sent }, watch);
  const labels = [...unchanged, ...pushed];
  await follow(repository, labels, options);
  return { labels, objects: outgoing?.count ?? 0, bytes };
}

/** What a push would come to. Nothing is changed. */
export async function measurePush(
  repository: Repository,
  exchange: { readonly peer: Peer; readonly targets: readonly PushTarget[] },
  options: PushOptions,
): Promise<Measure & { readonly edits: readonly PushEdit[] }> {
  const { edits, outgoing } = await planPush(repository, exchange, options);
  const watch = options.signal ? { signal: options.signal } : {};
  const measure =
    outgoing === undefined ? { objects: 0, bytes: 0 } : await measureOutgoing(repository, outgoing, watch);
  return { ...measure, edits };
}

interface PushPlan {
  /** What changes. */
  readonly edits: readonly PushEdit[];
  readonly unchanged: readonly PushedLabel[];
  /** `undefined` where labels only go. */
  readonly outgoing: Outgoing | undefined;
}

async function planPush(
  repository: Repository,
  { peer, targets }: { readonly peer: Peer; readonly targets: readonly PushTarget[] },
  { absent = 'create', signal }: PushOptions,
): Promise<PushPlan> {
  const watch = signal ? { signal } : {};
  const there = new Map((await peer.listLabels(watch)).map(({ name, id }) => [name, id]));
  const all = targets
    .filter(({ name }) => absent === 'create' || there.has(name))
    .map(({ name, id }): PushEdit => ({ name, old: there.get(name), new: id }));
  const edits = all.filter((edit) => edit.old !== edit.new);
  const labels = edits.flatMap(({ name, new: id }) => (id === undefined ? [] : [{ name, id }]));
  const { files, layout } = repository;
  return {
    edits,
    unchanged: all
      .filter((edit) => edit.old === edit.new)
      .map(({ name, old, new: id }) => ({ name, before: old, after: id, kind: 'unchanged' })),
    outgoing:
      labels.length === 0
        ? undefined
        : await planOutgoing(repository, {
            labels,
            horizon: await readHorizon(files, layout.horizon),
            repeats: 'few',
            ...(there.size > 0 && { receiver: { snapshots: new Set(there.values()) } }),
            ...watch,
          }),
  };
}

/** What went of a bundle, and how the push tells of it. */
type Sent = Pick<PushRequest, 'upload' | 'bundle'> & { readonly bytes: number };

/** A small bundle goes with the question itself. Of any other what arrives is kept where it is cut. */
async function send(
  repository: Repository,
  {
    peer,
    outgoing,
    question,
  }: { readonly peer: Peer; readonly outgoing: Outgoing; readonly question: PushRequest },
  options: PushOptions,
): Promise<Sent> {
  const open = (): ByteStream =>
    streamBundle(repository, outgoing, options.signal && { signal: options.signal });
  const { whole, stream } = await beginStream(open(), MAX_CARRIED_BYTES);
  if (whole !== undefined) return { bundle: whole, bytes: whole.length };
  const id = nameUpload(question, outgoing);
  try {
    const unread = [stream];
    return { upload: id, bytes: await upload({ peer, id }, () => unread.pop() ?? open(), options) };
  } finally {
    await stream.return?.();
  }
}

/** The same for the same push, whoever makes it again: what arrived of it is found. */
function nameUpload(request: PushRequest, { prerequisites }: Outgoing): string {
  const hash = createHash('sha256').update(encodePushRequest(request));
  return hash.update(prerequisites.toSorted().join('\n')).digest('hex');
}

/** What is known here of the other store's labels: also of those where only the answer to a push was lost. */
async function follow(
  repository: Repository,
  labels: readonly PushedLabel[],
  { remote, who }: PushOptions,
): Promise<void> {
  if (remote === undefined) return;
  const { labels: here } = await repository.labels.read();
  const edits = labels
    .map(({ name, after }) => ({ name: trackedName(remote, name), after }))
    .filter(({ name, after }) => here.get(name)?.id !== after)
    .map(({ name, after }): LabelEdit => {
      const action: LabelEdit['action'] =
        after === undefined ? { kind: 'delete' } : { kind: 'set', id: after };
      return { name, expect: { kind: 'any' }, action, force: true };
    });
  if (edits.length > 0) await updateLabels(repository, edits, { who, reason: 'push' });
}
