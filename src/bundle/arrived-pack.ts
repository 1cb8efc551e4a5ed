/** A pack that came from elsewhere: proved, completed by what is here, and given a name once it is sound and whole. */
import type { OpenFile } from '../files/file-system.ts';
import { givenFiles } from '../files/given-files.ts';
import type { ProgressListener } from '../flow/progress.ts';
import type { Horizon } from '../graph/history.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { MAX_DELTA_OBJECT_BYTES } from '../pack/delta.ts';
import { openPackedStore } from '../packs/packed-store.ts';
import { type IndexedPack, indexPack } from '../scan/pack-indexer.ts';
import { listPacks, packPlaceOf } from '../store/pack-place.ts';
import type { Repository } from '../store/repository.ts';
import { type AdoptedDraft, adoptPack } from './adopted-pack.ts';
import { ArrivedChunks, type ArrivedPack } from './arrived-chunks.ts';
import { namesOnlyOwn } from './arrived-links.ts';
import { completePack } from './completed-pack.ts';

export interface ArriveOptions {
  /** What is here, and may be built on. @default all objects of the repository */
  readonly here?: ObjectReader;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/**
 * Decodes and hashes every object of a pack, with the help of those that are here.
 *
 * @throws CorruptError `PACK_INVALID`, `BUNDLE_INVALID`, and as {@link indexPack}
 */
export async function proveArrived(
  repository: Repository,
  arrived: ArrivedPack,
  { here = repository.objects, signal }: ArriveOptions = {},
): Promise<IndexedPack> {
  const { codec } = repository;
  const chunks = await ArrivedChunks.find(arrived, { objects: here, codec });
  const readElsewhere = async (id: ObjectId): Promise<Uint8Array | undefined> =>
    (await chunks.read(id)) ?? here.read(id, { maxBytes: MAX_DELTA_OBJECT_BYTES });
  return indexPack({ file: arrived.pack, codec }, { readElsewhere, ...(signal && { signal }) });
}

/** What is going to be here. */
export interface Arrived {
  /** What has arrived, beside what was here. */
  readonly objects: ObjectReader;
  /** Whether an object is among what has arrived. */
  came(id: ObjectId): Promise<boolean>;
  /** Whether snapshots are known to reach nothing but what has arrived with them, all of it; else it must be looked for. */
  isClosed(tips: readonly ObjectId[], horizon: Horizon): Promise<boolean>;
}

export interface TakeOptions extends ArriveOptions {
  /** Judges what is going to be here, before anybody sees it; where it rejects, nothing stays. */
  readonly check: (arrived: Arrived) => Promise<void>;
}

/**
 * Takes a pack in: nobody sees any of it before all of it was proved, and `check` found no fault with it.
 *
 * @returns how many objects are in it @throws as {@link proveArrived}, and what `check` throws
 */
export async function takeArrived(
  repository: Repository,
  arrived: ArrivedPack,
  options: TakeOptions,
): Promise<number> {
  const { here = repository.objects, check } = options;
  const indexed = await proveArrived(repository, arrived, options);
  const { count } = indexed.rows;
  if (count === 0) {
    const nothing = async (): Promise<boolean> => false;
    await check({ objects: here, came: nothing, isClosed: nothing });
    return 0;
  }
  const standsAlone = indexed.entries.baseIds.size === 0 && arrived.runs.length === 0;
  const place = packPlaceOf(repository);
  const prepare = (draft: AdoptedDraft): Promise<void> =>
    checkDraft(repository, draft, { check, here, ...(standsAlone && { indexed }) });
  if (standsAlone) await adoptPack({ pack: arrived.pack, indexed }, { place, prepare });
  else await completePack(repository, { arrived, indexed }, { ...options, here, place, prepare });
  await repository.objects.packed.rescan();
  await listPacks(repository).catch(() => undefined); // it is derived
  return count;
}

interface DraftCheck extends Required<Pick<TakeOptions, 'check' | 'here'>> {
  /** Where the draft is just what was indexed. */
  readonly indexed?: IndexedPack;
}

async function checkDraft(
  { files, codec }: Repository,
  draft: AdoptedDraft,
  { check, here, indexed }: DraftCheck,
): Promise<void> {
  await using pack = (await files.open(draft.path, 'read'))!;
  const { idx, meta } = draft.tables();
  const given = givenFiles(
    new Map<string, OpenFile | Uint8Array>([
      [`/pack/${draft.name}.pack`, pack],
      [`/pack/${draft.name}.idx`, idx],
      [`/pack/${draft.name}.meta`, meta],
    ]),
  );
  const readElsewhere: ObjectReader['read'] = (id, how) => here.read(id, how);
  await using arrived = openPackedStore('/pack', { files: given, codec, readElsewhere });
  await check({
    objects: beside(arrived, here),
    came: (id) => arrived.has(id),
    isClosed: async (tips, horizon) =>
      indexed !== undefined && namesOnlyOwn({ file: pack, indexed }, { tips, horizon }),
  });
}

/** What has arrived, and what was here. */
function beside(first: ObjectReader, second: ObjectReader): ObjectReader {
  return {
    name: 'arrived',
    has: async (id) => (await first.has(id)) || second.has(id),
    stat: async (id) => (await first.stat(id)) ?? second.stat(id),
    read: async (id, options) => (await first.read(id, options)) ?? second.read(id, options),
    open: async (id) => (await first.open(id)) ?? second.open(id),
    ids: (prefix) => first.ids(prefix),
  };
}
