/** A store's files behind a {@link RangeRead}, with the face that everything below reads disks through. */
import { concatBytes } from '../bytes/concat.ts';
import { encodeText } from '../bytes/text.ts';
import { RefusedError } from '../errors/errors.ts';
import type { FilePath, FileSystem, FolderEntry, OpenFile } from '../files/file-system.ts';
import { openToRead, READ_ONLY_CALLS, ReadOnlyFile } from '../files/read-only.ts';
import { decodePackList } from '../pack/pack-list.ts';
import { BLOCK_BYTES, BlockCache } from './block-cache.ts';
import { type RangeRead, readPart } from './range-read.ts';

/** The folder of packs, the one that is ever listed. */
export const PACK_FOLDER = 'objects/pack';
/** What stands in for its listing. */
const PACK_LIST = 'objects/info/packs';
/** Of 25 million objects: a table may be held whole, so a server's word for its size has a bound. */
const MAX_TABLE_BYTES: number = 2 ** 30;
/** Of some 200,000 packs. */
const MAX_PACK_LIST_BYTES: number = 16 * 2 ** 20;

/**
 * Files to read. Those that were opened are taken to stay as they are: who looks at what changes makes a file system
 * for each look.
 */
export function remoteFiles(read: RangeRead): FileSystem {
  const cache = new BlockCache(read);
  const open = async (path: FilePath): Promise<RemoteFile | undefined> => {
    const part = await cache.read(String(path), 0, BLOCK_BYTES);
    if (part === undefined) return undefined;
    if (/\.(?:idx|meta)$/.test(String(path))) checkSize(String(path), part.sizeBytes, MAX_TABLE_BYTES);
    return new RemoteFile(cache, String(path), part.sizeBytes);
  };
  return {
    ...READ_ONLY_CALLS,
    name: 'remote',
    open: openToRead(open),
    readFile: (path, maxBytes) => readWhole(read, String(path), maxBytes),
    stat: async (path) => (path === PACK_FOLDER ? undefined : (await open(path))?.stat()),
    list: async (path) => (path === PACK_FOLDER ? listPacks(read, open) : undefined),
    realPath: async (path) => path,
  };
}

/** A file of which the first bytes are here. */
class RemoteFile extends ReadOnlyFile {
  readonly sizeBytes: number;
  readonly #cache: BlockCache;
  readonly #path: string;

  constructor(cache: BlockCache, path: string, sizeBytes: number) {
    super();
    this.sizeBytes = sizeBytes;
    this.#cache = cache;
    this.#path = path;
  }

  async read(into: Uint8Array, at: number): Promise<number> {
    const end = Math.min(at + into.length, this.sizeBytes);
    if (at >= end) return 0;
    const part = await this.#cache.read(this.#path, at, end);
    if (part === undefined) return 0; // it went meanwhile: to its reader, it became shorter
    into.set(part.bytes);
    return part.bytes.length;
  }
}

/** @throws RefusedError `TOO_LARGE` before more than one block is read */
async function readWhole(read: RangeRead, path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  const first = await readPart(read, path, { start: 0, end: BLOCK_BYTES });
  if (first === undefined) return undefined;
  const { bytes, sizeBytes } = first;
  checkSize(path, sizeBytes, maxBytes);
  if (bytes.length >= sizeBytes) return bytes.subarray(0, sizeBytes);
  const rest = await readPart(read, path, { start: bytes.length, end: sizeBytes });
  return rest && concatBytes([bytes, rest.bytes.subarray(bytes.length - rest.start)]);
}

function checkSize(path: string, sizeBytes: number, maxBytes: number): void {
  if (sizeBytes > maxBytes)
    throw new RefusedError('TOO_LARGE', `'${path}' has ${sizeBytes} bytes, over ${maxBytes}`);
}

/** The files of the packs that the list names; one whose idx is gone is on its way out. */
async function listPacks(
  read: RangeRead,
  open: (path: string) => Promise<OpenFile | undefined>,
): Promise<FolderEntry[]> {
  const list = await readWhole(read, PACK_LIST, MAX_PACK_LIST_BYTES);
  const names = list === undefined ? [] : decodePackList(list);
  const isThere = await Promise.all(names.map((name) => open(`${PACK_FOLDER}/${name}.idx`)));
  return names
    .filter((_, at) => isThere[at] !== undefined)
    .flatMap((name) => [`${name}.pack`, `${name}.idx`])
    .map((name) => ({ name: encodeText(name), kind: 'file' }));
}
