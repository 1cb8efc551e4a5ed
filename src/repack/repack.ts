/**
 * Packs anew: what is loose and what is in packs becomes one pack of deltas.
 *
 * Nothing is lost by it, and nothing collected: all objects of the files that it takes are in the new pack, whether
 * anything reaches them or not, and a file goes only once the new pack was published and holds all that it held.
 */
import { checkFreeSpace } from '../files/free-space.ts';
import type { ProgressListener } from '../flow/progress.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { PackDraft } from '../intake/pack-draft.ts';
import { type FinishedPack, PackWriter } from '../intake/pack-writer.ts';
import { loosePath } from '../loose/loose-path.ts';
import { MAX_DELTA_DEPTH } from '../pack/delta.ts';
import type { PackFile } from '../packs/pack-file.ts';
import { listPacks, packPlaceOf } from '../store/pack-place.ts';
import type { Repository } from '../store/repository.ts';
import { takeUpkeepLock } from '../store/upkeep-lock.ts';
import { ContentLoader } from './content-loader.ts';
import type { DeltaEffort } from './delta-encoder.ts';
import type { DeltaStock } from './delta-stock.ts';
import {
  type DeltaCrew,
  type DeltaForms,
  hireCrew,
  openTeam,
  type SearchContext,
  searchDeltas,
} from './delta-team.ts';
import type { DeltaJob } from './delta-work.ts';
import { StockGatherer } from './gathered-stock.ts';
import { planOrder } from './pack-order.ts';
import { hireProofCrew, proveDraft } from './prove-draft.ts';
import { removePackedLoose, retireSources } from './retired-sources.ts';
import { numberStock } from './row-numbers.ts';
import { SourceTimes } from './source-times.ts';
import { chooseSources, type RepackScope, type RepackSources } from './sources.ts';
import { StreamSpool } from './stream-spool.ts';
import { writeStock } from './written-stock.ts';

