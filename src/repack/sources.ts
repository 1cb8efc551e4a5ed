/** What there is to pack, and what of it one repack takes. */
import { CorruptError } from '../errors/errors.ts';
import { bytesOfId } from '../hash/object-id.ts';
import type { ObjectInfo } from '../odb/object-store.ts';
import { isKeptPack } from '../packs/kept-pack.ts';
import type { PackFile } from '../packs/pack-file.ts';
import type { Repository } from '../store/repository.ts';
import { chooseGeometric } from './choice.ts';

/** `geometric`: what is loose, and as many of the smallest packs as its size asks for. `all`: everything. */
export type RepackScope = 'geometric' | 'all';

export interface RepackSources {
  readonly packs: readonly PackFile[];
  /** The packs that are not taken. */
  readonly staying: readonly PackFile[];
  readonly loose: readonly ObjectInfo[];
  /** Loose objects that a pack has which is not taken. */
  readonly packedLoose: readonly ObjectInfo[];
  /** Of the files that are taken. */
  readonly sizeBytes: number;
}

/** Larger loose objects stay as they are: they are as small as they get, and cost too much memory to move. */
const MAX_LOOSE_BYTES: number = 64 * 2 ** 20;

/** Packs with a `.keep` beside them are never taken. @throws as reads of the folders */
export async function chooseSources(repository: Repository, scope: RepackScope): Promise<RepackSources> {
  const { objects } = repository;
  const packs = await listFreePacks(repository);
  const loose = await listLoose(repository);
  const sizes = await Promise.all(packs.map(async (pack) => ({ pack, sizeBytes: await pack.sizeBytes() })));
  const looseBytes = loose.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  const taken = scope === 'all' ? sizes : chooseGeometric(sizes, looseBytes);
  const takenPacks = taken.map(({ pack }) => pack);
  const staying = (await objects.packed.folder.list()).filter((pack) => !takenPacks.includes(pack));
  const split = await splitPacked(loose, staying);
  const takenBytes = taken.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const freeLooseBytes = split.free.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  return {
    packs: takenPacks,
    staying,
    loose: split.free,
    packedLoose: split.packed,
    sizeBytes: takenBytes + freeLooseBytes,
  };
}

async function listFreePacks({ objects, files }: Repository): Promise<PackFile[]> {
  const { folder } = objects.packed;
  await folder.rescan();
  const free: PackFile[] = [];
  for (const pack of await folder.list()) if (!(await isKeptPack(files, pack))) free.push(pack);
  return free;
}

/** What is damaged is left where it is: `fsck` tells of it. */
async function listLoose({ objects }: Repository): Promise<ObjectInfo[]> {
  const listed: ObjectInfo[] = [];
  for await (const id of objects.loose.ids()) {
    const info = await orUndefined(() => objects.loose.stat(id));
    if (info !== undefined && info.sizeBytes <= MAX_LOOSE_BYTES) listed.push(info);
  }
  return listed;
}

async function splitPacked(
  loose: readonly ObjectInfo[],
  packs: readonly PackFile[],
): Promise<{ readonly free: ObjectInfo[]; readonly packed: ObjectInfo[] }> {
  const free: ObjectInfo[] = [];
  const packed: ObjectInfo[] = [];
  for (const info of loose) {
    const isPacked = await isInOneOf(packs, bytesOfId(info.id));
    (isPacked ? packed : free).push(info);
  }
  return { free, packed };
}

async function isInOneOf(packs: readonly PackFile[], id: Uint8Array): Promise<boolean> {
  for (const pack of packs) {
    if ((await orUndefined(async () => pack.find(id))) !== undefined) return true;
  }
  return false;
}

/** @returns `undefined` where what is asked is damaged */
async function orUndefined<Value>(ask: () => Promise<Value | undefined>): Promise<Value | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof CorruptError) return undefined;
    throw error;
  }
}
