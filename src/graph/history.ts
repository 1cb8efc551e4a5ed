/** Snapshots and what came before them. */
import { CasError, CorruptError } from '../errors/errors.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { decodeSnapshot, MAX_SNAPSHOT_BYTES, type Snapshot } from '../object/snapshot.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { readObject } from '../odb/read-object.ts';

/** Snapshots whose parents were left out on purpose. */
export type Horizon = ReadonlySet<ObjectId>;

/** One snapshot of a history, and what it says. */
export interface HistoryStep {
  readonly id: ObjectId;
  readonly snapshot: Snapshot;
  /** Whether the parents of this one were left out on purpose. */
  readonly isHorizon: boolean;
}

/** How readers say that an object is not there. */
const ABSENCE: ReadonlySet<string> = new Set(['OBJECT_NOT_FOUND', 'OBJECT_MISSING', 'OBJECT_PURGED']);

/** Whether `error` says of an object that it is not there, and not that it is damaged. */
export function isAbsence(error: unknown): error is CasError {
  return error instanceof CasError && ABSENCE.has(error.code);
}

/** @throws NotFoundError `OBJECT_NOT_FOUND` @throws CorruptError `SNAPSHOT_INVALID` where the object is none */
export async function readSnapshot(objects: ObjectReader, id: ObjectId): Promise<Snapshot> {
  const bytes = await readObject(objects, id, { maxBytes: MAX_SNAPSHOT_BYTES });
  try {
    return decodeSnapshot(bytes);
  } catch (cause) {
    if (!(cause instanceof CorruptError)) throw cause;
    throw new CorruptError('SNAPSHOT_INVALID', `object '${id}' is used as a snapshot and is none`, { cause });
  }
}

/**
 * `start` and all before it, the newest first by their own times, each once.
 *
 * @throws CorruptError `PARENT_MISSING` where a parent is missing that was not left out on purpose
 */
export async function* walkHistory(
  objects: ObjectReader,
  start: ObjectId,
  horizon: Horizon,
): AsyncGenerator<HistoryStep> {
  const seen = new Set([start]);
  const snapshot = await readSnapshot(objects, start);
  const waiting: HistoryStep[] = [{ id: start, snapshot, isHorizon: horizon.has(start) }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next;
    if (next.isHorizon) continue;
    for (const parent of next.snapshot.parents) {
      if (seen.has(parent)) continue;
      seen.add(parent);
      const snapshot = await readParent(objects, parent, next.id);
      insertByTime(waiting, { id: parent, snapshot, isHorizon: horizon.has(parent) });
    }
  }
}

/** A snapshot that another one names as a parent. @throws CorruptError `PARENT_MISSING`, and as {@link readSnapshot} */
export async function readParent(
  objects: ObjectReader,
  parent: ObjectId,
  child: ObjectId,
): Promise<Snapshot> {
  try {
    return await readSnapshot(objects, parent);
  } catch (cause) {
    if (!isAbsence(cause)) throw cause;
    throw new CorruptError('PARENT_MISSING', `parent '${parent}' of snapshot '${child}' is missing`, {
      hint: "run 'cas fsck' to see what else is",
      cause,
    });
  }
}

/** Keeps `waiting` ascending by time, so that the newest is its last. */
function insertByTime(waiting: HistoryStep[], step: HistoryStep): void {
  let at = waiting.length;
  while (at > 0 && waiting[at - 1]!.snapshot.timeSeconds > step.snapshot.timeSeconds) at--;
  waiting.splice(at, 0, step);
}
