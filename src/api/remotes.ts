/** Other stores: what this one fetches from them, and pushes to them. What does so is loaded once it is asked for. */
import { InvalidInputError, NotFoundError, RefusedError } from '../errors/errors.ts';
import type { ProgressListener } from '../flow/progress.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { type LabelName, parseLabelName, REMOTES } from '../label/name.ts';
import type { Remote } from '../store/remotes.ts';
import type { Repository } from '../store/repository.ts';
import { resolveSnapshot } from '../store/resolve.ts';
import type { AdvancedLabel } from '../sync/advance-labels.ts';
import type { Brought } from '../sync/bring-contents.ts';
import type { Fetched, FetchOptions } from '../sync/fetch.ts';
import type { Peer } from '../sync/peer.ts';
import type { Pushed, PushOptions, PushTarget } from '../sync/push.ts';
import type { BundledLabel } from '../wire/bundle-header.ts';
import type { Measure } from '../wire/measure-document.ts';
import type { PushEdit } from '../wire/push-request.ts';
import { openPromisor } from './open-promisor.ts';

/** How others are reached, and what is told meanwhile. */
export interface ExchangeOptions {
  /** Takes lines that `ssh`, or the other end of it, complain of. */
  readonly onComplaint?: (line: string) => void;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** What is fetched. */
export interface FetchRemoteOptions extends ExchangeOptions {
  /** Labels there, where `*` is anything. @default those that the remote was added with, else all */
  readonly labels?: readonly string[];
  /** Of each label's history so many snapshots. @default all of it that is there */
  readonly depth?: number;
  /** Whether labels that are gone there go here, too. @default 'no' */
  readonly prune?: 'yes' | 'no';
}

/** What is pushed. */
export interface PushRemoteOptions extends ExchangeOptions {
  /**
   * Labels, where `*` is anything; `LABEL:THERE` for another name there. @default those that are at both ends
   */
  readonly labels?: readonly string[];
  /** Labels that go there. @default none */
  readonly remove?: readonly string[];
  /** Moves protected labels, and such as do not go forward. @default false */
  readonly force?: boolean;
}

/** Which contents are fetched. */
export interface FetchRemoteContentsOptions extends ExchangeOptions {
  /** Each names a version here, or a file or folder in one. @default all that labels reach, with their history */
  readonly revisions?: readonly string[];
}

/** How a remote is removed. */
export interface RemoveRemoteOptions {
  /** Also where contents are promised by nobody then. @default false */
  readonly force?: boolean;
}

/** What a pull came to. */
export interface Pulled extends Fetched {
  /** What became of the labels of this store that are named as those of the other. */
  readonly advanced: readonly AdvancedLabel[];
}

/** How a remote is added. */
export interface AddRemoteOptions {
  /** Labels that are fetched where none are named. @default all */
  readonly labels?: readonly string[];
  /** `none`: contents come when they are first read. @default 'all' */
  readonly contents?: 'all' | 'none';
}

/** The remotes of an open store. */
export class Remotes {
  readonly #repository: Repository;
  readonly #who: string;

  constructor(repository: Repository, who: string) {
    this.#repository = repository;
    this.#who = who;
  }

