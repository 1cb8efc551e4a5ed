/** The tasks that a repack gives to threads, and how each is done; without threads the caller does them itself. */
import { joinBytes } from '../bytes/concat.ts';
import type { FileSystem } from '../files/file-system.ts';
import type { ZlibCodec } from '../zlib/codec.ts';
import type { LoaderContext } from './content-loader.ts';
import { type DeltaEffort, DeltaEncoder, type EncodedRow } from './delta-encoder.ts';
import { SKETCH_VALUES, type SketchTable } from './delta-sketches.ts';
import { type DeltaStock, NO_ROW } from './delta-stock.ts';

/** What all tasks of one repack have in common. */
export interface DeltaJob extends Omit<LoaderContext, 'files'> {
  readonly effort: DeltaEffort;
  /** How many bytes of contents each thread keeps at hand. */
  readonly ringBytes: number;
}

export type DeltaTask =
  /** Fills the sketches of the rows with the places `from` to `end` in the table. */
  | {
      readonly kind: 'sketch';
      readonly table: Pick<SketchTable, 'rows' | 'sketches'>;
      readonly from: number;
      readonly end: number;
    }
  | { readonly kind: 'encode'; readonly rows: Int32Array; readonly table: SketchTable }
  /** Makes entries that need no other. */
  | { readonly kind: 'encode-alone'; readonly rows: Int32Array };

/** What became of the rows of a task, in their order. */
export interface DeltaAnswer {
  readonly outcomes: Uint8Array;
  /** Rows that entries are deltas on, or {@link NO_ROW}. */
  readonly bases: Int32Array;
  /** What each stream holds, and how many bytes it has. */
  readonly heldBytes: Float64Array;
  readonly streamBytes: Float64Array;
  /** The streams, one behind the other. */
  readonly streams: Uint8Array;
}

/** Numbers for {@link EncodedRow.kind}. `pending` is none of them yet. */
export const OUTCOME = { pending: 0, damaged: 1, copied: 2, encoded: 3 } as const;

/** What does the tasks of one job, one after the other. */
export class DeltaWorkbench implements AsyncDisposable {
  readonly #encoder: DeltaEncoder;
  readonly #stock: DeltaStock;

  constructor(job: DeltaJob, { files, codec }: { readonly files: FileSystem; readonly codec: ZlibCodec }) {
    const { effort, ringBytes } = job;
    this.#stock = job.stock;
    this.#encoder = new DeltaEncoder({ ...job, files }, { codec, effort, ringBytes });
  }

  async perform(task: DeltaTask): Promise<DeltaAnswer> {
    switch (task.kind) {
      case 'sketch':
        await this.#sketch(task);
        return answerOf([]);
      case 'encode':
        return answerOf(await this.#encodeEach(task.rows, (row) => this.#encoder.encode(row, task.table)));
      case 'encode-alone':
        return answerOf(await this.#encodeEach(task.rows, (row) => this.#encoder.encodeAlone(row)));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#encoder[Symbol.asyncDispose]();
  }

  async #sketch({ table, from, end }: DeltaTask & { kind: 'sketch' }): Promise<void> {
    for (let place = from; place < end; place++) {
      const at = place * SKETCH_VALUES;
      await this.#encoder.sketch(table.rows[place]!, table.sketches.subarray(at, at + SKETCH_VALUES));
    }
  }

  async #encodeEach(rows: Int32Array, encode: (row: number) => Promise<EncodedRow>): Promise<EncodedRow[]> {
    const { depths } = this.#stock;
    const encoded: EncodedRow[] = [];
    for (const row of rows) {
      const made = await encode(row);
      const base = made.kind === 'damaged' ? NO_ROW : made.base;
      depths[row] = base === NO_ROW ? 0 : depths[base]! + 1; // other threads choose their bases by it
      encoded.push(made);
    }
    return encoded;
  }
}

function answerOf(encoded: readonly EncodedRow[]): DeltaAnswer {
  const made = encoded.map((row) => {
    if (row.kind === 'encoded') return row;
    return { base: row.kind === 'copied' ? row.base : NO_ROW, heldBytes: 0, stream: NOTHING };
  });
  return {
    outcomes: Uint8Array.from(encoded, ({ kind }) => OUTCOME[kind]),
    bases: Int32Array.from(made, ({ base }) => base),
    heldBytes: Float64Array.from(made, ({ heldBytes }) => heldBytes),
    streamBytes: Float64Array.from(made, ({ stream }) => stream.length),
    streams: joinBytes(made.map(({ stream }) => stream)),
  };
}

const NOTHING: Uint8Array = new Uint8Array(0);
