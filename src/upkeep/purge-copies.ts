/** Removes every copy of some objects from a store's files: loose, in packs, in the trash, and what is half written. */
import { dirname } from 'node:path';
import { toByteString } from '../bytes/byte-string.ts';
import { CorruptError } from '../errors/errors.ts';
import { checkFreeSpace } from '../files/free-space.ts';
import { machineProcesses } from '../files/process-table.ts';
import { findWriterOf } from '../files/temporary.ts';
import type { InventoriedPack, Inventory } from '../gc/inventory.ts';
import { listsIn } from '../gc/listed-chunks.ts';
import { copyLive } from '../gc/live-copy.ts';
import { bytesOfId, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import { FAN_OUT, loosePath } from '../loose/loose-path.ts';
import { Idx } from '../pack/idx.ts';
import { isPackName } from '../pack/pack-list.ts';
import { listPacks } from '../store/pack-place.ts';
import type { Repository } from '../store/repository.ts';

/** What lies beside a pack; the idx goes last, for who begins again finds the others by it. */
const TABLES = ['meta', 'keep', 'promisor', 'idx'] as const;
const MAX_IDX_BYTES: number = 2 ** 30;

/** Packs in the trash are put back, to be rewritten among the others: what else is in them is not lost. */
export async function takeOutOfTrash({ trash, objects }: Repository, ids: Iterable<ObjectId>): Promise<void> {
  for (const id of ids) {
    for await (const item of trash.walkCopies(id)) {
      if (item.kind === 'pack') await trash.putBack(item);
      await trash.remove(item);
      await trash.removeFolders(item.timeMs);
    }
  }
  await objects.packed.rescan();
}

/**
 * Removes all copies for good, power cut or not; what stays of a pack is in another, read back and synced, before the old one goes.
 *
 * @throws CorruptError `OBJECT_CORRUPT` where what stays of a pack is damaged: that pack is left as it is
 */
export async function removeCopies(
  repository: Repository,
  inventory: Inventory,
  ids: ReadonlySet<ObjectId>,
  signal?: AbortSignal,
): Promise<void> {
  const { files, layout, objects } = repository;
  for (const id of ids) await files.remove(loosePath(layout.objects, id));
  const packs = inventory.packs.filter((pack) => holdsAny(pack.parts.idx, ids));
  await checkFreeSpace(files, layout.objects, Math.max(0, ...packs.map(({ sizeBytes }) => sizeBytes)));
  for (const pack of await listsLast(packs, repository, ids)) {
    signal?.throwIfAborted();
    await rewritePack(repository, pack, ids);
  }
  await removeHalves(repository, ids);
  await syncPlaces(repository, ids);
  await objects.packed.rescan();
  await listPacks(repository);
}

/** Whatever others had removed before, of which nobody has to see to it that it stays away. */
async function syncPlaces({ files, layout, trash }: Repository, ids: ReadonlySet<ObjectId>): Promise<void> {
  await trash.sync();
  const places = Array.from(ids, (id) => dirname(loosePath(layout.objects, id)));
  for (const place of new Set([...places, `${layout.objects}/pack`, layout.objects]))
    if ((await files.stat(place)) !== undefined) await files.syncFolder(place);
}

/** As long as a list is there, whoever begins again finds its chunks by it. */
async function listsLast(
  packs: readonly InventoriedPack[],
  { codec }: Repository,
  ids: ReadonlySet<ObjectId>,
): Promise<InventoriedPack[]> {
  const withLists = new Set<InventoriedPack>();
  for (const pack of packs)
    for await (const { id } of listsIn(pack, codec)) if (ids.has(id)) withLists.add(pack);
  return [...packs.filter((pack) => !withLists.has(pack)), ...withLists];
}

async function rewritePack(
  repository: Repository,
  pack: InventoriedPack,
  ids: ReadonlySet<ObjectId>,
): Promise<void> {
  const { objects } = repository;
  const { idx, table } = pack.parts;
  const livePlaces: number[] = [];
  for (let place = 0; place < table.count; place++)
    if (!ids.has(objectIdFromBytes(idx.idAt(table.rowAt(place))))) livePlaces.push(place);
  const dead = { count: table.count - livePlaces.length, bytes: 0 };
  const made = livePlaces.length > 0 ? await copyLive(repository, { pack, livePlaces, dead }) : undefined;
  if (made !== undefined && pack.isKept) await keep(repository, made.name);
  await objects.packed.rescan();
  await removePack(repository, pack.file.name);
}

async function keep({ files, layout }: Repository, name: string): Promise<void> {
  await using _ = await files.open(`${layout.objects}/pack/${name}.keep`, 'create');
}

/** The bytes first: whatever stops this, none are left without a table to find them by. All else has another copy. */
async function removePack({ files, layout }: Repository, name: string): Promise<void> {
  const folder = `${layout.objects}/pack`;
  for (const ending of ['pack', ...TABLES]) await files.remove(`${folder}/${name}.${ending}`);
  await files.syncFolder(folder);
}

/** What purges, and writers, that were stopped left: tables without their pack, and files of processes that are gone. */
async function removeHalves({ files, layout }: Repository, ids: ReadonlySet<ObjectId>): Promise<void> {
  const folder = `${layout.objects}/pack`;
  for (const { name } of (await files.list(folder)) ?? []) {
    const [pack = '', ending] = toByteString(name).split('.');
    if (ending !== 'idx' || !isPackName(pack) || (await files.stat(`${folder}/${pack}.pack`)) !== undefined)
      continue;
    const bytes = await files.readFile(`${folder}/${pack}.idx`, MAX_IDX_BYTES);
    if (bytes === undefined || !holdsAny(decodeIdx(bytes), ids)) continue;
    for (const table of TABLES) await files.remove(`${folder}/${pack}.${table}`);
  }
  const machine = machineProcesses();
  for (const place of [folder, layout.objects, ...FAN_OUT.map((name) => `${layout.objects}/${name}`)]) {
    for (const { name } of (await files.list(place)) ?? []) {
      const text = toByteString(name);
      const pid = findWriterOf(text);
      if (pid !== undefined && machine.startOf(pid) === undefined) await files.remove(`${place}/${text}`);
    }
  }
}

function decodeIdx(bytes: Uint8Array): Idx | undefined {
  try {
    return Idx.decode(bytes);
  } catch (error) {
    if (error instanceof CorruptError) return undefined;
    throw error;
  }
}

function holdsAny(idx: Idx | undefined, ids: ReadonlySet<ObjectId>): boolean {
  for (const id of ids) if ((idx?.find(bytesOfId(id)) ?? -1) >= 0) return true;
  return false;
}