  /** By name. @throws CorruptError `REMOTES_INVALID` */
  async list(): Promise<Remote[]> {
    const { readRemotes } = await import('../store/remotes.ts');
    return [...(await readRemotes(this.#repository)).values()];
  }

  /** @throws ConflictError `REMOTE_EXISTS` @throws InvalidInputError `REMOTE_INVALID`, `URL_INVALID` */
  async add(name: string, url: string, options: AddRemoteOptions = {}): Promise<void> {
    const { labels = [], contents = 'all' } = options;
    const [{ addRemote }, { formatAddress, parseAddress }] = await Promise.all([
      import('../store/remotes.ts'),
      import('../transport/address.ts'),
    ]);
    const place = formatAddress(parseAddress(url));
    await addRemote(this.#repository, { name, url: place, contents, patterns: labels });
  }

  /**
   * The labels that were fetched from it stay.
   *
   * @throws NotFoundError `REMOTE_NOT_FOUND`
   * @throws RefusedError `CONTENTS_PROMISED` where nobody else promises contents that are missing here, unless forced
   */
  async remove(name: string, { force = false }: RemoveRemoteOptions = {}): Promise<void> {
    const { removeRemote } = await import('../store/remotes.ts');
    if (!force) await this.#checkDispensable(name);
    await removeRemote(this.#repository, name);
  }

  /** Its labels become `remotes/<name>/…` here. @throws as `fetchFrom` */
  async fetch(name: string, options: FetchRemoteOptions = {}): Promise<Fetched> {
    const { fetchFrom } = await import('../sync/fetch.ts');
    return this.#with(name, options, async (peer, remote) =>
      fetchFrom(this.#repository, peer, this.#fetching(remote, options)),
    );
  }

  /** Brings contents here that a fetch left out, or that went since. @throws as `fetchContents` */
  async fetchContents(name: string, options: FetchRemoteContentsOptions = {}): Promise<Brought> {
    const { fetchContents } = await import('../sync/fetch-contents.ts');
    return this.#with(name, options, async (peer) => fetchContents(this.#repository, peer, options));
  }

  /** What {@link Remotes.fetchContents} would come to. */
  async measureFetchContents(name: string, options: FetchRemoteContentsOptions = {}): Promise<Brought> {
    const { measureFetchContents } = await import('../sync/fetch-contents.ts');
    return this.#with(name, options, async (peer) => measureFetchContents(this.#repository, peer, options));
  }

  /** What a fetch would come to. */
  async measureFetch(
    name: string,
    options: FetchRemoteOptions = {},
  ): Promise<Measure & { readonly labels: readonly BundledLabel[]; readonly pruned: readonly LabelName[] }> {
    const { measureFetch } = await import('../sync/fetch.ts');
    return this.#with(name, options, async (peer, remote) =>
      measureFetch(this.#repository, peer, this.#fetching(remote, options)),
    );
  }

  /**
   * Fetches, then brings the labels of this store forward that are named as those there, and makes those that are not
   * here. One that cannot go forward stays as it is, and is told.
   */
  async pull(name: string, options: FetchRemoteOptions = {}): Promise<Pulled> {
    const fetched = await this.fetch(name, options);
    const { advanceLabels } = await import('../sync/advance-labels.ts');
    const theirs = fetched.labels.map((label) => ({ name: label.name, id: label.after }));
    const how = { who: this.#who, reason: 'pull' };
    return { ...fetched, advanced: await advanceLabels(this.#repository, theirs, how) };
  }

  /** @param name of a remote, or a URL @throws as `pushTo` */
  async push(name: string, options: PushRemoteOptions = {}): Promise<Pushed> {
    const { pushTo } = await import('../sync/push.ts');
    return this.#with(name, options, async (peer, remote) => {
      const exchange = { peer, targets: await this.#targetsOf(options) };
      return pushTo(this.#repository, exchange, this.#pushing(remote, options));
    });
  }

  /** What a push would come to. @param name of a remote, or a URL */
  async measurePush(
    name: string,
    options: PushRemoteOptions = {},
  ): Promise<Measure & { readonly edits: readonly PushEdit[] }> {
    const { measurePush } = await import('../sync/push.ts');
    return this.#with(name, options, async (peer, remote) => {
      const exchange = { peer, targets: await this.#targetsOf(options) };
      return measurePush(this.#repository, exchange, this.#pushing(remote, options));
    });
  }

  #fetching(remote: Remote, options: FetchRemoteOptions): FetchOptions {
    const { labels, depth, prune, onProgress, signal } = options;
    if (remote.name === '') throw unnamed(remote.url);
    return {
      remote: remote.name,
      patterns: labels ?? remote.patterns,
      contents: remote.contents,
      ...(depth !== undefined && { depth }),
      ...(prune && { prune }),
      who: this.#who,
      ...(onProgress && { onProgress }),
      ...(signal && { signal }),
    };
  }

  #pushing(remote: Remote, options: PushRemoteOptions): PushOptions {
    const { force = false, onProgress, signal } = options;
    return {
      force,
      absent: isUnnamed(options) ? 'leave' : 'create',
      ...(remote.name !== '' && { remote: remote.name }),
      who: this.#who,
      ...(onProgress && { onProgress }),
      ...(signal && { signal }),
    };
  }

  /** Not the last that has what is missing here. */
  async #checkDispensable(name: string): Promise<void> {
    const repository = this.#repository;
    const promising = await repository.promises.remotes();
    if (promising.length !== 1 || promising[0]!.name !== name) return;
    const { readRoots } = await import('../store/roots.ts');
    const { findMissingContents } = await import('../store/missing-contents.ts');
    for await (const _ of findMissingContents(repository, await readRoots(repository)))
      throw contentsPromised(name);
  }

  async #with<Result>(
    name: string,
    { onComplaint }: ExchangeOptions,
    use: (peer: Peer, remote: Remote) => Promise<Result>,
  ): Promise<Result> {
    const [{ readRemote }, { openPeer }] = await Promise.all([
      import('../store/remotes.ts'),
      import('../transport/open-peer.ts'),
    ]);
    const isUrl = /[/:\\]/.test(name);
    const remote: Remote = isUrl
      ? { name: '', url: name, contents: 'all', patterns: [] }
      : await readRemote(this.#repository, name);
    const { files, codec, now } = this.#repository;
    await using peer = await openPeer(remote.url, {
      context: { files, codec, now, openPromisor },
      who: this.#who,
      ...(onComplaint && { onComplaint }),
    });
    return await use(peer, remote);
  }

  async #targetsOf(options: PushRemoteOptions): Promise<PushTarget[]> {
    const { labels = [], remove = [] } = options;
    const { chooseSome } = await import('../sync/label-patterns.ts');
    const own = (await this.#repository.labels.list()).filter(({ name }) => !name.startsWith(REMOTES));
    const targets = new Map<LabelName, ObjectId | undefined>();
    const set = (name: LabelName, id: ObjectId | undefined): void => {
      if (targets.has(name) && targets.get(name) !== id) throw pushedTwice(name);
      targets.set(name, id);
    };
    if (isUnnamed(options)) for (const { name, id } of own) set(name, id);
    for (const text of labels) {
      const [from = '', to] = text.split(/:(?=[^:]*$)/);
      if (to !== undefined) set(parseLabelName(to), (await resolveSnapshot(this.#repository, from)).id);
      else for (const { name, id } of chooseSome(own, [from])) set(name, id);
    }
    for (const text of remove) set(parseLabelName(text), undefined);
    return Array.from(targets, ([name, id]) => ({ name, id }));
  }
}

/** Whether those labels are meant that are at both ends. */
function isUnnamed({ labels, remove = [] }: PushRemoteOptions): boolean {
  return labels === undefined && remove.length === 0;
}

function unnamed(url: string): NotFoundError {
  return new NotFoundError('REMOTE_NOT_FOUND', `labels from '${url}' would have no name here`, {
    hint: `give it one: 'cas remote add NAME ${url}'`,
  });
}

function contentsPromised(name: string): RefusedError {
  return new RefusedError(
    'CONTENTS_PROMISED',
    `nobody but '${name}' promises contents that are missing here`,
    {
      hint: "bring them here with 'cas fetch --contents', or say '--force': what is missing is lost then",
    },
  );
}

function pushedTwice(name: LabelName): InvalidInputError {
  return new InvalidInputError('LABEL_EDITED_TWICE', `label '${name}' is to become two things at once`, {
    hint: 'push it once',
  });
}
