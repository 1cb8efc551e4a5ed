/**
 * A tree as a tar, in the recipe `tar/1`: of the same tree, time and prefix always the same bytes, on every
 * machine. Members come in the order of the walk: a folder before what is in it, names ascending as bytes. Each
 * has the view's time, user and group 0 without names, and mode 0644, 0755 or, for a symlink, 0777. The archive
 * ends after two blocks of zeros.
 */
import { concatBytes } from '../bytes/concat.ts';
import { encodeText, formatName } from '../bytes/text.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { type ByteStream, gatherStream } from '../flow/byte-stream.ts';
import type { ProgressListener } from '../flow/progress.ts';
import { NO_ATTRIBUTES } from '../object/attributes.ts';
import { MAX_DEPTH, MAX_PATH_BYTES, parsePath } from '../object/tree-entry.ts';
import { joinPath, type WalkedEntry, walkTree } from '../tree/walk.ts';
import { openContent, readTarget } from './content.ts';
import { type Amendment, amendHead } from './tar-amend.ts';
import { formOfMember, type TarMemberForm } from './tar-member.ts';
import { TarPacker } from './tar-packer.ts';
import type { ViewedTree } from './viewed-tree.ts';

/** Small members go out together. */
const GATHERED_BYTES: number = 256 * 1024;
const PROGRESS_ENTRIES = 1000;
const NO_CONTENT = { kind: 'whole', content: new Uint8Array(0) } as const;

export interface TarOptions {
  /** A path that everything is put below, such as `app-1.0/`; folders on it become members. @default '' */
  readonly prefix?: string | Uint8Array;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/**
 * The bytes of the archive. They are made as they are asked for, in constant memory, and every object was proved
 * before its last byte goes out; a stream that ends without an error is whole.
 *
 * @throws InvalidInputError `PATH_INVALID` for a bad prefix, or a path that it makes too long
 * @throws CorruptError `OBJECT_CORRUPT`, `ENTRY_SIZE_WRONG`, `LINK_INVALID`, `TREE_INVALID`, `TREE_SIZE_WRONG`
 * @throws NotFoundError `OBJECT_NOT_FOUND`
 */
export function exportTar(view: ViewedTree, options: TarOptions = {}): ByteStream {
  return gatherStream(packTree(view, options), GATHERED_BYTES);
}

async function* packTree(view: ViewedTree, options: TarOptions): AsyncGenerator<Uint8Array> {
  const { prefix = '', onProgress, signal } = options;
  const { objects, treeId } = view;
  const names = parsePath(typeof prefix === 'string' ? encodeText(prefix) : prefix);
  using packer = new TarPacker();
  let above: Uint8Array = NO_CONTENT.content;
  for (const name of names) {
    above = joinPath(above, name);
    const entry = { name, kind: 'folder', sizeBytes: 0, id: treeId, attributes: NO_ATTRIBUTES } as const;
    yield* packEntry(packer, view, { path: above, depth: 1, entry });
  }
  let done = 0;
  for await (const walked of walkTree(objects, treeId)) {
    signal?.throwIfAborted();
    const path = joinPath(above, walked.path);
    checkPath(path, walked.depth + names.length);
    yield* packEntry(packer, view, { ...walked, path });
    if (++done % PROGRESS_ENTRIES === 0) onProgress?.({ phase: 'writing', done, unit: 'entries' });
  }
  onProgress?.({ phase: 'writing', done, total: done, unit: 'entries' });
  yield await packer.end();
}

async function* packEntry(
  packer: TarPacker,
  { objects, timeSeconds }: ViewedTree,
  walked: WalkedEntry,
): AsyncGenerator<Uint8Array> {
  const { path, entry } = walked;
  const target = entry.kind === 'symlink' ? await readTarget(objects, walked) : undefined;
  const form = formOfMember({ path, entry, target, timeSeconds });
  if (form.longTarget !== undefined) yield await packLong(packer, 'K', form.longTarget);
  if (form.longName !== undefined) yield await packLong(packer, 'L', form.longName);
  const isFile = entry.kind === 'file' || entry.kind === 'executable';
  const found = isFile ? await openContent(objects, walked) : NO_CONTENT;
  if (found.kind === 'whole') yield await packAmended(packer, form, found.content);
  else yield* amendFirst(packer.packStream(form.fields, entry.sizeBytes, found.content), form.amendment);
}

/** A member before its own that holds its name, or its target. */
function packLong(packer: TarPacker, type: 'K' | 'L', bytes: Uint8Array): Promise<Uint8Array> {
  const fields = { name: '././@LongLink', type: 'file', mode: 0o644, timeSeconds: 0 } as const;
  const amendment = { type, magic: 'gnu' } as const;
  return packAmended(packer, { fields, amendment }, concatBytes([bytes, Uint8Array.of(0)]));
}

async function packAmended(
  packer: TarPacker,
  { fields, amendment }: Pick<TarMemberForm, 'fields' | 'amendment'>,
  content: Uint8Array,
): Promise<Uint8Array> {
  const packed = await packer.packWhole(fields, content);
  if (amendment !== undefined) amendHead(packed, amendment);
  return packed;
}

async function* amendFirst(
  pieces: AsyncIterable<Uint8Array>,
  amendment: Amendment | undefined,
): AsyncGenerator<Uint8Array> {
  let isFirst = amendment !== undefined;
  for await (const piece of pieces) {
    if (isFirst && amendment !== undefined) amendHead(piece, amendment);
    isFirst = false;
    yield piece;
  }
}

function checkPath(path: Uint8Array, depth: number): void {
  if (path.length <= MAX_PATH_BYTES && depth <= MAX_DEPTH) return;
  throw new InvalidInputError(
    'PATH_INVALID',
    `'${formatName(path.subarray(0, 80))}…' is too long with its prefix`,
    {
      hint: 'use a shorter prefix',
    },
  );
}
