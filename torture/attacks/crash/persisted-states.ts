/**
 * What a disk may hold after a power cut: of what was not synced any part, each by itself. A name was given or not, a file
 * that moved has its new name or both, and of what was written the file got nothing, all of it, its length alone, or some
 * sectors. Source: the abstract persistence models of ALICE (Pillai and others, OSDI 2014).
 */
import type { DiskOperation } from '../../../test/fakes/disk.ts';
import { markDurable } from '../../../test/fakes/power-cut.ts';
import type { Dice } from '../../dice.ts';

const SECTOR_BYTES = 512;
/** How many of the last operations that were not synced are tried one by one. */
const ALONE = 10;

export interface PersistedState {
  /** How many operations came before the cut. */
  readonly cut: number;
  /** How many of the first operations reached the disk in every state after this cut. */
  readonly shared: number;
  /** Those that reached the disk, in order. */
  readonly operations: readonly DiskOperation[];
}

export interface PersistedStatesOptions {
  /** The first cut. */
  readonly from: number;
  /** Whether an operation reached the disk by itself, as there was time enough before the cut. */
  readonly isSettled: (operation: DiskOperation, at: number, cut: number) => boolean;
  /** States for each cut at most; where fewer are possible, it is all of them. */
  readonly most: number;
  readonly dice: Dice;
}

/** The states after every prefix of a log; one disk may come of several. */
export function* persistedStates(
  log: readonly DiskOperation[],
  { from, most, dice, isSettled }: PersistedStatesOptions,
): Generator<PersistedState> {
  for (let cut = from; cut <= log.length; cut++) {
    const before = log.slice(0, cut);
    const isDurable = markDurable(before);
    const fates = before.map((operation, at) =>
      isDurable[at] || isSettled(operation, at, cut) ? [operation] : fatesOf(operation),
    );
    const open = fates.filter((each) => each.length > 1);
    const shared = open.length === 0 ? cut : fates.indexOf(open[0]!);
    const choices = open.reduce((product, { length }) => product * length, 1);
    const chosen = choices <= most ? everyChoice(open) : someChoices(open, { most, dice });
    for (const choice of chosen) {
      let at = 0;
      const kept = fates.map((each) => (each.length > 1 ? each[choice[at++]!] : each[0]));
      yield { cut, shared, operations: kept.filter((operation) => operation !== undefined) };
    }
  }
}

/** What may come of an operation that was not synced: the first is nothing, the last all of it. */
function fatesOf(operation: DiskOperation): readonly (DiskOperation | undefined)[] {
  switch (operation.kind) {
    case 'add-name':
    case 'remove-name':
    case 'truncate':
      return [undefined, operation];
    case 'move-name': {
      const { path, to, inode } = operation;
      return [undefined, { kind: 'add-name', path, at: to, inode }, operation];
    }
    case 'write':
      return [undefined, ...partsOf(operation), operation];
    case 'make-inode': // which nobody finds without a name
    case 'set-mode':
    case 'touch':
    case 'sync':
    case 'failed-sync':
    case 'sync-folder':
      return [operation];
  }
}

type Write = Extract<DiskOperation, { kind: 'write' }>;

/** The length alone; what comes before a border of sectors, or after it; and half, for a disk whose sectors are none. */
function partsOf(write: Write): Write[] {
  const { at, bytes } = write;
  const first = SECTOR_BYTES - (at % SECTOR_BYTES);
  const last = bytes.length - ((at + bytes.length) % SECTOR_BYTES || SECTOR_BYTES);
  const borders = new Set([first, last].filter((border) => border > 0 && border < bytes.length));
  return [
    { ...write, bytes: new Uint8Array(bytes.length) },
    ...[...borders, bytes.length >> 1].map((border) => ({ ...write, bytes: bytes.subarray(0, border) })),
    ...Array.from(borders, (border) => ({ ...write, bytes: withZerosBefore(bytes, border) })),
  ].filter((part) => part.bytes.length > 0);
}

function withZerosBefore(bytes: Uint8Array, border: number): Uint8Array {
  return bytes.slice().fill(0, 0, border);
}

type Fates = readonly (readonly unknown[])[];

/** For each, the number of a fate: all combinations. */
function* everyChoice(fates: Fates): Generator<readonly number[]> {
  const choice = fates.map(() => 0);
  for (;;) {
    yield [...choice];
    let at = 0;
    while (at < choice.length && choice[at] === fates[at]!.length - 1) choice[at++] = 0;
    if (at === choice.length) return;
    choice[at]!++;
  }
}

/** All and nothing, nothing but one and all but one of the last, and then by chance. */
function* someChoices(
  fates: Fates,
  { most, dice }: Pick<PersistedStatesOptions, 'most' | 'dice'>,
): Generator<readonly number[]> {
  const whole = fates.map((each) => each.length - 1);
  const nothing = fates.map(() => 0);
  yield whole;
  yield nothing;
  let left = most - 2;
  for (let at = Math.max(0, fates.length - ALONE); at < fates.length && left > 0; at++, left -= 2) {
    yield whole.with(at, 0);
    yield nothing.with(at, whole[at]!);
  }
  for (; left > 0; left--) yield fates.map((each) => dice.below(each.length));
}
