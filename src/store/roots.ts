/** What keeps snapshots alive: what labels name, and what they named, as far as each says. */
import { type HistoryStart, REACH_ALL, type Reach } from '../graph/kept-history.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { Keep } from '../label/keep.ts';
import { collectLineages, type FormerLabelValue, type Lineage } from '../label/lineage.ts';
import type { LabelName } from '../label/name.ts';
import type { Repository } from './repository.ts';

/** How long a label that was deleted counts still, and transactions stay in the log. */
const WINDOW_DAYS = 90;
const DAY_SECONDS = 24 * 60 * 60;

/** The snapshots that labels name now. @throws CorruptError `LABEL_LOG_CORRUPT` */
export async function readRoots({ labels }: Repository): Promise<ObjectId[]> {
  return (await labels.list()).map(({ id }) => id);
}

/** All labels at one moment, and all that the log knows of what they were. */
export interface LabelRoots {
  /** What each label names, and how much of its history it keeps. */
  readonly now: readonly LabelStart[];
  readonly lineages: readonly Lineage[];
  /** The last transaction that is in it: with another one there may be other roots. */
  readonly n: number;
  readonly times: RootTimes;
}

/** What a label names. */
export interface LabelStart extends HistoryStart {
  readonly label: LabelName;
}

/** What days are counted by, in seconds since 1970. */
export interface RootTimes {
  readonly nowSeconds: number;
  /** Labels that were deleted then, or before, count no more. */
  readonly windowStartSeconds: number;
}

/** @throws CorruptError `LABEL_LOG_CORRUPT`, `LABEL_TABLE_CORRUPT` */
export async function readLabelRoots({ labels, config, now }: Repository): Promise<LabelRoots> {
  const nowSeconds = Math.floor(now() / 1000);
  const windowDays = Number.parseInt(String(config.settings.get('labels.window') ?? WINDOW_DAYS), 10);
  const times = { nowSeconds, windowStartSeconds: nowSeconds - windowDays * DAY_SECONDS };
  const lineages = await collectLineages(labels.walkRecords());
  const state = await labels.read(); // after the records: a label that came meanwhile is in it
  const starts = Array.from(state.labels.values(), ({ name, id, keep }) => {
    return { label: name, id, reach: reachOf(keep, 0, times) };
  });
  return { now: starts, lineages, n: state.n, times };
}

/** A former value of a label that is to be kept. */
export interface FormerStart extends HistoryStart {
  readonly lineage: Lineage;
  readonly value: FormerLabelValue;
}

/** The former values of a label that its keep rule keeps; of one that was deleted, those within the window. */
export function findFormerStarts(lineage: Lineage, times: RootTimes): FormerStart[] {
  return lineage.former
    .filter((value) => isFormerKept(lineage, value, times))
    .map((value) => {
      const reach = reachOf(lineage.keep, ageOf(lineage, value), times);
      return { id: value.id, reach, lineage, value };
    });
}

function isFormerKept(lineage: Lineage, value: FormerLabelValue, times: RootTimes): boolean {
  const { keep, now } = lineage;
  if (now === undefined && value.end.timeSeconds <= times.windowStartSeconds) return false;
  switch (keep.kind) {
    case 'all':
      return true;
    case 'count':
      return ageOf(lineage, value) <= keep.count;
    case 'days':
      return now === undefined || value.end.timeSeconds > times.nowSeconds - keep.days * DAY_SECONDS;
  }
}

/** How many values ago; of a deleted label, before its last one. */
function ageOf({ now }: Lineage, { index }: FormerLabelValue): number {
  return now === undefined ? index - 1 : index;
}

/** How much history a value keeps: so many generations in all, those of values after it counted too. */
function reachOf(keep: Keep, age: number, { nowSeconds }: RootTimes): Reach {
  switch (keep.kind) {
    case 'all':
      return REACH_ALL;
    case 'count':
      return { generations: Math.max(keep.count - age, 0), sinceSeconds: Number.POSITIVE_INFINITY };
    case 'days':
      return { generations: 0, sinceSeconds: nowSeconds - keep.days * DAY_SECONDS };
  }
}

/** The first transaction that roots need to be in the log: the end of a value that `needs` it; the last where none does. */
export function findFirstNeeded(
  { lineages, times, n }: LabelRoots,
  needs: (start: FormerStart) => boolean,
): number {
  let first = n;
  for (const lineage of lineages) {
    for (const start of findFormerStarts(lineage, times))
      if (needs(start)) first = Math.min(first, start.value.end.n);
  }
  return first;
}
