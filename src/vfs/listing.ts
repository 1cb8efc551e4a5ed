/** The members of a folder, as `readdir` gives them: in ascending order of their bytes; as names, or as `Dirent`s. */
import { constants, Dirent } from 'node:fs';
import type { ByteString } from '../bytes/byte-string.ts';
import { compareText } from '../bytes/compare.ts';
import { errnoError } from './errno.ts';
import { findNode } from './find.ts';
import { membersOf } from './folder.ts';
import { bytesOfPath, encodeName, type NameEncoding, type PathLike } from './names.ts';
import type { Folder, Node } from './node.ts';
import type { ViewState } from './view-state.ts';
import type { Work } from './work.ts';

export interface ListingOptions {
  readonly encoding?: NameEncoding | null;
  readonly withFileTypes?: boolean;
  /** Also all that is in the folders below, with the path from the folder that was asked for. @default false */
  readonly recursive?: boolean;
  /** What errors say was called. @default 'scandir' */
  readonly syscall?: string;
}

/** As `readdir`. */
export function* readFolder(
  { root }: ViewState,
  path: PathLike,
  options: ListingOptions | NameEncoding | null = {},
): Work<(string | Buffer | Dirent)[]> {
  const { encoding, withFileTypes = false, recursive = false, syscall = 'scandir' } = listingOptions(options);
  const at = bytesOfPath(path);
  const folder = yield* findFolder(root, at, syscall);
  const listed: (string | Buffer | Dirent)[] = [];
  const waiting: Listed[] = [{ folder, relative: '' as ByteString }];
  for (const { folder: next, relative } of waiting) {
    const parentPath = withFileTypes ? encodeName(joinNames(at, relative), encoding ?? 'utf8') : '';
    for (const node of inOrder(next, yield* membersOf(next))) {
      const below = joinNames(relative, node.name);
      if (withFileTypes) listed.push(direntOf(node, encodeName(node.name, encoding ?? 'utf8'), parentPath));
      else listed.push(encodeName(below, encoding ?? 'utf8'));
      if (recursive && node.kind === 'folder') waiting.push({ folder: node, relative: below });
    }
  }
  return listed;
}

/** The folder at a path. @throws `ENOENT`, `ENOTDIR` and the like, of `syscall` */
function* findFolder(root: Folder, at: ByteString, syscall: string): Work<Folder> {
  const node = yield* findNode(root, at, 'follow');
  if (typeof node === 'string') throw errnoError(node, { syscall, path: at });
  if (node.kind !== 'folder') throw errnoError('ENOTDIR', { syscall, path: at });
  return node;
}

/** A stored folder is in order; one that was changed has what is new at its end. */
function inOrder({ tree }: Folder, members: ReadonlyMap<ByteString, Node>): Iterable<Node> {
  if (tree !== undefined) return members.values();
  return [...members.values()].sort((left, right) => compareText(left.name, right.name));
}

interface Listed {
  readonly folder: Folder;
  /** From the folder that was asked for; empty for that one. */
  readonly relative: ByteString;
}

function listingOptions(options: ListingOptions | NameEncoding | null): ListingOptions {
  return typeof options === 'string' ? { encoding: options } : (options ?? {});
}

function joinNames(above: ByteString, name: ByteString): ByteString {
  if (above === '' || name === '') return (above + name) as ByteString;
  return (above.endsWith('/') ? above + name : `${above}/${name}`) as ByteString;
}

const { UV_DIRENT_DIR, UV_DIRENT_FILE, UV_DIRENT_LINK } = constants as unknown as Record<string, number>;
const TYPE = { folder: UV_DIRENT_DIR, file: UV_DIRENT_FILE, symlink: UV_DIRENT_LINK } as const;
/** Its constructor is not declared, and has been the same since there is one. */
const RealDirent = Dirent as unknown as new (
  name: string | Buffer,
  type: number | undefined,
  parentPath: string | Buffer,
) => Dirent;

function direntOf({ kind }: Node, name: string | Buffer, parentPath: string | Buffer): Dirent {
  return new RealDirent(name, TYPE[kind], parentPath);
}
