/** What a store says that it has, for who sends to it: enough of its snapshots to find what both have. */
import { isAbsence, walkHistory } from '../graph/history.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { readHorizon } from '../store/horizon.ts';
import type { Repository } from '../store/repository.ts';

/** What of its history a store tells. */
export interface Haves {
  /** Snapshots that are here with all that they reach, contents aside where those come later. */
  readonly snapshots: readonly ObjectId[];
  /** Those of its snapshots whose parents are not here. */
  readonly horizon: readonly ObjectId[];
}

/** The newest are all told, of older ones fewer and fewer. */
const TOLD_FROM_THE_TIP = 16;
const MOST_TOLD = 4096;
const MOST_WALKED = 100_000;

/** What it leaves out costs bytes, and nothing else: the sender takes the newest snapshot told that it knows. */
export async function listHaves(repository: Repository): Promise<Haves> {
  const { labels, named, files, layout } = repository;
  const horizon = await readHorizon(files, layout.horizon);
  const seen = new Set<ObjectId>();
  const told: ObjectId[] = [];
  for (const { id } of await labels.list()) {
    let place = 0;
    let next = 0;
    try {
      for await (const step of walkHistory(named, id, horizon)) {
        if (seen.has(step.id) || seen.size >= MOST_WALKED || told.length >= MOST_TOLD) break;
        seen.add(step.id);
        if (place++ < next) continue;
        told.push(step.id);
        next = place <= TOLD_FROM_THE_TIP ? place : place * 2 - TOLD_FROM_THE_TIP;
      }
    } catch (error) {
      if (!isAbsence(error)) throw error; // what was purged is not told
    }
  }
  return { snapshots: told, horizon: [...horizon] };
}
