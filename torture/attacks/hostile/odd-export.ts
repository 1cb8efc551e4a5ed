/** Two sets exported to one folder of a disk that may take two names for one. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { initStore, type Store } from '../../../src/index.ts';
import { fromEntries } from '../../../src/source/entries.ts';
import type { Counts } from '../../attack.ts';
import { Dice } from '../../dice.ts';
import { Canary } from './canary.ts';
import { type FolderImage, imageOfFolder } from './folder-image.ts';
import { oddSet } from './odd-sets.ts';
import { codeOf, expectNone } from './outcome.ts';

export interface ExportTrial {
  readonly seed: number;
  /** An empty folder on a disk that holds any set. */
  readonly usual: string;
  /** Whether the disk shows all names in lower case. */
  readonly folds: boolean;
}

/**
 * Exports one set to a new folder, another over it, and then makes the folder equal to the second.
 *
 * @param disk a folder on it
 * @throws BrokenPromise where a file is not as it should be, or something beside the folder was touched
 */
export async function exportTwice(disk: string, { seed, usual, folds }: ExportTrial): Promise<Counts> {
  const top = join(disk, 'site');
  rmSync(top, { recursive: true, force: true });
  mkdirSync(top);
  const target = join(top, 'target');
  const canary = new Canary(top);
  const dice = new Dice(seed);
  await using store = await initStore(usual);
  const one = await imageOfSet(store, { label: 'one', dice, usual });
  const two = await imageOfSet(store, { label: 'two', dice, usual });
  await using first = await store.view('one');
  await using second = await store.view('two');
  const look = (): FileLines => linesOf(imageOfFolder(target), folds);
  const [linesOne, linesTwo] = [linesOf(one, folds), linesOf(two, folds)];
  const parts = [...linesOne, ...linesTwo];

  const made = await codeOf(() => first.toFolder(target));
  expectNone(wrongOf(look(), { made, whole: linesOne, parts: linesOne }), `made: ${made}`);
  const kept = linesOf(without(imageOfFolder(target), two), folds);
  const replaced = await codeOf(() => second.toFolder(target, { existing: 'replace' }));
  expectNone(wrongOf(look(), { made: replaced, whole: [...kept, ...linesTwo], parts, kept }), 'replaced');
  const updated = await codeOf(() => second.updateFolder(target, { extra: 'remove' }));
  expectNone(
    wrongOf(look(), { made: updated, whole: linesTwo, parts: [...linesOne, ...linesTwo] }),
    'updated',
  );
  expectNone(canary.findHarm(['target']), 'not as it was beside the target');
  return { [`new ${made}`]: 1, [`over another ${replaced}`]: 1, [`update ${updated}`]: 1 };
}

/** Names and contents, a line each; neither folders nor modes, which some disks do not have. */
type FileLines = readonly string[];

function linesOf(image: FolderImage, folds: boolean): FileLines {
  return [...image]
    .filter(([, what]) => what !== 'folder')
    .map(([path, what]) => `${folds ? folded(path) : path} ${what.replace('executable', 'file')}`)
    .sort();
}

function folded(path: string): string {
  return Buffer.from(Buffer.from(path, 'latin1').toString().toLowerCase()).toString('latin1');
}

/** What is in `one` at paths that `other` has nothing at. */
function without(one: FolderImage, other: FolderImage): FolderImage {
  return new Map([...one].filter(([path]) => !other.has(path)));
}

interface Wanted {
  /** `done`, or why it ended. */
  readonly made: string;
  /** What is there once it is done. */
  readonly whole: FileLines;
  /** What may be there where it ended before. */
  readonly parts: FileLines;
  /** What has to be there even then. */
  readonly kept?: FileLines;
}

function wrongOf(found: FileLines, { made, whole, parts, kept = [] }: Wanted): string[] {
  const wanted = made === 'done' ? whole : kept;
  const allowed = made === 'done' ? whole : parts;
  return [
    ...wanted.filter((line) => !found.includes(line)).map((line) => `${JSON.stringify(line)} is gone`),
    ...found.filter((line) => !allowed.includes(line)).map((line) => `${JSON.stringify(line)} is there`),
  ];
}

/** Commits a drawn set, and looks at it where any set can be written. */
async function imageOfSet(
  store: Store,
  { label, dice, usual }: { readonly label: string; readonly dice: Dice; readonly usual: string },
): Promise<FolderImage> {
  await store.commit(label, fromEntries(oddSet(dice)));
  await using view = await store.view(label);
  const folder = join(usual, label);
  await view.toFolder(folder);
  return imageOfFolder(folder);
}
