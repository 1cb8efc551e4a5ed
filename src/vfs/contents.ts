/** Calls that read files: whole, or through a descriptor. */
import { constants } from 'node:fs';
import type { ByteRange } from '../odb/object-store.ts';
import { errnoError } from './errno.ts';
import { findPlace } from './find.ts';
import { bytesOfPath, type PathLike } from './names.ts';
import type { File, Node, StoredContent } from './node.ts';
import type { OpenFiles, OpenNode } from './open-files.ts';
import { canRead, parseFlags, writes } from './open-flags.ts';
import type { ViewState } from './view-state.ts';
import type { Work } from './work.ts';

export type ReadFileOptions =
  | { readonly encoding?: BufferEncoding | null; readonly flag?: string | number }
  | BufferEncoding
  | null;

/** Where to put what is read, and what to read. */
export interface Reading {
  readonly into: Uint8Array;
  /** In the file; `null` goes on where the last read ended. */
  readonly position: number | bigint | null;
}

/** Up to here content is held while a file is open. */
const HELD_BYTES: number = 64 * 2 ** 20;
/** Of longer content so much is held from where a read began: who reads a little mostly goes on behind it. */
const AHEAD_BYTES: number = 256 * 1024;

/** @param mode of a file that is made, which none is */
export function* open(
  { root, open: files }: ViewState,
  path: PathLike,
  flags: string | number | null = 'r',
  _mode?: unknown,
): Work<number> {
  const bits = parseFlags(flags ?? 'r');
  const site = { syscall: 'open', path: bytesOfPath(path) };
  const isKept = (bits & (constants.O_NOFOLLOW ?? 0)) !== 0 || (bits & constants.O_EXCL) !== 0;
  const found = yield* findPlace(root, site.path, isKept ? 'keep' : 'follow');
  if (found.kind === 'fault') throw errnoError(found.errno, site);
  if (found.kind === 'free') throw errnoError((bits & constants.O_CREAT) === 0 ? 'ENOENT' : 'EROFS', site);
  const { node } = found;
  if ((bits & constants.O_CREAT) !== 0 && (bits & constants.O_EXCL) !== 0) throw errnoError('EEXIST', site);
  if (node.kind === 'symlink') throw errnoError('ELOOP', site);
  if (node.kind === 'folder' && writes(bits)) throw errnoError('EISDIR', site);
  if (writes(bits)) throw errnoError('EROFS', site);
  if (node.kind === 'file' && (bits & (constants.O_DIRECTORY ?? 0)) !== 0) throw errnoError('ENOTDIR', site);
  return files.open(node, bits);
}

export function close({ open: files }: ViewState, fd: number): void {
  files.close(fd);
}

/** @param path or a descriptor, which is read from where it is */
export function* readFile(
  state: ViewState,
  path: PathLike | number,
  options: ReadFileOptions = {},
): Work<string | Buffer> {
  const { encoding, flag = 'r' } = typeof options === 'string' ? { encoding: options } : (options ?? {});
  if (typeof path === 'number')
    return encoded(yield* readRest(readableAt(state.open, path, 'fstat')), encoding);
  const fd = (yield* state.calls['open']!(state, path as never, flag as never)) as number;
  const { node, flags } = state.open.at(fd, 'read');
  state.open.close(fd);
  if (!canRead(flags)) throw errnoError('EBADF', { syscall: 'read' });
  return encoded(yield* contentOf(fileOf(node)), encoding);
}

/** Reads as much as there is and fits. @returns how many bytes */
export function* read({ open: files }: ViewState, fd: number, { into, position }: Reading): Work<number> {
  const opened = readableAt(files, fd);
  const file = fileOf(opened.node);
  const start = position === null || position < 0 ? opened.position : Number(position);
  const end = Math.min(start + into.length, file.content.sizeBytes);
  if (end <= start) return 0;
  const part = yield* partOf(opened, file, { start, end });
  into.set(part);
  if (position === null || position < 0) opened.position = start + part.length;
  return part.length; // less where the tree told of more than there is
}

/** All bytes of a file, which the caller may keep and change. */
export function* contentOf({ content }: File): Work<Uint8Array> {
  if (content.kind === 'written') return content.bytes.slice(0, content.sizeBytes);
  return yield { id: content.id, maxBytes: content.sizeBytes, role: 'content' };
}

/** A part of a file: of what its store has, with what lies around it, where that is held. */
function* partOf(opened: OpenNode, { content }: File, range: ByteRange): Work<Uint8Array> {
  const { start, end } = range;
  if (content.kind === 'written') return content.bytes.subarray(start, end);
  const { held } = opened;
  if (held?.content === content && held.start <= start && end <= held.end)
    return held.bytes.subarray(start - held.start, end - held.start);
  const { id, sizeBytes } = content;
  if (end - start > AHEAD_BYTES && sizeBytes > HELD_BYTES)
    return yield { id, maxBytes: sizeBytes, role: 'content', range };
  const wanted = partToHold(content, start);
  const bytes = yield { id, maxBytes: sizeBytes, role: 'content', ...(wanted && { range: wanted }) };
  opened.held = { content, ...(wanted ?? { start: 0, end: sizeBytes }), bytes };
  return bytes.subarray(start - opened.held.start, end - opened.held.start);
}

/** `undefined` for all of it. */
function partToHold({ sizeBytes }: StoredContent, start: number): ByteRange | undefined {
  if (sizeBytes <= HELD_BYTES) return undefined;
  return { start, end: Math.min(start + AHEAD_BYTES, sizeBytes) };
}

/** @param first what is called before it is read @throws `EBADF` for what is not open, or only to be written */
function readableAt(files: OpenFiles, fd: number, first: string = 'read'): OpenNode {
  const opened = files.at(fd, first);
  if (canRead(opened.flags)) return opened;
  throw errnoError('EBADF', { syscall: 'read' });
}

function* readRest(opened: OpenNode): Work<Uint8Array> {
  const content = yield* contentOf(fileOf(opened.node));
  const rest = content.subarray(opened.position);
  opened.position = Math.max(opened.position, content.length);
  return rest;
}

/** @throws `EISDIR` for a folder */
function fileOf(node: Node): File {
  if (node.kind === 'file') return node;
  throw errnoError('EISDIR', { syscall: 'read' });
}

function encoded(bytes: Uint8Array, encoding: BufferEncoding | 'buffer' | null | undefined): string | Buffer {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return encoding === undefined || encoding === null || encoding === 'buffer'
    ? buffer
    : buffer.toString(encoding);
}
