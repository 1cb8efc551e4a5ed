/** What a program holds: one open store. Each method is a few lines into the rooms below. */
import { parseName } from '../bytes/text.ts';
import type { Finding } from '../check/finding.ts';
import type { FsckOptions } from '../check/fsck.ts';
import type { ByteSource } from '../flow/byte-stream.ts';
import type { GcOptions, GcResult } from '../gc/gc.ts';
import type { UndeleteOptions, UndeleteResult } from '../gc/undelete.ts';
import type { HistoryStep } from '../graph/history.ts';
import { findObjectId, type ObjectId, parseObjectId } from '../hash/object-id.ts';
import { parseKeep } from '../label/keep.ts';
import { parsePath } from '../object/tree-entry.ts';
import type { ManyAnswer, ManyOptions } from '../odb/many-answers.ts';
import type { ObjectInfo, ReadOptions } from '../odb/object-store.ts';
import { putSource } from '../odb/put-source.ts';
import { objectNotFound, openPart, readObject, readWhole } from '../odb/read-object.ts';
import { readMany } from '../packs/many-reader.ts';
import type { RepackOptions, RepackResult } from '../repack/repack.ts';
import { changeSetting } from '../store/change-setting.ts';
import { type CommitOptions, type CommitResult, commit } from '../store/commit.ts';
import type { CommitSource, Committable } from '../store/commit-source.ts';
import { compareSource } from '../store/compare-source.ts';
import { editSet, type MemberRequest } from '../store/edit-set.ts';
import { type ForgetResult, forgetHistory } from '../store/forget.ts';
import { makeGitDir } from '../store/git-dir.ts';
import { leasePlaceOf } from '../store/lease.ts';
import { readHistory } from '../store/path-history.ts';
import { Readers } from '../store/readers.ts';
import type { Repository } from '../store/repository.ts';
import { type Resolved, resolveRevision, resolveSnapshot, resolveTree } from '../store/resolve.ts';
import type { Settings } from '../store/settings.ts';
import { type Change, diffTrees } from '../tree/diff.ts';
import type { MaintenanceOptions, MaintenanceResult } from '../upkeep/maintenance.ts';
import { isMaintenanceDue } from '../upkeep/maintenance-due.ts';
import type { PurgeOptions, PurgeResult } from '../upkeep/purge.ts';
import type { StatsOptions, StoreStats } from '../upkeep/stats.ts';
import type { Why, WhyOptions } from '../upkeep/why.ts';
import { viewRevision, viewRevisions, viewSource } from '../view/revision-view.ts';
import { readCursor, type StoreEvent, type WatchOptions, watchStore } from '../watch/watch.ts';
import { Aliases } from './aliases.ts';
import { type Batch, runBatch } from './batch.ts';
import { Bundles } from './bundles.ts';
import { type HeldView, holdView } from './held-view.ts';
import { listIds } from './id-lists.ts';
import { Labels } from './labels.ts';
import type { ByteRange, LogOptions, PutOptions } from './options.ts';
import { Remotes } from './remotes.ts';

/** One open store; close it, or let `await using` do so. */
export class Store implements AsyncDisposable {
  readonly labels: Labels;
  readonly aliases: Aliases;
  readonly bundles: Bundles;
  readonly remotes: Remotes;
  readonly #repository: Repository;
  readonly #readers: Readers;

  constructor(repository: Repository, who: string) {
    this.#repository = repository;
    this.#readers = new Readers(leasePlaceOf(repository), repository.now);
    this.labels = new Labels(repository, who);
    this.aliases = new Aliases(repository);
    this.bundles = new Bundles(repository, who);
    this.remotes = new Remotes(repository, who);
  }

  /** The store's folder, `.cas`. */
  get path(): string {
    return this.#repository.layout.root;
  }

  /** A UUID. */
  get id(): string {
    return this.#repository.config.id;
  }

  get settings(): Settings {
    return this.#repository.config.settings;
  }

  /** What a user should know about this store, a sentence each. */
  get warnings(): readonly string[] {
    return this.#repository.warnings;
  }

