/** The store at this end, as others ask it: what a folder on the same machine is, and what a server answers by. */
import { createHash, hash } from 'node:crypto';
import { applyBundle } from '../bundle/apply-bundle.ts';
import { OpenBundle } from '../bundle/open-bundle.ts';
import { type Outgoing, planOutgoing } from '../bundle/outgoing.ts';
import { streamBundle } from '../bundle/stream-bundle.ts';
import { InvalidInputError, RefusedError } from '../errors/errors.ts';
import { streamOf } from '../flow/byte-stream.ts';
import { type LabelEdit, labelNotFound } from '../label/edit.ts';
import { sortByName } from '../label/label.ts';
import { type LabelName, REMOTES } from '../label/name.ts';
import { objectNotFound } from '../odb/read-object.ts';
import { readHorizon } from '../store/horizon.ts';
import type { Repository } from '../store/repository.ts';
import { updateLabels } from '../store/update-labels.ts';
import type { BundledLabel } from '../wire/bundle-header.ts';
import type { FetchRequest, ResumePoint } from '../wire/fetch-request.ts';
import type { Measure } from '../wire/measure-document.ts';
import type { PushEdit, PushRequest } from '../wire/push-request.ts';
import type { PushedLabel } from '../wire/pushed-labels.ts';
import { continueStream } from './continue-stream.ts';
import { IncomingFile } from './incoming-file.ts';
import { measureOutgoing } from './measure-outgoing.ts';
import type { Arriving, Peer, PeerOptions, Upload } from './peer.ts';
import { Reach } from './reach.ts';
import type { Rights } from './rights.ts';

export interface StorePeerOptions {
  /** How it is called in messages. */
  readonly url: string;
  readonly rights: Rights;
  /** Who asks, for the label log; uploads of one are nobody else's. */
  readonly who: string;
  /** The most that one upload may have. @default 1 TiB */
  readonly maxUploadBytes?: number;
}

const MAX_UPLOAD_BYTES: number = 2 ** 40;

export class StorePeer implements Peer {
  readonly url: string;
  readonly #repository: Repository;
  readonly #options: StorePeerOptions;
  readonly #reach: Reach;

  /** @param repository stays open when this is disposed of */
  constructor(repository: Repository, options: StorePeerOptions) {
    this.url = options.url;
    this.#repository = repository;
    this.#options = options;
    this.#reach = new Reach(repository, options.rights);
  }

  async listLabels(): Promise<readonly BundledLabel[]> {
    const { mayRead } = this.#options.rights;
    const labels = await this.#repository.labels.list();
    return sortByName(labels.filter(({ name }) => mayRead(name) && !name.startsWith(REMOTES)));
  }

