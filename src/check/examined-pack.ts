/** Reads all of a pack by an idx, and finds out what in it is sound. */
import { type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { ENTRY } from '../pack/entry-header.ts';
import type { Idx } from '../pack/idx.ts';
import { PACK_TRAILER_BYTES } from '../pack/pack-header.ts';
import { ABROAD } from '../scan/pack-entries.ts';
import { type PackSurvey, surveyPack } from '../scan/pack-survey.ts';
import type { Repository } from '../store/repository.ts';
import type { Census } from './census.ts';
import { checkFamilies, type FamilyCrew, holdPack } from './families.ts';
import type { Links } from './links.ts';
import { proveLongEntry } from './long-entries.ts';
import type { OpenedPack } from './opened-pack.ts';
import { type CheckColumns, idOfEntry, linkById, makeCheckColumns, UNPROVED } from './proof-columns.ts';
import type { ObjectListener } from './prover.ts';

/** A list of chunks as it lies in a pack; it is proved once all packs were read. */
export interface FoundList {
  readonly id: ObjectId;
  readonly bytes: Uint8Array;
  readonly packName: string;
  readonly offset: number;
  /** What the meta says of the object, where there is one. */
  readonly meta: { readonly sizeBytes: number; readonly contentCrc: number } | undefined;
}

export interface PackCheck {
  readonly repository: Repository;
  readonly census: Census;
  readonly links: Links;
  /** Whose memory the packs are checked in, one after the other. */
  readonly kernel: Kernel;
  readonly crew: FamilyCrew | undefined;
  /** Takes what can be proved later only. */
  readonly lists: FoundList[];
  readonly onDone: (objects: number) => void;
  readonly signal: AbortSignal | undefined;
}

/** A pack held against one idx. */
export interface ExaminedPack {
  readonly survey: PackSurvey;
  /** The row in the idx of each entry. */
  readonly rows: Uint32Array;
  readonly columns: CheckColumns;
  /** For how many objects the meta has another size or CRC. */
  readonly metaFaults: number;
  /** Why an entry is not sound, by its number. */
  readonly faults: ReadonlyMap<number, string>;
  /** Rows of the idx whose entries start where the pack has ended already. */
  readonly beyond: Uint32Array;
}

/** How often a pack was held against an idx in this process. */
let checks = 0;

/** Reads all of a pack by `idx`, and by the meta if that is its own. What is sound is entered into the census. */
export async function examinePack(check: PackCheck, pack: OpenedPack, idx: Idx): Promise<ExaminedPack> {
  const { repository, kernel, crew, onDone, signal } = check;
  const { path, file, packBytes, read } = pack;
  const window = holdPack(kernel, file, packBytes);
  const loading = window.loadAll();
  const { rows, beyond, bodyBytes } = rowsWithin(idx, packBytes); // while the pack is read
  const offsets = new Float64Array(rows.length);
  for (let entry = 0; entry < rows.length; entry++) offsets[entry] = idx.offsetAt(rows[entry]!);
  await loading;
  const survey = await surveyPack((at, length) => window.read(at, length), { bodyBytes, offsets });
  const { entries } = survey;
  linkById(entries, idx);
  const columns = makeCheckColumns(idx, idx === pack.idx ? pack.meta : undefined, rows);
  const numbers = idx === pack.idx ? pack.numbers : check.census.enterAll(idx.ids);
  const report = await checkFamilies({
    pack: { key: checks++, path, packBytes, entries, columns },
    window,
    crew,
    onObject: listenerOf(check, pack.name, { survey, columns, numbers }),
    onDone,
    signal,
  });
  const long = { entries, columns, read, codec: repository.codec };
  const faults = new Map(report.faults.map(({ entry, reason }) => [entry, reason]));
  let { metaFaults } = report;
  for (const entry of report.deferred) {
    signal?.throwIfAborted();
    const { fault, isMetaRight } = await proveLongEntry(long, entry);
    if (fault !== undefined) faults.set(entry, fault.reason);
    if (!isMetaRight) metaFaults++;
  }
  addUnreached(faults, survey, columns);
  enterProved(check.census, numbers, columns);
  return { survey, rows, columns, metaFaults, faults, beyond };
}

/** The rows of an idx in the order of the pack, those apart that start where it has ended. */
function rowsWithin(
  idx: Idx,
  packBytes: number,
): Pick<ExaminedPack, 'rows' | 'beyond'> & { readonly bodyBytes: number } {
  const rows = idx.rowsInPackOrder();
  const isCutOff = rows.length > 0 && idx.offsetAt(rows.at(-1)!) >= packBytes - PACK_TRAILER_BYTES;
  if (!isCutOff)
    return { rows, beyond: rows.subarray(rows.length), bodyBytes: packBytes - PACK_TRAILER_BYTES };
  const end = rows.findIndex((row) => idx.offsetAt(row) >= packBytes);
  const cut = end < 0 ? rows.length : end;
  return { rows: rows.subarray(0, cut), beyond: rows.subarray(cut), bodyBytes: packBytes };
}

interface Surroundings {
  readonly survey: PackSurvey;
  readonly columns: CheckColumns;
  /** In the census, by the row of the idx. */
  readonly numbers: Int32Array;
}

function listenerOf(
  { links, lists }: PackCheck,
  packName: string,
  { survey, columns, numbers }: Surroundings,
): ObjectListener {
  return ({ entry, type }, bytes) => {
    if (type === ENTRY.blob) return;
    const number = numbers[columns.rows[entry]!]!;
    if (type === ENTRY.tree) return links.seeTree(number, bytes);
    const id = objectIdFromBytes(idOfEntry(columns, entry));
    if (type === ENTRY.commit) links.seeSnapshot(number, bytes, id);
    else if (survey.entries.types[entry] === ENTRY.chunkList) {
      const { hasMeta, sizes, contentCrcs } = columns;
      const meta = hasMeta ? { sizeBytes: sizes[entry]!, contentCrc: contentCrcs[entry]! } : undefined;
      const offset = survey.entries.offsets[entry]!;
      lists.push({ id, bytes: bytes.slice(), packName, offset, meta });
    }
  };
}

function enterProved(census: Census, numbers: Int32Array, { rows, proved }: CheckColumns): void {
  for (let entry = 0; entry < proved.length; entry++) {
    if (proved[entry] !== UNPROVED) census.prove(numbers[rows[entry]!]!, proved[entry]!);
  }
}

/** Adds entries that nothing was found of: they stand on no entry of the pack, or on each other. */
function addUnreached(
  faults: Map<number, string>,
  { entries, faults: headerFaults }: PackSurvey,
  { proved }: CheckColumns,
): void {
  for (let entry = 0; entry < entries.count; entry++) {
    if (proved[entry] !== UNPROVED || faults.has(entry)) continue;
    if (entries.types[entry] === ENTRY.chunkList && entries.bases[entry] !== ABROAD) continue; // proved later
    faults.set(entry, headerFaults.get(entry)?.message ?? 'its base is not in the pack');
  }
}
