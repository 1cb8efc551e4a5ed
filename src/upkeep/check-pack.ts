/** Checks one pack, every byte of it: what it says of itself, what its idx and meta say of it, and every object. */
import { equalBytes } from '../bytes/compare.ts';
import { CorruptError } from '../errors/errors.ts';
import { ID_BYTES, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { ABROAD } from '../odb/pack-entries.ts';
import { type PackSurvey, surveyPack } from '../odb/pack-survey.ts';
import { ENTRY } from '../pack/entry-header.ts';
import type { Idx } from '../pack/idx.ts';
import { PACK_HEADER_BYTES, PACK_TRAILER_BYTES } from '../pack/pack-header.ts';
import { packNameOf } from '../pack/pack-list.ts';
import type { Repository } from '../store/repository.ts';
import type { Census } from './check-census.ts';
import { type CheckColumns, linkById, makeCheckColumns, UNPROVED } from './check-columns.ts';
import { checkFamilies, type FamilyCrew, holdPack } from './check-families.ts';
import { idxCorrupt, metaCorrupt, packCorrupt, packedObjectCorrupt } from './check-findings.ts';
import type { Links } from './check-links.ts';
import { proveLongEntry } from './check-long.ts';
import type { EntryFault, ObjectListener, ProverReport } from './check-prover.ts';
import { indexAnew, isMetaOf, type OpenedPack } from './check-tables.ts';
import type { Finding } from './finding.ts';

/** A list of chunks as it lies in a pack; it is proved once all packs were read. */
export interface FoundList {
  readonly id: ObjectId;
  readonly bytes: Uint8Array;
  readonly packName: string;
  readonly offset: number;
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
  readonly report: ProverReport;
  /** By entry; a reason why it is not sound. */
  readonly faults: ReadonlyMap<number, string>;
  /** Rows of the idx whose entries start where the pack has ended already. */
  readonly beyond: Uint32Array;
}

/** Enters what is sound into the census, and what it names into the links. */
export async function* checkPack(check: PackCheck, pack: OpenedPack): AsyncGenerator<Finding> {
  if (pack.packBytes < PACK_HEADER_BYTES + PACK_TRAILER_BYTES) {
    yield packCorrupt(pack.name, 'it ends inside its header');
    yield* tellOfBeyond(pack, pack.idx.rowsInPackOrder());
    return;
  }
  let checked = await examinePack(check, pack, pack.idx);
  const problem = findIdxProblem(checked, pack.idx);
  if (problem !== undefined && checked.survey.isSealed) {
    // The pack is as it was written: what is wrong is its idx, unless its writer was.
    const right = await indexAnew(check.repository, pack);
    if (right instanceof CorruptError) yield packCorrupt(pack.name, right.message);
    else {
      yield idxCorrupt(pack.name, problem);
      if (pack.meta !== undefined && !isMetaOf(pack.meta, right))
        yield metaCorrupt(pack.name, 'it is that of another pack');
      checked = await examinePack(check, pack, right);
    }
  }
  const { survey, report } = checked;
  if (!survey.isSealed) yield packCorrupt(pack.name, 'its bytes are not those of its checksum');
  else if (packNameOf(survey.trailer) !== pack.name)
    yield packCorrupt(pack.name, 'it has the name of another pack');
  yield* tellOfObjects(pack, checked);
  yield* tellOfBeyond(pack, checked.beyond);
  if (report.metaFaults > 0)
    yield metaCorrupt(pack.name, `it is wrong about ${report.metaFaults} of its objects`);
}

/** How often a pack was held against an idx in this process. */
let checks = 0;

/** Reads all of a pack by `idx`, and by the meta if that is its own. What is sound is entered into the census. */
export async function examinePack(check: PackCheck, pack: OpenedPack, idx: Idx): Promise<ExaminedPack> {
  const { repository, kernel, crew, onDone, signal } = check;
  const { path, file, packBytes, read } = pack;
  const { rows, beyond, bodyBytes } = rowsWithin(idx, packBytes);
  const offsets = Float64Array.from(rows, (row) => idx.offsetAt(row));
  const window = holdPack(kernel, file, packBytes);
  await window.loadAll();
  const survey = await surveyPack((at, length) => window.read(at, length), { bodyBytes, offsets });
  const { entries } = survey;
  linkById(entries, idx);
  const columns = makeCheckColumns(idx, idx === pack.idx ? pack.meta : undefined, rows);
  const report = await checkFamilies({
    pack: { key: checks++, path, packBytes, entries, columns },
    window,
    crew,
    onObject: listenerOf(check, pack, { survey, columns }),
    onDone,
    signal,
  });
  const long = { entries, columns, read, codec: repository.codec };
  const faults: EntryFault[] = [...report.faults];
  let { metaFaults } = report;
  for (const entry of report.deferred) {
    signal?.throwIfAborted();
    const { fault, isMetaRight } = await proveLongEntry(long, entry);
    if (fault !== undefined) faults.push(fault);
    if (!isMetaRight) metaFaults++;
  }
  enterProved(check.census, columns);
  const byEntry = new Map(faults.map(({ entry, reason }) => [entry, reason]));
  return { survey, rows, columns, report: { ...report, metaFaults }, faults: byEntry, beyond };
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

function listenerOf(
  { links, census, lists }: PackCheck,
  { name }: OpenedPack,
  { survey, columns }: { readonly survey: PackSurvey; readonly columns: CheckColumns },
): ObjectListener {
  return ({ entry, type }, bytes) => {
    if (type === ENTRY.blob) return;
    const idBytes = columns.ids.subarray(entry * ID_BYTES, (entry + 1) * ID_BYTES);
    if (type === ENTRY.tree) links.seeTree(census.find(idBytes), bytes);
    else if (type === ENTRY.commit)
      links.seeSnapshot(census.find(idBytes), bytes, objectIdFromBytes(idBytes));
    else if (survey.entries.types[entry] === ENTRY.chunkList) {
      const offset = survey.entries.offsets[entry]!;
      lists.push({ id: objectIdFromBytes(idBytes), bytes: bytes.slice(), packName: name, offset });
    }
  };
}

function enterProved(census: Census, { ids, proved }: CheckColumns): void {
  for (let entry = 0; entry < proved.length; entry++) {
    const sizeBytes = proved[entry]!;
    if (sizeBytes === UNPROVED) continue;
    census.prove(census.enter(ids.subarray(entry * ID_BYTES, (entry + 1) * ID_BYTES)), sizeBytes);
  }
}

/** What an idx says that is not so, as a clause; that may be the fault of its pack. */
function findIdxProblem(
  { survey, rows, faults, columns, beyond }: ExaminedPack,
  idx: Idx,
): string | undefined {
  const { entries, count, trailer } = survey;
  if (!equalBytes(idx.packTrailer, trailer)) return 'it is that of another pack';
  if (count !== idx.count) return 'it has another number of objects than its pack';
  const startsLate = entries.count > 0 && entries.offsets[0] !== PACK_HEADER_BYTES;
  if (startsLate || faults.size > 0 || beyond.length > 0 || findUnreached(survey, columns, faults).length > 0)
    return 'it does not say what its pack holds';
  for (let entry = 0; entry < entries.count; entry++) {
    if (idx.crcAt(rows[entry]!) !== entries.crcs[entry]) return 'it has another CRC-32 of an entry';
  }
  return undefined;
}

/** Entries that nothing was found of: they stand on no entry of the pack, or on each other. */
function findUnreached(
  { entries, faults: headerFaults }: PackSurvey,
  { proved }: CheckColumns,
  faults: ReadonlyMap<number, string>,
): EntryFault[] {
  const found: EntryFault[] = [];
  for (let entry = 0; entry < entries.count; entry++) {
    if (proved[entry] !== UNPROVED || faults.has(entry)) continue;
    if (entries.types[entry] === ENTRY.chunkList && entries.bases[entry] !== ABROAD) continue; // proved later
    const reason = headerFaults.get(entry)?.message ?? 'its base is not in the pack';
    found.push({ entry, reason });
  }
  return found;
}

function* tellOfObjects({ name }: OpenedPack, { survey, columns, faults }: ExaminedPack): Generator<Finding> {
  const all = [...faults].map(([entry, reason]) => ({ entry, reason }));
  for (const { entry, reason } of [...all, ...findUnreached(survey, columns, faults)]) {
    const object = objectIdFromBytes(columns.ids.subarray(entry * ID_BYTES, (entry + 1) * ID_BYTES));
    yield packedObjectCorrupt(name, object, { offset: survey.entries.offsets[entry]!, reason });
  }
}

function* tellOfBeyond({ name, idx }: OpenedPack, rows: Uint32Array): Generator<Finding> {
  for (const row of rows) {
    const fault = { offset: idx.offsetAt(row), reason: 'the pack ends before it' };
    yield packedObjectCorrupt(name, objectIdFromBytes(idx.idAt(row)), fault);
  }
}
