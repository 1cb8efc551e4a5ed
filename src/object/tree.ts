/**
 * Tree: `tree 1\n`, then for each entry
 *
 *   mode        `100644`, `100755`, `120000` or `40000`, then a space
 *   size        decimal, 0 to 2^53-1, no leading zeros, then a space
 *   name        1 to 255 bytes, then a NUL
 *   id          32 bytes
 *   attributes  a varint n, then n bytes
 *
 * Names ascend strictly, as unsigned bytes. A tree is at most 1 GiB.
 */
import { ByteWriter } from '../bytes/byte-writer.ts';
import { compareBytes } from '../bytes/compare.ts';
import { concatBytes } from '../bytes/concat.ts';
import { encodeText, formatName } from '../bytes/text.ts';
import { decodeVarint, encodeVarint } from '../bytes/varint.ts';
import { CorruptError, InvalidInputError } from '../errors/errors.ts';
import { type ByteStream, gatherStream } from '../flow/byte-stream.ts';
import { hexOf, ID_BYTES, objectIdFromBytes } from '../hash/object-id.ts';
import { decodeAttributes, encodeAttributes, MAX_ATTRIBUTES_BYTES } from './attributes.ts';
import {
  type EntryKind,
  findNameFault,
  MAX_NAME_BYTES,
  MAX_PATH_BYTES,
  type TreeEntry,
} from './tree-entry.ts';

export const MAX_TREE_BYTES: number = 2 ** 30;

const MAGIC: Uint8Array = encodeText('tree 1\n');
const MODES: Readonly<Record<EntryKind, string>> = {
  file: '100644',
  executable: '100755',
  symlink: '120000',
  folder: '40000',
};
const KINDS: ReadonlyMap<string, EntryKind> = new Map(
  (Object.keys(MODES) as EntryKind[]).map((kind) => [MODES[kind], kind]),
);
const MAX_SIZE_DIGITS = 16;
const GATHERED_BYTES: number = 64 * 1024;
const MAX_ENTRY_BYTES: number =
  7 + MAX_SIZE_DIGITS + 1 + MAX_NAME_BYTES + 1 + ID_BYTES + 3 + MAX_ATTRIBUTES_BYTES;

/** The mode of an entry as it stands in a tree, such as `100644`. */
export function formatMode(kind: EntryKind): string {
  return MODES[kind];
}

/**
 * The one encoding of these entries, which the caller has sorted by name.
 *
 * @throws InvalidInputError `TREE_INVALID` for a bad name or size, names out of order or twice, or over 1 GiB;
 *   for attributes as `encodeAttributes`
 */
export function encodeTree(entries: Iterable<TreeEntry>): Uint8Array {
  const writer = new ByteWriter();
  writer.write(MAGIC);
  let previous: Uint8Array | undefined;
  for (const entry of entries) {
    const fault = findEntryFault(entry, previous);
    if (fault !== undefined) {
      throw new InvalidInputError(
        'TREE_INVALID',
        `cannot make a tree with '${formatName(entry.name)}': ${fault}`,
      );
    }
    previous = entry.name;
    writeEntry(writer, entry);
    if (writer.length > MAX_TREE_BYTES)
      throw new InvalidInputError('TREE_INVALID', 'cannot make a tree of over 1 GiB');
  }
  return writer.finish();
}

function writeEntry(writer: ByteWriter, entry: TreeEntry): void {
  const attributes = encodeAttributes(entry.attributes);
  writer.writeAscii(`${MODES[entry.kind]} ${entry.sizeBytes} `);
  writer.write(entry.name);
  writer.writeAscii('\0');
  writer.writeHex(hexOf(entry.id));
  writer.write(encodeVarint(attributes.length));
  writer.write(attributes);
}

/** @throws CorruptError `TREE_INVALID`, `VARINT_INVALID` or `ATTRIBUTES_INVALID` where `bytes` are no tree */
export function decodeTree(bytes: Uint8Array): TreeEntry[] {
  const decoder = new TreeDecoder();
  const entries = [...decoder.push(bytes)];
  decoder.finish();
  return entries;
}

/** The entries of a tree whose bytes come in pieces, in constant memory. @throws as {@link decodeTree} */
export async function* decodeTreeStream(stream: ByteStream): AsyncGenerator<TreeEntry> {
  const decoder = new TreeDecoder();
  for await (const piece of gatherStream(stream, GATHERED_BYTES)) yield* decoder.push(piece);
  decoder.finish();
}

