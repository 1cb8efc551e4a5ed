/**
 * What is used of `node:fs`, so that any volume with its shape will do. Callbacks stand where a call may wait for
 * a disk: the rest answers from the page cache.
 */

type Callback = (error?: Error | null, count?: number) => void;

/** Bytes where bytes were asked for, unless a volume knows text only. */
export type NodeName = string | Uint8Array;

type NodePath = string | Buffer;

interface Kinds {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

/** As `lstat` gives it when asked for `bigint`. */
export interface NodeStat extends Kinds {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly mode: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

export interface NodeDirent extends Kinds {
  readonly name: NodeName;
}

/** The calls that {@link nodeFiles} makes; `node:fs` and the `fs` of a memfs volume both have them. */
export interface NodeFs {
  /** @default those of node:fs, which a memfs `Volume` uses and does not have */
  readonly constants?: Readonly<Record<string, number>>;
  openSync(path: NodePath, flags: number, mode?: number): number;
  closeSync(fd: number): void;
  fstatSync(fd: number, options: { bigint: true }): NodeStat;
  lstatSync(path: NodePath, options: { bigint: true; throwIfNoEntry: false }): NodeStat | undefined;
  ftruncateSync(fd: number, length: number): void;
  readSync(fd: number, into: Uint8Array, offset: number, length: number, position: number): number;
  writeSync(fd: number, bytes: Uint8Array, offset: number, length: number, position: number): number;
  read(fd: number, into: Uint8Array, offset: number, length: number, at: number, done: Callback): void;
  write(fd: number, bytes: Uint8Array, offset: number, length: number, at: number, done: Callback): void;
  fdatasync(fd: number, done: (error?: Error | null) => void): void;
  fsync(fd: number, done: (error?: Error | null) => void): void;
  readdirSync(
    path: NodePath,
    options: { encoding: 'buffer'; withFileTypes: true },
  ): readonly (NodeDirent | NodeName)[];
  readlinkSync(path: NodePath, options: { encoding: 'buffer' }): NodeName;
  realpathSync(path: string): NodeName;
  mkdirSync(path: NodePath, options: { mode: number }): unknown;
  symlinkSync(target: NodePath, path: NodePath): void;
  renameSync(from: NodePath, to: NodePath): void;
  linkSync(from: NodePath, to: NodePath): void;
  unlinkSync(path: NodePath): void;
  rmdirSync(path: NodePath): void;
  chmodSync(path: NodePath, mode: number): void;
  lutimesSync(path: NodePath, atime: number, mtime: number): void;
}