/** How much is packed anew, and how hard deltas are looked for. */
export interface RepackOptions {
  /** @default 'geometric' */
  readonly scope?: RepackScope;
  /** How many objects that look alike are tried as bases for each. @default 3 */
  readonly window?: number;
  /** How many deltas at most lead to an object; over 4,095 is 4,095. @default 50, as `pack.depth` */
  readonly depth?: number;
  /** `whole` stores the newest version of each file whole, so that exports are faster. @default 'delta', as `pack.newest` */
  readonly newest?: 'whole' | 'delta';
  /** How long to wait for another process that packs or collects. @default 10,000 */
  readonly waitMs?: number;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** What a repack did; sizes are of packs and loose objects, without their indexes. */
export interface RepackResult {
  /** The new pack, or `undefined` where there was nothing to pack. */
  readonly pack: string | undefined;
  readonly objects: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly packsRemoved: number;
  readonly looseRemoved: number;
  /** Objects of which no sound copy was found: they stay where they are, with their packs. */
  readonly left: readonly ObjectId[];
}

const DEFAULT_WINDOW = 3;
const DEFAULT_DEPTH = 50;
/** Stored once and read often: worth more effort than the first writing. */
const LEVEL = 6;
/** What each thread keeps at hand. */
const RING_BYTES: number = 48 * 2 ** 20;
/** For the walk over trees, which are small and read once. */
const PLANNING_RING_BYTES: number = 4 * 2 ** 20;

/**
 * @throws ConflictError `LOCKED` where another process packs or collects for longer than `waitMs`
 * @throws SystemError `NO_SPACE` where there is no room for a second copy of what is packed
 */
export async function repack(repository: Repository, options: RepackOptions = {}): Promise<RepackResult> {
  const { scope = 'geometric', waitMs, signal } = options;
  const { files, layout, objects } = repository;
  await objects.flush(); // what was put so far is packed, too
  await using _lock = await takeUpkeepLock(repository, { waitMs, signal });
  const sources = await chooseSources(repository, scope);
  const alreadyPacked = await removePackedLoose(repository, sources.packedLoose);
  if (sources.packs.length + sources.loose.length === 0)
    return { ...NOTHING_DONE, looseRemoved: alreadyPacked };
  await checkFreeSpace(files, layout.objects, sources.sizeBytes);
  await using times = new SourceTimes(files, pathsOf(repository, sources));
  const { finished, left } = await packSources(repository, { ...sources, times }, options);
  const published = finished && (await findPack(repository, finished));
  if (finished === undefined || published === undefined) return { ...NOTHING_DONE, left };
  const retired = await retireSources(repository, { ...sources, times }, published);
  await listPacks(repository);
  return {
    pack: finished.name,
    objects: finished.count,
    bytesBefore: sources.sizeBytes,
    bytesAfter: finished.sizeBytes,
    packsRemoved: retired.packs,
    looseRemoved: retired.loose + alreadyPacked,
    left,
  };
}

const NOTHING_DONE: RepackResult = {
  pack: undefined,
  objects: 0,
  bytesBefore: 0,
  bytesAfter: 0,
  packsRemoved: 0,
  looseRemoved: 0,
  left: [],
};

async function packSources(
  repository: Repository,
  sources: RepackSources & { readonly times: SourceTimes },
  options: RepackOptions,
): Promise<{ readonly finished: FinishedPack | undefined; readonly left: readonly ObjectId[] }> {
  const { files, codec, layout, objects } = repository;
  const { settings } = repository.config;
  const effort = effortOf(repository, options);
  const { newest = (settings.get('pack.newest') ?? 'delta') as 'whole' | 'delta' } = options;
  const { onProgress, signal } = options;
  const watch = { ...(onProgress && { onProgress }), ...(signal && { signal }) };
  await using crew = hireCrew(files, codec, sources.sizeBytes); // its threads start while the rest is planned
  const stock = await planStock(repository, sources, { ...options, effort, newest });
  const folder = `${layout.objects}/pack`;
  await using spool = new StreamSpool(files, folder);
  const packs = sources.packs.map(({ path }) => path);
  const search = { files, codec, spool, ...watch };
  const forms = await searchWith(
    crew,
    { objects: layout.objects, packs, stock, effort, ringBytes: RING_BYTES },
    search,
  );
  await using prover = hireProofCrew(files, sources.sizeBytes);
  const writer = await PackWriter.create(packPlaceOf(repository));
  try {
    const context = {
      stock,
      forms,
      spool,
      packs: sources.packs,
      staying: sources.staying,
      objects,
      codec,
      level: effort.level,
      ...watch,
    };
    const left = await writeStock(writer, context);
    const prepare = async (draft: PackDraft): Promise<void> => {
      await proveDraft(draft, { files, codec, crew: prover, ...watch });
      await sources.times.giveTo(draft);
    };
    return { finished: await writer.finish({ prepare }), left };
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

/** The memory of the search is given back before anything is written. */
async function searchWith(
  crew: DeltaCrew | undefined,
  job: DeltaJob,
  context: SearchContext,
): Promise<DeltaForms> {
  await using team = openTeam(job, crew, context);
  return await searchDeltas(job, team, context);
}

interface PlanOptions extends RepackOptions {
  readonly effort: DeltaEffort;
  readonly newest: 'whole' | 'delta';
}

async function planStock(
  { files, codec, layout }: Repository,
  { packs, loose }: RepackSources,
  { scope = 'geometric', newest, effort, signal }: PlanOptions,
): Promise<DeltaStock> {
  const counts = await Promise.all(packs.map(async (pack) => (await pack.parts()).idx.count));
  const gatherer = new StockGatherer(
    counts.reduce((sum, count) => sum + count, loose.length),
    codec,
  );
  for (const [number, pack] of packs.entries()) await gatherer.addPack(number, pack);
  for (const info of loose) gatherer.addLoose(info);
  const { rows, ids } = gatherer.finish(scope === 'all' ? 'search' : 'copy', effort.depth);
  const context = { files, objects: layout.objects, packs: packs.map(({ path }) => path), stock: rows };
  await using loader = new ContentLoader(context, { ringBytes: PLANNING_RING_BYTES });
  const order = await planOrder({ rows, ids, loader, ...(signal && { signal }) });
  return numberStock(rows, order, newest);
}

function effortOf({ config }: Repository, options: RepackOptions): DeltaEffort {
  const { window = DEFAULT_WINDOW, depth = (config.settings.get('pack.depth') ?? DEFAULT_DEPTH) as number } =
    options;
  return { window, depth: Math.min(depth, MAX_DELTA_DEPTH), level: LEVEL };
}

function pathsOf({ layout }: Repository, { packs, loose }: RepackSources): string[] {
  return [...packs.map(({ path }) => path), ...loose.map(({ id }) => loosePath(layout.objects, id))];
}

async function findPack({ objects }: Repository, { name }: FinishedPack): Promise<PackFile | undefined> {
  await objects.packed.rescan();
  return (await objects.packed.folder.list()).find((pack) => pack.name === name);
}