  async fetch(request: FetchRequest, { signal }: PeerOptions = {}): Promise<Arriving> {
    const watch = signal ? { signal } : {};
    const outgoing = await this.#plan(request, watch);
    return continueStream(() => streamBundle(this.#repository, outgoing, watch), request.resume);
  }

  async measure(request: FetchRequest, { signal }: PeerOptions = {}): Promise<Measure> {
    const watch = signal ? { signal } : {};
    const outgoing = await this.#plan(request, watch);
    return measureOutgoing(this.#repository, outgoing, watch);
  }

  async findUpload(id: string): Promise<ResumePoint> {
    await using file = await this.#incoming(id);
    return await file.measure();
  }

  async upload({ id, start, bytes }: Upload): Promise<void> {
    const { maxUploadBytes = MAX_UPLOAD_BYTES } = this.#options;
    await using file = await this.#incoming(id);
    await file.add(bytes, { start, maxBytes: maxUploadBytes });
  }

  async push(request: PushRequest, { signal }: PeerOptions = {}): Promise<readonly PushedLabel[]> {
    const watch = signal ? { signal } : {};
    const { bundle: carried, upload = carried && hash('sha256', carried) } = request;
    if (upload === undefined) {
      this.#checkWritable(request);
      return this.#delete(request, watch);
    }
    await using file = await this.#incoming(upload);
    try {
      this.#checkWritable(request);
      if (carried) await file.add(streamOf(carried), { start: 0, maxBytes: carried.length });
      await using bundle = await OpenBundle.open(this.#repository.files, [file.path]);
      return await this.#take(bundle, request, watch);
    } finally {
      await file.remove();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #plan(request: FetchRequest, watch: PeerOptions): Promise<Outgoing> {
    const { files, layout } = this.#repository;
    const { depth, contents, objects } = request;
    const labels = await this.#labelsOf(request.labels);
    for (const id of objects) if (!(await this.#reach.hasContent(id))) throw objectNotFound(id);
    const snapshots = await this.#reach.snapshotsAmong(request.have);
    return planOutgoing(this.#repository, {
      labels,
      horizon: await readHorizon(files, layout.horizon),
      repeats: 'few',
      ...(snapshots.length > 0 && { receiver: { snapshots, horizon: new Set(request.horizon) } }),
      ...(depth !== undefined && { depth }),
      contents,
      ...(objects.length > 0 && { objects }),
      ...watch,
    });
  }

  async #labelsOf(names: readonly LabelName[]): Promise<BundledLabel[]> {
    const { labels } = await this.#repository.labels.read();
    return names.map((name) => {
      const label = this.#options.rights.mayRead(name) ? labels.get(name) : undefined;
      if (label === undefined) throw labelNotFound(name);
      return { name, id: label.id };
    });
  }

  #incoming(id: string): Promise<IncomingFile> {
    const name = createHash('sha256').update(`${this.#options.who}\n${id}`).digest('hex');
    return IncomingFile.hold(this.#repository, name);
  }

  #checkWritable({ edits }: PushRequest): void {
    for (const { name } of edits) {
      if (this.#options.rights.mayWrite(name)) continue;
      throw new RefusedError('ACCESS_DENIED', `label '${name}' may not be changed by you`, {
        hint: 'ask whoever gave you access for more, or push to another label',
      });
    }
  }

  async #delete({ edits, force }: PushRequest, watch: PeerOptions): Promise<readonly PushedLabel[]> {
    const deletions = edits.map(({ name, old }): LabelEdit => {
      if (old === undefined) throw new InvalidInputError('PUSH_INCOMPLETE', `nothing is said of '${name}'`);
      return { name, expect: { kind: 'id', id: old }, action: { kind: 'delete' }, force };
    });
    await updateLabels(this.#repository, deletions, { who: this.#options.who, reason: 'push', ...watch });
    return edits.map(deletedLabel);
  }

  async #take(
    bundle: OpenBundle,
    { edits, force }: PushRequest,
    watch: PeerOptions,
  ): Promise<readonly PushedLabel[]> {
    checkSame(bundle, edits);
    await this.#checkHistory(bundle);
    const readable = await this.#reach.reader();
    const gone = edits.filter((edit) => edit.new === undefined);
    const { labels } = await applyBundle(this.#repository, bundle, {
      expect: new Map(edits.map(({ name, old }) => [name, old])),
      remove: new Map(gone.flatMap(({ name, old }) => (old === undefined ? [] : [[name, old]]))),
      conflicts: force ? 'force' : 'refuse',
      ...(readable && { readable }),
      who: this.#options.who,
      reason: 'push',
      ...watch,
    });
    return [...labels, ...gone.map(deletedLabel)];
  }

  /** A history that is short here would be short for all who fetch it. */
  async #checkHistory({ header }: OpenBundle): Promise<void> {
    for (const id of header.horizon) {
      if (await this.#repository.objects.has(id)) continue;
      throw new RefusedError('HISTORY_SHORT', `the history before '${id}' is neither here nor sent`, {
        hint: "fetch all of it first, with 'cas fetch --depth all'",
      });
    }
  }
}

function deletedLabel({ name, old }: PushEdit): PushedLabel {
  return { name, before: old, after: undefined, kind: 'deleted' };
}

/** Only what is asked for is changed, and all of it is there. */
function checkSame({ header }: OpenBundle, edits: readonly PushEdit[]): void {
  const sent = header.labels.map(({ name, id }) => `${id} ${name}`);
  const asked = sortByName(edits).flatMap((edit) =>
    edit.new === undefined ? [] : [`${edit.new} ${edit.name}`],
  );
  if (sent.join('\n') === asked.join('\n')) return;
  throw new InvalidInputError(
    'PUSH_INCOMPLETE',
    'the labels that were sent are not those that are to change',
    {
      hint: 'push again',
    },
  );
}