class TreeDecoder {
  #rest: Uint8Array = new Uint8Array(0);
  #length = 0;
  #started = false;
  #previous: Uint8Array | undefined;

  *push(piece: Uint8Array): Generator<TreeEntry> {
    this.#length += piece.length;
    if (this.#length > MAX_TREE_BYTES) throw new CorruptError('TREE_INVALID', 'tree has over 1 GiB');
    const bytes = this.#rest.length === 0 ? piece : concatBytes([this.#rest, piece]);
    let at = this.#started ? 0 : this.#start(bytes);
    for (let found = decodeEntry(bytes, at); found !== undefined; found = decodeEntry(bytes, at)) {
      const fault = findEntryFault(found.entry, this.#previous);
      if (fault !== undefined) throw new CorruptError('TREE_INVALID', `tree has a bad entry: ${fault}`);
      at = found.end;
      this.#previous = found.entry.name;
      yield found.entry;
    }
    this.#rest = bytes.subarray(at); // bounded: decodeEntry throws where an entry could not be so long
  }

  finish(): void {
    if (!this.#started || this.#rest.length > 0)
      throw new CorruptError('TREE_INVALID', 'tree ends inside an entry');
  }

  #start(bytes: Uint8Array): number {
    const head = bytes.subarray(0, MAGIC.length);
    if (compareBytes(head, MAGIC.subarray(0, head.length)) !== 0) {
      throw new CorruptError('TREE_INVALID', "tree does not begin with 'tree 1'");
    }
    if (head.length < MAGIC.length) return 0;
    this.#started = true;
    return MAGIC.length;
  }
}

/** The entry that starts at `at`, or `undefined` when its end has not come yet. */
function decodeEntry(bytes: Uint8Array, at: number): { entry: TreeEntry; end: number } | undefined {
  const afterMode = bytes.indexOf(0x20, at) + 1;
  const afterSize = afterMode === 0 ? 0 : bytes.indexOf(0x20, afterMode) + 1;
  const afterName = afterSize === 0 ? 0 : bytes.indexOf(0, afterSize) + 1;
  if (afterName === 0) {
    if (at + MAX_ENTRY_BYTES < bytes.length)
      throw new CorruptError('TREE_INVALID', 'tree has an entry without end');
    return undefined;
  }
  const length = decodeVarint(bytes, afterName + ID_BYTES);
  if (length === undefined) return undefined;
  if (length.value > MAX_ATTRIBUTES_BYTES)
    throw new CorruptError('TREE_INVALID', 'tree has too long attributes');
  const end = length.end + length.value;
  if (end > bytes.length) return undefined;
  const entry: TreeEntry = {
    kind: decodeKind(bytes.subarray(at, afterMode - 1)),
    sizeBytes: decodeSize(bytes.subarray(afterMode, afterSize - 1)),
    name: new Uint8Array(bytes.subarray(afterSize, afterName - 1)), // a copy, also of a Buffer: the tree may go
    id: objectIdFromBytes(bytes.subarray(afterName, afterName + ID_BYTES)),
    attributes: decodeAttributes(bytes.subarray(length.end, end)),
  };
  return { entry, end };
}

function decodeKind(bytes: Uint8Array): EntryKind {
  const kind = bytes.length > 6 ? undefined : KINDS.get(String.fromCharCode(...bytes));
  if (kind === undefined) throw new CorruptError('TREE_INVALID', 'tree has an unknown mode');
  return kind;
}

function decodeSize(bytes: Uint8Array): number {
  const text = bytes.length > MAX_SIZE_DIGITS ? '' : String.fromCharCode(...bytes);
  if (!/^(0|[1-9][0-9]*)$/.test(text))
    throw new CorruptError('TREE_INVALID', 'tree has a size that is no number');
  return Number(text);
}

function findEntryFault(entry: TreeEntry, previous: Uint8Array | undefined): string | undefined {
  const { name, sizeBytes } = entry;
  if (previous !== undefined && compareBytes(previous, name) >= 0)
    return 'names are out of order, or one is twice';
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) return 'a size is out of range';
  if (entry.kind === 'symlink' && (sizeBytes === 0 || sizeBytes > MAX_PATH_BYTES))
    return 'a symlink has no target, or a long one';
  return findNameFault(name);
}
