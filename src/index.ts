/** caskit, the library: everything that a program uses, and nothing else. */
export type { RebuildOptions, RebuildResult } from './alias/alias-rebuild.ts';
export { Aliases } from './api/aliases.ts';
export { type Batch } from './api/batch.ts';
export { BundleFile, openBundle, type VerifiedBundle, type VerifyBundleOptions } from './api/bundle-file.ts';
export { type ApplyBundleOptions, Bundles } from './api/bundles.ts';
export { type Cloned, type CloneOptions, cloneStore } from './api/clone.ts';
export type { HeldView } from './api/held-view.ts';
export { type LabelRequest, Labels, type LabelVerb, type UpdateOptions } from './api/labels.ts';
export { findStore, type InitStoreOptions, initStore, type OpenOptions, openStore } from './api/open.ts';
export type { ByteRange, LogOptions, PutOptions } from './api/options.ts';
export {
  type AddRemoteOptions,
  type ExchangeOptions,
  type FetchRemoteContentsOptions,
  type FetchRemoteOptions,
  type Pulled,
  type PushRemoteOptions,
  Remotes,
  type RemoveRemoteOptions,
} from './api/remotes.ts';
export { Store } from './api/store.ts';
export type { AppliedBundle } from './bundle/apply-bundle.ts';
export type { CreateBundleOptions, CreatedBundle } from './bundle/create-bundle.ts';
export type { ReceivedLabel } from './bundle/received-labels.ts';
export { equalBytes } from './bytes/compare.ts';
export { nearestOf } from './bytes/nearest.ts';
export { decodeText, encodeText, formatName, parseName, printable } from './bytes/text.ts';
export type { Finding, FindingId, Severity } from './check/finding.ts';
export type { FsckOptions } from './check/fsck.ts';
export {
  CasError,
  ConflictError,
  CorruptError,
  InvalidInputError,
  NotFoundError,
  RefusedError,
  SystemError,
} from './errors/errors.ts';
export { fileError } from './files/file-error.ts';
export type { FileSystem } from './files/file-system.ts';
export { nodeFiles } from './files/node-files.ts';
export { type ByteSource, type ByteStream, collectBytes } from './flow/byte-stream.ts';
export type { ProgressEvent, ProgressListener } from './flow/progress.ts';
export type { GcOptions, GcResult } from './gc/gc.ts';
export type { Heap } from './gc/plan.ts';
export type { GcReason } from './gc/reasons.ts';
export type { UndeleteOptions, UndeleteResult } from './gc/undelete.ts';
export type { HistoryStep } from './graph/history.ts';
export { ALIAS_HASHES, type Alias, type AliasHash, isAliasHash } from './hash/alias-hash.ts';
export { createHasher, type Hasher, hashBytes } from './hash/hasher.ts';
export { findObjectId, hexOf, type ObjectId, parseObjectId } from './hash/object-id.ts';
export type { LabelHistoryEntry } from './label/history.ts';
export { formatKeep, type Keep } from './label/keep.ts';
export type { Label } from './label/label.ts';
export { isLabelName, parseLabelName } from './label/name.ts';
export { type Attributes, equalAttributes } from './object/attributes.ts';
export { typeOfRole } from './object/header.ts';
export type { Role } from './object/role.ts';
export type { Author, Snapshot } from './object/snapshot.ts';
export { formatTime, parseTime } from './object/timestamp.ts';
export { formatMode } from './object/tree.ts';
export { type EntryKind, parsePath, type TreeEntry } from './object/tree-entry.ts';
export type { ManyAnswer, ManyOptions } from './odb/many-answers.ts';
export type { ObjectInfo } from './odb/object-store.ts';
export type { OverlayFs } from './overlay/overlay-fs.ts';
export type { RepackOptions, RepackResult } from './repack/repack.ts';
export type { RepackScope } from './repack/sources.ts';
export type { ServerLimits } from './server/limits.ts';
export type { StoreServer } from './server/listening.ts';
export { type ServeOptions, serveStores } from './server/serve-stores.ts';
export { type StdioOptions, serveStdio } from './server/stdio.ts';
export type { KnownToken, TokenScope } from './server/token-list.ts';
export { Tokens } from './server/tokens.ts';
export {
  type EntriesOptions,
  type EntryToCommit,
  fromEntries,
  fromTree,
} from './source/entries.ts';
export { fromFiles, fromPaths } from './source/files.ts';
export { fromFolder } from './source/folder.ts';
export { fromTar, type TarSourceOptions } from './source/from-tar.ts';
export type { FolderOptions as FolderSourceOptions } from './source/gathering.ts';
export { fromOverlay } from './source/overlay.ts';
export type { CommitOptions, CommitResult, ExpectedLabel } from './store/commit.ts';
export type {
  CommitContents,
  CommitEdit,
  CommitSource,
  CommitTarget,
  Committable,
  EditSource,
} from './store/commit-source.ts';
export type { MemberRequest } from './store/edit-set.ts';
export type { ForgetResult } from './store/forget.ts';
export { parseGrace } from './store/grace.ts';
export type { Remote } from './store/remotes.ts';
export type { Resolved } from './store/resolve.ts';
export { SETTINGS, type SettingValue } from './store/settings.ts';
export type { AdvancedLabel } from './sync/advance-labels.ts';
export type { Brought } from './sync/bring-contents.ts';
export type { Fetched } from './sync/fetch.ts';
export type { Pushed } from './sync/push.ts';
export { type Conditions, compileStars, entryTest, type ValueTest } from './tree/conditions.ts';
export type { Change } from './tree/diff.ts';
export { type FoundEntries, foundAmong } from './tree/found-entries.ts';
export type { QueryOptions } from './tree/select-entries.ts';
export type { WalkedEntry } from './tree/walk.ts';
export type { MaintenanceOptions, MaintenanceResult } from './upkeep/maintenance.ts';
export type { PurgeOptions, PurgeResult } from './upkeep/purge.ts';
export type {
  Heaped,
  LabelShare,
  LargeObject,
  Saved,
  StatsOptions,
  StoreStats,
} from './upkeep/stats.ts';
export type { Amount, StoredForm } from './upkeep/stats-copies.ts';
export type { Why, WhyOptions, WhyReason } from './upkeep/why.ts';
export type { ViewFs } from './vfs/view-fs.ts';
export type { ArchiveOptions } from './view/archive-members.ts';
export type { FolderSummary } from './view/folder-writer.ts';
export type { SelectOptions } from './view/selection.ts';
export type { TarOptions } from './view/tar.ts';
export type { TarGzOptions } from './view/tar-gz.ts';
export type { FolderOptions as FolderExportOptions } from './view/to-folder.ts';
export type {
  FolderChange,
  UpdateOptions as FolderUpdateOptions,
  UpdateSummary as FolderUpdateSummary,
} from './view/update-folder.ts';
export type { View } from './view/view.ts';
export type { ZipOptions } from './view/zip.ts';
export type { LabelEvent, PutEvent, StoreEvent, WatchOptions } from './watch/watch.ts';
export type { BundledLabel } from './wire/bundle-header.ts';
export type { Measure } from './wire/measure-document.ts';
export type { PushedLabel } from './wire/pushed-labels.ts';
