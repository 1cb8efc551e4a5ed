/** Opens a pack for a check, with its idx and its meta; where the idx is no use, with the one that it should have. */
import { equalBytes } from '../bytes/compare.ts';
import { CorruptError } from '../errors/errors.ts';
import type { OpenFile } from '../files/file-system.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { Idx } from '../pack/idx.ts';
import { Meta } from '../pack/meta.ts';
import { PACK_HEADER_BYTES, PACK_TRAILER_BYTES } from '../pack/pack-header.ts';
import type { ReadAt } from '../pack/read-at.ts';
import { indexPack, readerOf } from '../scan/pack-indexer.ts';
import { surveyPack } from '../scan/pack-survey.ts';
import type { Repository } from '../store/repository.ts';
import type { Census } from './census.ts';
import type { Finding } from './finding.ts';
import { packCorrupt, packPath, tableCorrupt, tableMissing } from './pack-findings.ts';
import { readCopy } from './present-copies.ts';

export interface OpenedPack extends AsyncDisposable {
  /** `pack-<64 hex digits>`. */
  readonly name: string;
  readonly path: string;
  readonly file: OpenFile;
  readonly read: ReadAt;
  readonly packBytes: number;
  /** Proved as far as it can be alone: of a pack that was cut off it may name entries beyond the end. */
  readonly idx: Idx;
  /** Of the objects in the census, by the row of `idx`. */
  readonly numbers: Int32Array;
  /** Of the rows of `idx`; absent where it is missing or damaged. */
  readonly meta: Meta | undefined;
}

export interface OpenPackOptions {
  /** The objects of the pack enter it. */
  readonly census: Census;
  /** `pass` opens a damaged pack without an idx by what is sound in it. @default 'refuse' */
  readonly damage?: 'refuse' | 'pass';
}

/** What was found, and the pack where its objects can be checked. */
export interface Opening {
  readonly findings: readonly Finding[];
  readonly pack: OpenedPack | undefined;
}

/** The largest table that is read: of some twenty million objects. */
export const MAX_TABLE_BYTES: number = 2 ** 30;

/**
 * @returns `undefined` where the pack is not there any more: it was put into another
 */
export async function openPack(
  repository: Repository,
  name: string,
  { census, damage = 'refuse' }: OpenPackOptions,
): Promise<Opening | undefined> {
  const { files, layout } = repository;
  const path = `${layout.objects}/pack/${name}.pack`;
  const file = await files.open(path, 'read');
  if (file === undefined) return undefined;
  try {
    const { sizeBytes: packBytes } = await file.stat();
    const source = { name, path, file, packBytes, read: readerOf(file) };
    const opening = await openTables(repository, source, { census, damage });
    if (opening.pack === undefined) await file.close();
    return opening;
  } catch (error) {
    await Promise.allSettled([file.close()]);
    throw error;
  }
}

type Source = Omit<OpenedPack, 'idx' | 'meta' | 'numbers' | typeof Symbol.asyncDispose>;

async function openTables(
  repository: Repository,
  source: Source,
  { census, damage = 'refuse' }: OpenPackOptions,
): Promise<Opening> {
  const findings: Finding[] = [];
  const found = await readIdx(repository, source);
  if (found.kind === 'faulty') findings.push(found.finding);
  const idx = found.kind === 'read' ? found.idx : await indexAnew(repository, source, damage);
  if (idx instanceof CorruptError)
    return { findings: [...findings, packCorrupt(source.name, idx.message)], pack: undefined };
  const meta = await readMeta(repository, source, idx);
  if (meta.kind === 'faulty') findings.push(meta.finding);
  const pack = {
    ...source,
    idx,
    numbers: census.enterAll(idx.ids),
    meta: meta.kind === 'read' ? meta.meta : undefined,
    [Symbol.asyncDispose]: () => source.file[Symbol.asyncDispose](),
  };
  return { findings, pack };
}

interface Faulty {
  readonly kind: 'faulty';
  readonly finding: Finding;
}

async function readIdx(
  { files, layout }: Repository,
  source: Source,
): Promise<{ readonly kind: 'read'; readonly idx: Idx } | Faulty> {
  const { name, packBytes } = source;
  const path = packPath(name, 'idx');
  const bytes = await files.readFile(`${layout.root}/${path}`, MAX_TABLE_BYTES);
  if (bytes === undefined) return { kind: 'faulty', finding: tableMissing(name, 'idx') };
  try {
    return { kind: 'read', idx: Idx.decode(bytes, { packBytes }) };
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    const idx = (await isSealed(source)) ? undefined : findIdx(bytes);
    return idx
      ? { kind: 'read', idx }
      : { kind: 'faulty', finding: tableCorrupt(name, 'idx', error.message) };
  }
}

/** Whether a pack is as it was written: then an idx that names what is beyond its end is wrong. */
async function isSealed({ read, packBytes }: Source): Promise<boolean> {
  if (packBytes < PACK_HEADER_BYTES + PACK_TRAILER_BYTES) return false;
  const bodyBytes = packBytes - PACK_TRAILER_BYTES;
  return (await surveyPack(read, { bodyBytes, offsets: new Float64Array(0) })).isSealed;
}

/** An idx that is sound, whatever its pack is. */
function findIdx(bytes: Uint8Array): Idx | undefined {
  try {
    return Idx.decode(bytes);
  } catch (error) {
    if (error instanceof CorruptError) return undefined;
    throw error;
  }
}

async function readMeta(
  { files, layout }: Repository,
  { name }: Source,
  idx: Idx,
): Promise<{ readonly kind: 'read'; readonly meta: Meta } | Faulty> {
  const path = packPath(name, 'meta');
  const bytes = await files.readFile(`${layout.root}/${path}`, MAX_TABLE_BYTES);
  if (bytes === undefined) return { kind: 'faulty', finding: tableMissing(name, 'meta') };
  try {
    const meta = Meta.decode(bytes);
    if (isMetaOf(meta, idx)) return { kind: 'read', meta };
    return { kind: 'faulty', finding: tableCorrupt(name, 'meta', 'it is that of another pack') };
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    return { kind: 'faulty', finding: tableCorrupt(name, 'meta', error.message) };
  }
}

/** Whether a meta is of the pack that an idx is of. */
export function isMetaOf(meta: Meta, idx: Idx): boolean {
  return meta.count === idx.count && equalBytes(meta.packTrailer, idx.packTrailer);
}

/** The idx that a pack should have, made from its bytes; or why there is none. */
export async function indexAnew(
  { codec, objects }: Repository,
  { file }: Pick<OpenedPack, 'file'>,
  damage: 'refuse' | 'pass' = 'refuse',
): Promise<Idx | CorruptError> {
  try {
    const readElsewhere = (id: ObjectId): Promise<Uint8Array | undefined> => readCopy(objects, id);
    const indexed = await indexPack({ file, codec }, { readElsewhere, damage });
    return Idx.decode(indexed.idx);
  } catch (error) {
    if (error instanceof CorruptError) return error;
    throw error;
  }
}
