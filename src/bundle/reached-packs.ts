/**
 * Whether all of a store's packs go, for the price of reading their trees once.
 *
 * Objects name each other in no circle. So where each tree, each snapshot and each content that is there is named by
 * another one that is there, in the role that it has, or is a tip, then the tips reach all of them, and nothing else.
 */
import { CorruptError } from '../errors/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import type { Horizon } from '../graph/history.ts';
import { bytesOfId, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import { Ledger } from '../kernel/ledger.ts';
import { decodeSnapshot, type Snapshot } from '../object/snapshot.ts';
import { ENTRY } from '../pack/entry-header.ts';
import { PACK_TRAILER_BYTES } from '../pack/pack-header.ts';
import type { PackFile } from '../packs/pack-file.ts';
import type { PackFolder } from '../packs/pack-folder.ts';
import { surveyPack } from '../scan/pack-survey.ts';
import type { Repository } from '../store/repository.ts';
import { TreeReader } from '../tree/tree-reader.ts';
import { showNaming } from './naming-pass.ts';

export interface ReachedPacks {
  /** How many objects they hold. */
  readonly count: number;
  /** The snapshots that are the tips' histories. */
  readonly snapshots: readonly ObjectId[];
}

/** From where, and how far. */
export interface Reaching {
  readonly tips: readonly ObjectId[];
  readonly horizon: Horizon;
}

/** What is known of an object, by its number in the ledger. */
const SEEN = 1;
const NAMED = 2;

/** What was found out last of each store: many that clone it ask the same. */
const answers = new WeakMap<
  PackFolder,
  { readonly question: string; readonly answer: Promise<ReachedPacks | undefined> }
>();

/** @returns `undefined` where some of it is not reached, or a walk has to say */
export async function findReachedPacks(
  { files, objects }: Repository,
  packs: readonly PackFile[],
  reaching: Reaching,
): Promise<ReachedPacks | undefined> {
  const { folder } = objects.packed;
  const names = packs.map(({ name }) => name);
  const question = JSON.stringify([names, reaching.tips.toSorted(), [...reaching.horizon].sort()]);
  const known = answers.get(folder);
  if (known?.question === question) return known.answer;
  const answer = readPacks(files, packs, reaching);
  answers.set(folder, { question, answer });
  answer.catch(() => answers.delete(folder)); // it may go better the next time
  return answer;
}

async function readPacks(
  files: FileSystem,
  packs: readonly PackFile[],
  { tips, horizon }: Reaching,
): Promise<ReachedPacks | undefined> {
  const names = new NamedObjects(horizon);
  for (const pack of packs) names.enter((await pack.parts()).idx.ids);
  for (const pack of packs) if (!(await readNames(files, pack, names))) return undefined;
  return names.areReachedFrom(tips) ? { count: names.count, snapshots: names.snapshots } : undefined;
}

async function readNames(files: FileSystem, pack: PackFile, names: NamedObjects): Promise<boolean> {
  const { idx } = await pack.parts();
  const bodyBytes = (await pack.sizeBytes()) - PACK_TRAILER_BYTES;
  const rows = idx.rowsInPackOrder();
  const offsets = new Float64Array(rows.length);
  for (const [place, row] of rows.entries()) offsets[place] = idx.offsetAt(row);
  const survey = await surveyPack((at, length) => pack.read(at, length), { bodyBytes, offsets });
  const { entries, isSealed, faults } = survey;
  if (!isSealed || faults.size > 0 || entries.types.includes(ENTRY.chunkList)) return false;
  await using file = await files.open(pack.path, 'read');
  if (file === undefined) return false;
  return await showNaming({ file, entries }, (entry, role, bytes) => {
    const id = idx.idAt(rows[entry]!);
    if (role === 'tree') names.seeTree(id, bytes);
    else names.seeSnapshot(id, bytes);
  });
}

class NamedObjects {
  readonly snapshots: ObjectId[] = [];
  readonly #ledger = new Ledger();
  readonly #reader = new TreeReader();
  readonly #horizon: Horizon;
  #trees = new Uint8Array();
  #snapshots = new Uint8Array();
  #isBroken = false;

  constructor(horizon: Horizon) {
    this.#horizon = horizon;
  }

  get count(): number {
    return this.#ledger.count;
  }

  /** Before anything is seen. @param ids 32 bytes each */
  enter(ids: Uint8Array): void {
    this.#ledger.enter(ids);
    this.#trees = new Uint8Array(this.count);
    this.#snapshots = new Uint8Array(this.count);
  }

  seeTree(id: Uint8Array, bytes: Uint8Array): void {
    this.#mark(this.#trees, id, SEEN);
    const ledger = this.#ledger;
    this.#reader.open(bytes);
    let count = this.#reader.next();
    for (; count > 0; count = this.#reader.next()) {
      const folders = ledger.claim(this.#reader.rows, count);
      if (folders < 0) this.#isBroken = true;
      for (let row = 0; row < folders; row++) this.#trees[ledger.folderAt(row)]! |= NAMED;
    }
    if (count < 0) this.#isBroken = true;
  }

  seeSnapshot(id: Uint8Array, bytes: Uint8Array): void {
    const snapshot = findSnapshot(bytes);
    if (snapshot === undefined) {
      this.#isBroken = true;
      return;
    }
    this.#mark(this.#snapshots, id, SEEN);
    this.snapshots.push(objectIdFromBytes(id));
    this.#mark(this.#trees, bytesOfId(snapshot.tree), NAMED);
    if (this.#horizon.has(objectIdFromBytes(id))) return;
    for (const parent of snapshot.parents) this.#mark(this.#snapshots, bytesOfId(parent), NAMED);
  }

  areReachedFrom(tips: readonly ObjectId[]): boolean {
    for (const tip of tips) this.#mark(this.#snapshots, bytesOfId(tip), NAMED);
    const claims = this.#ledger.claims();
    if (this.#isBroken || claims === undefined) return false;
    for (let number = 0; number < this.count; number++) {
      const [tree, snapshot] = [this.#trees[number]!, this.#snapshots[number]!];
      const isNamed = tree > 0 || snapshot > 0 || claims[number]! >= 0;
      if (!isNamed || !isWhole(tree) || !isWhole(snapshot)) return false;
    }
    return true;
  }

  #mark(marks: Uint8Array, id: Uint8Array, mark: number): void {
    const number = this.#ledger.find(id);
    if (number < 0) this.#isBroken = true;
    else marks[number]! |= mark;
  }
}

function findSnapshot(bytes: Uint8Array): Snapshot | undefined {
  try {
    return decodeSnapshot(bytes);
  } catch (error) {
    if (error instanceof CorruptError) return undefined;
    throw error;
  }
}

/** Whether an object is both there and named in a role, or neither. */
function isWhole(marks: number): boolean {
  return marks === 0 || marks === (SEEN | NAMED);
}
