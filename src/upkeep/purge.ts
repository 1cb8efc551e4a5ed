/**
 * Removes objects whose bytes must be gone now: from every pack, loose, and out of the trash. What names them stays, and
 * is told of as a hole that was made on purpose.
 */
import { formatName } from '../bytes/text.ts';
import { ConflictError, RefusedError } from '../errors/errors.ts';
import { readClaims, readClock } from '../gc/claims.ts';
import { dropGoneAliases } from '../gc/gone-aliases.ts';
import { Inventory } from '../gc/inventory.ts';
import { listsIn } from '../gc/listed-chunks.ts';
import { walkReachable } from '../graph/reachable.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { ReferenceSet } from '../object/role.ts';
import { objectNotFound } from '../odb/read-object.ts';
import { readHorizon } from '../store/horizon.ts';
import { presentObjects } from '../store/present-objects.ts';
import { readPurged, writePurged } from '../store/purged.ts';
import type { Repository } from '../store/repository.ts';
import { readRoots } from '../store/roots.ts';
import { fileModes } from '../store/shared-modes.ts';
import { takeUpkeepLock } from '../store/upkeep-lock.ts';
import { removeCopies, takeOutOfTrash } from './purge-copies.ts';
import { explainObject, type WhyReason } from './why.ts';

export interface PurgeOptions {
  /** Also what labels still refer to. @default false */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
}

/** What was purged. */
export interface PurgeResult {
  readonly id: ObjectId;
  /** It, and the chunks that nothing else uses of what lay in chunks. */
  readonly objects: number;
  /** Who refers to it still, and has a hole now. */
  readonly reasons: readonly WhyReason[];
}

const SHOWN_REASONS = 3;

/**
 * Purges one object. It is recorded before anything goes, so that whatever stops this, what is missing is known to have
 * been purged; the next purge of it ends what was begun. What other processes hold open they may read to its end.
 *
 * @throws NotFoundError `OBJECT_NOT_FOUND` where the store never had it
 * @throws RefusedError `STILL_REFERRED` where a label refers to it, unless it is forced; `PURGE_NEEDED` for a snapshot
 * or a tree that a label keeps, always
 * @throws ConflictError `LOCKED` while another collects or packs, `LEASED` while anybody writes
 * @throws CorruptError `OBJECT_CORRUPT` where what else lies in one of its packs is damaged
 */
export async function purgeObject(
  repository: Repository,
  id: ObjectId,
  options: PurgeOptions = {},
): Promise<PurgeResult> {
  const { files, layout, config } = repository;
  const { force = false, signal } = options;
  await using _lock = await takeUpkeepLock(repository, { signal });
  await refuseWriters(repository);
  const { reasons } = await explainObject(repository, id, signal ? { signal } : {});
  checkReasons(id, reasons, force);
  const before = await readPurged(files, layout.refs);
  await takeOutOfTrash(repository, [id]);
  await using first = await Inventory.take(repository, signal);
  if (!first.has(id) && !before.has(id)) throw objectNotFound(id);
  const ids = new Set([id, ...(await findOwnChunks(repository, first, id))]);
  await takeOutOfTrash(repository, ids);
  const known = await stillMissing(repository, before);
  await writePurged(files, layout.refs, { ids: new Set([...known, ...ids]), ...fileModes(config.settings) });
  await using inventory = await Inventory.take(repository, signal);
  await removeCopies(repository, inventory, ids, signal);
  await dropGoneAliases(repository); // a hash of what is gone tells what it was
  return { id, objects: ids.size, reasons };
}

/** Who writes may rely on what is here now. */
async function refuseWriters(repository: Repository): Promise<void> {
  const claims = await readClaims(repository, await readClock(repository));
  if (claims.every(({ sinceNs }) => sinceNs === undefined)) return; // who only reads does so to the end
  throw new ConflictError('LEASED', 'cannot purge: another process is at work in this store', {
    hint: 'wait for that to end, then try again',
  });
}

function checkReasons(id: ObjectId, reasons: readonly WhyReason[], force: boolean): void {
  const needed = reasons.find(({ role }) => role !== 'content');
  if (needed !== undefined) {
    throw new RefusedError('PURGE_NEEDED', `'${id}' is a ${needed.role} that label '${needed.label}' needs`, {
      hint: "purge the contents in it, or remove the label, or its history with 'cas forget'",
    });
  }
  if (reasons.length === 0 || force) return;
  const places = reasons.map(({ label, path }) => `'${label}:${path === undefined ? '' : formatName(path)}'`);
  const different = [...new Set(places)]; // a label may refer to it by its history, too
  const shown = different.slice(0, SHOWN_REASONS).join(', ');
  const others = different.length > SHOWN_REASONS ? ` and ${different.length - SHOWN_REASONS} more` : '';
  throw new RefusedError('STILL_REFERRED', `'${id}' is referred to by ${shown}${others}`, {
    hint: "see all with 'cas why', then say '--force': what refers to it has a hole then",
  });
}

/** The chunks of a list that no other list has, and nothing that a label reaches. */
async function findOwnChunks(
  repository: Repository,
  inventory: Inventory,
  id: ObjectId,
): Promise<Set<ObjectId>> {
  const own = new Set<ObjectId>();
  const others = new Set<ObjectId>();
  for (const pack of inventory.packs)
    for await (const list of listsIn(pack, repository.codec))
      for (const chunk of list.chunks) (list.id === id ? own : others).add(chunk);
  if (own.size === 0) return own;
  const { files, layout, objects } = repository;
  const marks = new ReferenceSet();
  const horizon = await readHorizon(files, layout.horizon);
  for await (const _ of walkReachable(presentObjects(objects), await readRoots(repository), {
    horizon,
    marks,
  }));
  for (const chunk of own) if (others.has(chunk) || marks.hasAny(chunk)) own.delete(chunk);
  return own;
}

/** What was put again since is no hole any more. */
async function stillMissing({ objects }: Repository, ids: ReadonlySet<ObjectId>): Promise<ObjectId[]> {
  const missing: ObjectId[] = [];
  for (const id of ids) if (!(await objects.has(id))) missing.push(id);
  return missing;
}
