/** Finds a form for every row of a stock: on threads where there are some and it pays, else here. */
import { availableParallelism } from 'node:os';
import type { FileSystem } from '../files/file-system.ts';
import { isMachine } from '../files/node-files.ts';
import { forEachConcurrent } from '../flow/concurrency.ts';
import { type Crew, openCrew } from '../flow/crew.ts';
import type { ProgressListener } from '../flow/progress.ts';
import { giveTurn } from '../flow/turn.ts';
import type { ZlibCodec } from '../zlib/codec.ts';
import { createSketches, indexSketches, type SketchTable } from './delta-sketches.ts';
import { type DeltaStock, NO_ROW, TREATMENT } from './delta-stock.ts';
import { cutByWeight, planEncoding } from './delta-tasks.ts';
import { type DeltaAnswer, type DeltaJob, type DeltaTask, DeltaWorkbench, OUTCOME } from './delta-work.ts';
import type { DeltaOrder } from './delta-worker.ts';
import type { StreamSpool } from './stream-spool.ts';

/** The form of each row, in columns. */
export interface DeltaForms {
  /** One of {@link OUTCOME}; `pending` for what is too large for it. */
  readonly outcomes: Uint8Array;
  readonly bases: Int32Array;
  readonly heldBytes: Float64Array;
  readonly streamBytes: Float64Array;
  /** Where an encoded row's stream is: in which block of the spool, from which byte on. */
  readonly blocks: Int32Array;
  readonly blockOffsets: Float64Array;
}

export interface SearchContext {
  readonly files: FileSystem;
  readonly codec: ZlibCodec;
  readonly spool: StreamSpool;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** More threads would need more memory than they save time. */
const MAX_THREADS = 4;
/** Starting threads costs as much as packing so much, as it is stored. */
const CREW_BYTES: number = 2 ** 20;

/** Does tasks; on how many threads, it alone knows. */
export interface DeltaTeam extends AsyncDisposable {
  /** How many tasks it may be given at a time. */
  readonly ahead: number;
  perform(task: DeltaTask): Promise<DeltaAnswer>;
}

export async function searchDeltas(
  job: DeltaJob,
  team: DeltaTeam,
  context: SearchContext,
): Promise<DeltaForms> {
  const { stock } = job;
  const forms = createForms(stock.count);
  const table = await sketchHeads(stock, team, context);
  const tasks = planEncoding(stock).map((rows) => ({ kind: 'encode', rows, table }) as const);
  await performAll(tasks, { team, forms, context });
  const cut = cutChains(stock, forms, job.effort.depth);
  const alone = cutByWeight(stock, cut).map((rows) => ({ kind: 'encode-alone', rows }) as const);
  await performAll(alone, { team, forms, context });
  return forms;
}

export type DeltaCrew = Crew<DeltaOrder, DeltaAnswer>;

/**
 * Threads for what is to do, which start while it is still being planned; `undefined` where this one will do.
 *
 * @param storedBytes what is to be packed, as it is stored
 */
export function hireCrew(files: FileSystem, codec: ZlibCodec, storedBytes: number): DeltaCrew | undefined {
  if (!isMachine(files) || storedBytes < CREW_BYTES) return undefined; // no other files are seen by other threads
  const threads = Math.min(availableParallelism(), MAX_THREADS);
  return openCrew(new URL('./delta-worker.js', import.meta.url), { threads, data: codec.name });
}

/** What does the tasks of a job: the crew, or this thread. Disposing it leaves the crew. */
export function openTeam(job: DeltaJob, crew: DeltaCrew | undefined, context: SearchContext): DeltaTeam {
  if (crew !== undefined) {
    const number = ++jobs;
    const perform = (task: DeltaTask): Promise<DeltaAnswer> => crew.run({ number, job, task });
    return { ahead: 2 * crew.threads, perform, [Symbol.asyncDispose]: async () => {} };
  }
  const bench = new DeltaWorkbench(job, context);
  const perform = (task: DeltaTask): Promise<DeltaAnswer> => bench.perform(task);
  return { ahead: 1, perform, [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose]() };
}

let jobs = 0;

/** Sketches of the rows that have no base by their path: by those, what is alike is found under any path. */
async function sketchHeads(stock: DeltaStock, team: DeltaTeam, context: SearchContext): Promise<SketchTable> {
  const heads: number[] = [];
  for (let row = 0; row < stock.count; row++) {
    if (stock.treatments[row] === TREATMENT.search && stock.pathBases[row] === NO_ROW) heads.push(row);
  }
  const table = createSketches(heads);
  const tasks: DeltaTask[] = [];
  let from = 0;
  for (const part of cutByWeight(stock, Int32Array.from(heads))) {
    tasks.push({ kind: 'sketch', table, from, end: from + part.length });
    from += part.length;
  }
  await forEachConcurrent(tasks, team.ahead, async (task) => {
    context.signal?.throwIfAborted();
    await team.perform(task);
    await giveTurn();
  });
  return indexSketches(stock, table);
}

interface Performance {
  readonly team: DeltaTeam;
  readonly forms: DeltaForms;
  readonly context: SearchContext;
}

async function performAll(
  tasks: readonly Exclude<DeltaTask, { kind: 'sketch' }>[],
  { team, forms, context }: Performance,
): Promise<void> {
  const { spool, onProgress, signal } = context;
  const total = tasks.reduce((sum, { rows }) => sum + rows.length, 0);
  let done = 0;
  await forEachConcurrent(tasks, team.ahead, async (task) => {
    signal?.throwIfAborted();
    const answer = await team.perform(task);
    note(forms, task.rows, { answer, block: await spool.add(answer.streams) });
    done += task.rows.length;
    onProgress?.({ phase: 'finding deltas', done, total, unit: 'objects' });
    await giveTurn();
  });
}

function note(
  forms: DeltaForms,
  rows: Int32Array,
  { answer, block }: { readonly answer: DeltaAnswer; readonly block: number },
): void {
  let offset = 0;
  rows.forEach((row, at) => {
    forms.outcomes[row] = answer.outcomes[at]!;
    forms.bases[row] = answer.bases[at]!;
    forms.heldBytes[row] = answer.heldBytes[at]!;
    forms.streamBytes[row] = answer.streamBytes[at]!;
    forms.blocks[row] = block;
    forms.blockOffsets[row] = offset;
    offset += answer.streamBytes[at]!;
  });
}

/**
 * Threads choose bases without knowing what becomes of those elsewhere. Here it is known: the depths are set, and the
 * rows are returned that must be whole after all, for their chains would be too long, or their bases are damaged.
 */
export function cutChains(stock: DeltaStock, forms: DeltaForms, maxDepth: number): Int32Array {
  const { depths, heights } = stock;
  const cut: number[] = [];
  for (let row = 0; row < stock.count; row++) {
    const base = forms.bases[row]!;
    const depth = base === NO_ROW ? 0 : depths[base]! + 1;
    const isTooDeep = depth > 0 && depth + heights[row]! > maxDepth;
    const isCut = isTooDeep || (base !== NO_ROW && forms.outcomes[base] === OUTCOME.damaged);
    depths[row] = isCut ? 0 : depth;
    if (isCut) cut.push(row);
  }
  return Int32Array.from(cut);
}

function createForms(count: number): DeltaForms {
  return {
    outcomes: new Uint8Array(count),
    bases: new Int32Array(count).fill(NO_ROW),
    heldBytes: new Float64Array(count),
    streamBytes: new Float64Array(count),
    blocks: new Int32Array(count),
    blockOffsets: new Float64Array(count),
  };
}