  /**
   * Stores content; the same bytes again change nothing. Durable after the next `flush` or label change.
   *
   * @throws InvalidInputError `SIZE_MISMATCH` where there is not as much as `sizeBytes` says; nothing is stored
   */
  async put(content: ByteSource, options: PutOptions = {}): Promise<ObjectId> {
    return (await putSource(this.#repository.objects, content, options)).id;
  }

  /**
   * The whole object, proved; where another store promises it, it is brought here first.
   *
   * @param id with or without `sha256:`
   * @throws NotFoundError `OBJECT_NOT_FOUND` @throws CorruptError `OBJECT_CORRUPT` @throws SystemError `PEER_UNREACHABLE`
   * @throws RefusedError `TOO_LARGE` over `maxBytes`, 1 GiB if not said: read it as a stream
   */
  async get(id: string, options: ReadOptions = {}): Promise<Uint8Array> {
    return readObject(this.#repository.objects, parseObjectId(id), options);
  }

  /** The bytes of an object of any size, or a part of them; ends in an error where they are damaged. @throws as {@link Store.get}, `RANGE_INVALID` */
  async *read(id: string, range: ByteRange = {}): AsyncGenerator<Uint8Array> {
    yield* await openPart(this.#repository.objects, parseObjectId(id), range);
  }

  /** Whether it is here, and not only promised by another store. */
  async has(id: string): Promise<boolean> {
    return this.#repository.objects.has(parseObjectId(id));
  }

  /** @throws NotFoundError `OBJECT_NOT_FOUND` */
  async stat(id: string): Promise<ObjectInfo> {
    const found = parseObjectId(id);
    const info = await this.#repository.objects.stat(found);
    if (info === undefined) throw objectNotFound(found);
    return info;
  }

  /** Whole objects, in the order asked for. @throws as {@link Store.get}, when it comes to that id */
  getMany(
    ids: Iterable<string> | AsyncIterable<string>,
  ): AsyncGenerator<{ id: ObjectId; bytes: Uint8Array }> {
    return readWhole(this.readMany(listIds(ids)));
  }

  /**
   * What {@link Store.getMany} is made of: no copies, and what is absent is no error.
   *
   * @param lists of ids, as they come: what waits is read together
   * @returns an answer to each id in order, some at a time; their bytes are good until the next are asked for
   */
  readMany(
    lists: AsyncIterable<readonly ObjectId[]>,
    options: ManyOptions = {},
  ): AsyncGenerator<readonly ManyAnswer[]> {
    const { objects } = this.#repository;
    return readMany(lists, { folder: objects.packed.folder, objects }, options);
  }

  /** Every id that begins with these hex digits, ascending. */
  ids(hexPrefix?: string): AsyncIterable<ObjectId> {
    return this.#repository.objects.ids(hexPrefix);
  }

  /** When it resolves, all that was put survives a power cut. */
  flush(): Promise<void> {
    return this.#repository.objects.flush();
  }

  /** Many puts and label edits: all or none. @throws as `Labels.update`, and what `work` throws */
  batch<Value>(work: (batch: Batch) => Promise<Value>): Promise<Value> {
    return runBatch({ repository: this.#repository, labels: this.labels }, work);
  }

  /** Commits a folder, files, a tar or entries under a label; durable when it resolves. @throws as `commit` */
  commit(label: string, source: Committable, options: CommitOptions = {}): Promise<CommitResult> {
    return commit(this.#repository, { label, source }, { who: this.labels.who, ...options });
  }

  /** What a source holds, as a view; what it puts is held in memory, and nothing of it is stored. */
  preview(source: CommitSource): Promise<HeldView> {
    return holdView(this.#readers, () => viewSource(this.#repository, source));
  }

  /** Changes single members of a label's set, and commits that. @throws as `editSet` */
  edit(label: string, edits: readonly MemberRequest[], options: CommitOptions = {}): Promise<CommitResult> {
    return editSet(this.#repository, { label, edits }, { who: this.labels.who, ...options });
  }

  /** What a revision names. @throws as `resolveRevision` */
  resolve(revision: string): Promise<Resolved> {
    return resolveRevision(this.#repository, revision);
  }

  /** A snapshot and all before it, newest first. @throws as `resolveSnapshot` and `walkHistory` */
  async *log(revision: string, { path }: LogOptions = {}): AsyncGenerator<HistoryStep> {
    const { id } = await resolveSnapshot(this.#repository, revision);
    yield* readHistory(this.#repository, id, path === undefined ? [] : parsePath(parseName(path)));
  }

  /** The set, or the folder in one, that a revision names; close it, or let `await using` do so. @throws as `resolveTree` */
  view(revision: string): Promise<HeldView> {
    return holdView(this.#readers, () => viewRevision(this.#repository, revision));
  }

  /**
   * Several sets, or folders in some, as one view: each at its path, with the time of its own snapshot.
   *
   * @param parts revisions by paths, none of which lies in another one
   * @throws as `viewRevisions`
   */
  viewOf(parts: Readonly<Record<string, string>>): Promise<HeldView> {
    return holdView(this.#readers, () => viewRevisions(this.#repository, parts));
  }

  /** What makes `after` out of `before`; until its end, all that it names can be read. @throws as `resolveTree` */
  async *diff(before: string, after: string): AsyncGenerator<Change> {
    await using _reading = await this.#readers.begin();
    const left = await resolveTree(this.#repository, before);
    const right = await resolveTree(this.#repository, after);
    yield* diffTrees(this.#repository.named, left.id, right.id);
  }

  /** How `source` differs from what a revision names; nothing is stored. @throws as `resolveTree` */
  compare(revision: string, source: CommitSource): AsyncGenerator<Change> {
    return compareSource(this.#repository, revision, source);
  }

  /** Leaves older history out on purpose. @param keep `N` or `Nd` @throws as `forgetHistory` */
  async forget(label: string, keep: string): Promise<ForgetResult> {
    return forgetHistory(this.#repository, label, parseKeep(keep));
  }

  /** Checks everything and changes nothing. */
  async *fsck(options: FsckOptions = {}): AsyncGenerator<Finding> {
    const { fsck } = await import('../check/fsck.ts'); // loaded when asked for, as all that most programs never need
    yield* fsck(this.#repository, options);
  }

  /** Takes what no label keeps out of the way; for a grace it can be taken back. @throws as `collectGarbage` */
  async gc(options: GcOptions = {}): Promise<GcResult> {
    const { collectGarbage } = await import('../gc/gc.ts');
    return collectGarbage(this.#repository, options);
  }

  /** Makes the store smaller; no object goes by it. @throws as `repack` */
  async repack(options: RepackOptions = {}): Promise<RepackResult> {
    const { repack } = await import('../repack/repack.ts');
    return repack(this.#repository, options);
  }

  /** Packs what has gathered, and tidies up; it never collects. @throws as `maintain` */
  async maintain(options: MaintenanceOptions = {}): Promise<MaintenanceResult> {
    const { maintain } = await import('../upkeep/maintenance.ts');
    return maintain(this.#repository, options);
  }

  /** Whether so much has gathered that it is time for {@link Store.maintain}; costs next to nothing. */
  isMaintenanceDue(): Promise<boolean> {
    return isMaintenanceDue(this.#repository);
  }

  /** Puts back what collections took out of the way. @throws as `undelete` */
  async undelete(options: UndeleteOptions = {}): Promise<UndeleteResult> {
    const { undelete } = await import('../gc/undelete.ts');
    return undelete(this.#repository, options);
  }

  /** What keeps an object, or when nothing did any more. @param revision an id, or anything that names one */
  async why(revision: string, options: WhyOptions = {}): Promise<Why> {
    const { explainObject } = await import('../upkeep/why.ts');
    const id = findObjectId(revision) ?? (await this.resolve(revision)).id;
    return explainObject(this.#repository, id, options);
  }

  /** Changes of labels and new objects, by any process, as they come. @throws as `watchStore`, when asked for the next */
  watch(options: WatchOptions = {}): AsyncGenerator<StoreEvent> {
    return watchStore(this.#repository, options);
  }

  /** Where {@link Store.watch} goes on after all that has happened until now. */
  cursor(): Promise<string> {
    return readCursor(this.#repository);
  }

  /** Removes the bytes of an object now, wherever they lie, and keeps in mind that they were. @throws as `purgeObject` */
  async purge(id: string, options: PurgeOptions = {}): Promise<PurgeResult> {
    const { purgeObject } = await import('../upkeep/purge.ts');
    return purgeObject(this.#repository, parseObjectId(id), options);
  }

  /** What the store holds and takes up. @throws as `readStats` */
  async stats(options: StatsOptions = {}): Promise<StoreStats> {
    const { readStats } = await import('../upkeep/stats.ts');
    return readStats(this.#repository, options);
  }

  /** Changes one setting; it holds from the next time that the store is opened. @throws as `parseSetting` */
  async setSetting(key: string, text: string | undefined): Promise<void> {
    await changeSetting(this.#repository, key, text);
  }

  /** A folder that git reads as a repository of this store's objects, by their ids. @throws as `makeGitDir` */
  gitDir(): Promise<string> {
    return makeGitDir(this.#repository);
  }

  close(): Promise<void> {
    return this[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#readers[Symbol.asyncDispose]();
    await this.#repository[Symbol.asyncDispose]();
  }
}
