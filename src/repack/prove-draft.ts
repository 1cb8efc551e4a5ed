/** Proves a new pack as a whole, here and on a thread beside this one, before it gets its name. */
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { equalBytes } from '../bytes/compare.ts';
import { CorruptError, NotFoundError } from '../errors/errors.ts';
import type { FileSystem, OpenFile } from '../files/file-system.ts';
import { isMachine } from '../files/node-files.ts';
import { type Crew, openCrew } from '../flow/crew.ts';
import type { ProgressListener } from '../flow/progress.ts';
import { giveTurn } from '../flow/turn.ts';
import type { PackDraft } from '../intake/pack-draft.ts';
import { Kernel } from '../kernel/kernel.ts';
import { PACK_TRAILER_BYTES } from '../pack/pack-header.ts';
import type { ReadAt } from '../pack/read-at.ts';
import { EntryLadder } from '../scan/entry-ladder.ts';
import { findFamilies, planFamilyTasks } from '../scan/family-tasks.ts';
import { PackEntries, WHOLE } from '../scan/pack-entries.ts';
import { surveyPack } from '../scan/pack-survey.ts';
import type { ZlibCodec } from '../zlib/codec.ts';
import {
  type DraftColumns,
  DraftProver,
  idOfEntry,
  type ProofReport,
  type ProofTask,
} from './draft-prover.ts';

export interface ProofContext {
  readonly files: FileSystem;
  readonly codec: ZlibCodec;
  readonly crew: ProofCrew | undefined;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

export type ProofCrew = Crew<ProofTask, ProofReport>;

/** Starting a thread costs as much as proving so much, as it is stored. */
const CREW_BYTES: number = 2 * 2 ** 20;
/** Tasks that are on their way to the thread, so that it need not wait for the next. */
const AHEAD = 2;

/** A thread beside this one, which starts while the pack is still being written; `undefined` where this one will do. */
export function hireProofCrew(files: FileSystem, storedBytes: number): ProofCrew | undefined {
  if (!isMachine(files) || storedBytes < CREW_BYTES || availableParallelism() < 2) return undefined;
  return openCrew(new URL('./proof-worker.js', import.meta.url), { threads: 1 });
}

/** @throws CorruptError `PACK_WRITE_FAILED` unless every entry gives the object of its id */
export async function proveDraft(draft: PackDraft, context: ProofContext): Promise<void> {
  await using file = await context.files.open(draft.path, 'read');
  if (file === undefined) throw new NotFoundError('PACK_GONE', `'${draft.path}' is not there any more`);
  const columns = await surveyDraft(draft, file);
  const reports = await proveFamilies(columns, file, context);
  const fault = reports.find((report) => report.fault !== undefined)?.fault;
  if (fault !== undefined) throw unproved(draft, fault);
  let proved = reports.reduce((sum, report) => sum + report.proved, 0);
  for (const entry of reports.flatMap(({ deferred }) => deferred)) {
    context.signal?.throwIfAborted();
    if (!(await isLongProved(columns, entry, { read: readerOf(file), codec: context.codec })))
      throw unproved(draft, `the entry at ${draft.offsets[entry]} is damaged`);
    proved++;
  }
  if (proved !== columns.entries.count) throw unproved(draft, 'some of its deltas stand on nothing');
}

function unproved({ path }: PackDraft, problem: string): CorruptError {
  return new CorruptError('PACK_WRITE_FAILED', `'${path}' does not hold what was packed: ${problem}`, {
    hint: 'check the disk and the memory of this machine, and try again',
  });
}

async function surveyDraft({ path, offsets, ids }: PackDraft, file: OpenFile): Promise<DraftColumns> {
  const bodyBytes = offsets.at(-1)!;
  const { entries } = await surveyPack(readerOf(file), { bodyBytes, offsets: offsets.subarray(0, -1) });
  const shared = new Uint8Array(new SharedArrayBuffer(ids.length));
  shared.set(ids);
  return { path, packBytes: bodyBytes + PACK_TRAILER_BYTES, entries: columnsOf(entries), ids: shared };
}

/** Without what cannot be sent to a thread: what repack writes names no base by its id. */
function columnsOf({
  count,
  offsets,
  types,
  headerBytes,
  sizes,
  crcs,
  bases,
}: PackEntries): DraftColumns['entries'] {
  return { count, offsets, types, headerBytes, sizes, crcs, bases };
}

async function proveFamilies(
  columns: DraftColumns,
  file: OpenFile,
  { crew, onProgress, signal }: ProofContext,
): Promise<ProofReport[]> {
  const tasks = planFamilyTasks(findFamilies(columns.entries));
  const prover = new DraftProver(new Kernel(), file, columns);
  const reports: ProofReport[] = [];
  let done = 0;
  const work = async (prove: (roots: Int32Array) => Promise<ProofReport>): Promise<void> => {
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
      signal?.throwIfAborted();
      reports.push(await prove(task.filter((entry) => columns.entries.bases[entry] === WHOLE)));
      done += task.length;
      onProgress?.({ phase: 'proving', done, total: columns.entries.count, unit: 'objects' });
      await giveTurn();
    }
  };
  const lanes = Array.from({ length: crew === undefined ? 0 : AHEAD * crew.threads }, () =>
    work((roots) => crew!.run({ ...columns, roots })),
  );
  const ended = await Promise.allSettled([...lanes, work((roots) => prover.prove(roots))]);
  const failed = ended.find((lane) => lane.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return reports;
}

interface LongSource {
  readonly read: ReadAt;
  readonly codec: ZlibCodec;
}

async function isLongProved(columns: DraftColumns, entry: number, source: LongSource): Promise<boolean> {
  const entries = new PackEntries(columns.entries);
  const ladder = new EntryLadder({ ...source, entries });
  const hasher = createHash('sha256');
  try {
    if (entries.bases[entry] === WHOLE) for await (const piece of ladder.stream(entry)) hasher.update(piece);
    else hasher.update(await ladder.read(entry));
  } catch (error) {
    if (error instanceof CorruptError) return false;
    throw error;
  }
  return equalBytes(hasher.digest(), idOfEntry(columns.ids, entry));
}

function readerOf(file: OpenFile): ReadAt {
  return async (at, length) => {
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, await file.read(bytes, at));
  };
}
