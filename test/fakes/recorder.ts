/** A disk in memory with the log of its changes, through which every call passes and may be made to fail. */
import { errnoOf, fileError, formatPath } from '../../src/files/file-error.ts';
import type { FilePath, FileStat } from '../../src/files/file-system.ts';
import { Disk, type DiskOperation, type Inode, type Place, ROOT } from './disk.ts';
import { DiskPaths, errnoError } from './disk-paths.ts';
import { Faults, type FaultyCall } from './faults.ts';

const UMASK = 0o022;

/** Whether names that were not synced can still become durable once a sync of their folder has failed. */
export type UnsyncedNames = 'forgotten' | 'journal';

export class Recorder {
  readonly operations: DiskOperation[] = [];
  readonly faults = new Faults();
  /** What was opened and not closed. */
  readonly open = new Set<object>();
  readonly nowNs: () => bigint;
  readonly #unsyncedNames: UnsyncedNames;
  readonly #disk = new Disk();
  readonly paths = new DiskPaths(this.#disk);
  #lastInode = ROOT;

  constructor(
    nowNs: () => bigint,
    {
      found,
      unsyncedNames,
    }: { readonly found: readonly DiskOperation[]; readonly unsyncedNames: UnsyncedNames },
  ) {
    this.nowNs = nowNs;
    this.#unsyncedNames = unsyncedNames;
    for (const operation of found) {
      this.#disk.apply(operation);
      if (operation.kind === 'make-inode') this.#lastInode = operation.inode;
    }
  }

  /** Does `work`, unless the call is one that fails; either failure is typed. */
  run<Value>(call: FaultyCall, path: FilePath, work: () => Value): Value {
    try {
      this.faults.check(call, formatPath(path));
      return work();
    } catch (error) {
      throw fileError(error, call, path);
    }
  }

  /** As `run`; `undefined` where the answer is `errno`. */
  runUnless<Value>(errno: string, call: FaultyCall, path: FilePath, work: () => Value): Value | undefined {
    try {
      return this.run(call, path, work);
    } catch (error) {
      if (errnoOf(error) === errno) return undefined;
      throw error;
    }
  }

  apply(operation: DiskOperation): void {
    this.#disk.apply(operation);
    this.operations.push(operation);
    for (const { folder } of namedBy(operation)) this.paths.node(folder).timeNs = this.nowNs();
  }

  /** A new inode under a name that must be free; returns its number. */
  make(path: FilePath, initial: Inode): number {
    if (this.paths.find(path) !== undefined) throw errnoError('EEXIST');
    const at = this.place(path);
    const inode = ++this.#lastInode;
    this.apply({ kind: 'make-inode', path: formatPath(path), inode, initial });
    this.apply({ kind: 'add-name', path: formatPath(path), at, inode });
    return inode;
  }

  /** What every new inode has. */
  fresh(permissions: number): { mode: number; timeNs: bigint } {
    return { mode: permissions & ~UMASK, timeNs: this.nowNs() };
  }

  /** Where the name of `path` stands, which the root has not. */
  place(path: FilePath): Place {
    const place = this.paths.place(path);
    if (place === undefined) throw errnoError('EBUSY');
    return place;
  }

  /** A sync of a file or folder; one that fails makes the system forget the bytes that it was to write, and names without a journal. */
  sync(kind: 'sync' | 'sync-folder', path: FilePath, inode: number): void {
    const operation = { path: formatPath(path), inode };
    try {
      this.run(kind, path, () => this.apply({ kind, ...operation }));
    } catch (error) {
      if (kind === 'sync' || this.#unsyncedNames === 'forgotten')
        this.apply({ kind: 'failed-sync', ...operation });
      throw error;
    }
  }

  statOf(inode: number): FileStat {
    const node = this.paths.node(inode);
    return {
      kind: node.kind,
      sizeBytes: node.kind === 'file' ? node.bytes.length : 0,
      mode: node.mode,
      device: 1n,
      inode: BigInt(inode),
      modifiedNs: node.timeNs,
      changedNs: node.timeNs,
    };
  }
}

/** The places whose names an operation changed: their folders are as young as it. */
function namedBy(operation: DiskOperation): Place[] {
  if (operation.kind === 'move-name') return [operation.from, operation.to];
  return operation.kind === 'add-name' || operation.kind === 'remove-name' ? [operation.at] : [];
}
