/**
 * The machine's own files, asked at once and without waiting for a turn of the event loop: for work on thousands of
 * small files, here or on a thread that has nothing else to do. Paths are byte strings, which cost no array each.
 */
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from 'node:fs';
import { type ByteString, fromByteString } from '../bytes/byte-string.ts';
import { viewBytes } from '../bytes/concat.ts';
import { notAFile } from './file-error.ts';
import type { FileKind, FilePath, FileStat } from './file-system.ts';
import { attempt, attemptUnless, nodePath } from './node-call.ts';
import { kindOfNode } from './node-open-file.ts';

export interface DirectEntry {
  readonly name: ByteString;
  readonly kind: FileKind;
}

/**
 * As `FileStat`, in numbers, which cost less to make: those over 2^53 are rounded, and so are times, to about
 * a quarter of a microsecond.
 */
export interface FileLook {
  readonly kind: FileKind;
  readonly mode: number;
  readonly sizeBytes: number;
  readonly device: number;
  readonly inode: number;
  /** Since 1970, in milliseconds with a fraction. */
  readonly modifiedMs: number;
  readonly changedMs: number;
}

/** A file held open for the length of one call. */
export interface DirectFile {
  stat(): FileStat;
  /** Fills `into` from byte `at` on; returns how many came, which is fewer only at the end of the file. */
  read(into: Uint8Array, at: number): number;
}

const ASCII = /^[\0-\x7f]*$/;
const flags: Readonly<Record<string, number>> = constants; // not all systems have all
const { O_RDONLY = 0, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = flags;
const { S_IFMT, S_IFREG, S_IFDIR, S_IFLNK } = constants;
const LOOK = { bigint: true, throwIfNoEntry: false } as const;
const GLANCE = { throwIfNoEntry: false } as const;
const READ_CAREFULLY = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;

/** The path that these bytes are, in its cheapest shape. */
export function filePath(path: ByteString): FilePath {
  return ASCII.test(path) ? path : fromByteString(path);
}

/** As `FileSystem.list`. */
export function listDirect(path: ByteString): DirectEntry[] | undefined {
  const at = filePath(path);
  const list = (): DirectEntry[] =>
    readdirSync(nodePath(at), { encoding: 'latin1', withFileTypes: true }).map((entry) => ({
      name: entry.name as ByteString, // latin1 is a code unit a byte
      kind: kindOfNode(entry),
    }));
  return attemptUnless('ENOENT', 'list', at, list);
}

/** As `FileSystem.stat`. */
export function statDirect(path: ByteString): FileStat | undefined {
  const at = filePath(path);
  const found = attempt('stat', at, () => lstatSync(nodePath(at), LOOK));
  return found && statOf(found);
}

/** What is at `path` itself, at less cost than by {@link statDirect}. */
export function lookDirect(path: ByteString): FileLook | undefined {
  const at = filePath(path);
  const found = attempt('stat', at, () => lstatSync(nodePath(at), GLANCE));
  if (found === undefined) return undefined;
  const { mode, size, dev, ino, mtimeMs, ctimeMs } = found;
  return {
    kind: kindOfMode(mode),
    mode: mode & 0o7777,
    sizeBytes: size,
    device: dev,
    inode: ino,
    modifiedMs: mtimeMs,
    changedMs: ctimeMs,
  };
}

/** As `FileSystem.readLink`. */
export function readLinkDirect(path: ByteString): Uint8Array {
  const at = filePath(path);
  return viewBytes(attempt('read the link', at, () => readlinkSync(nodePath(at), { encoding: 'buffer' })));
}

/**
 * What `use` makes of the file at `path`, which is open for as long as it runs. No symlink in the last place is
 * followed.
 *
 * @returns `undefined` where there is nothing
 * @throws SystemError `NOT_A_FILE` where something else is there
 */
export function withDirectFile<Value>(path: FilePath, use: (file: DirectFile) => Value): Value | undefined {
  const fd = attemptUnless('ENOENT', 'open', path, () => {
    if (O_NOFOLLOW === 0 && lstatSync(nodePath(path)).isSymbolicLink()) throw notAFile('open', path);
    return openSync(nodePath(path), READ_CAREFULLY);
  });
  if (fd === undefined) return undefined;
  try {
    return use({
      stat: () => {
        const stat = attempt('stat', path, () => statOf(fstatSync(fd, { bigint: true })));
        if (stat.kind !== 'file') throw notAFile('open', path);
        return stat;
      },
      read: (into, at) => attempt('read', path, () => readAll(fd, into, at)),
    });
  } finally {
    attempt('close', path, () => closeSync(fd));
  }
}

function readAll(fd: number, into: Uint8Array, at: number): number {
  let length = 0;
  while (length < into.length) {
    const count = readSync(fd, into, length, into.length - length, at + length);
    if (count === 0) break;
    length += count;
  }
  return length;
}

/** What `node:fs` says of a file, which it would work out from the mode with a bigint or two a question. */
function statOf({ size, mode, dev, ino, mtimeNs, ctimeNs }: BigIntStats): FileStat {
  const bits = Number(mode);
  return {
    kind: kindOfMode(bits),
    sizeBytes: Number(size),
    mode: bits & 0o7777,
    device: dev,
    inode: ino,
    modifiedNs: mtimeNs,
    changedNs: ctimeNs,
  };
}

function kindOfMode(mode: number): FileKind {
  const type = mode & S_IFMT;
  if (type === S_IFREG) return 'file';
  if (type === S_IFDIR) return 'folder';
  return type === S_IFLNK ? 'symlink' : 'other';
}
