/** A thread that searches deltas. */
import { nodeFiles } from '../files/node-files.ts';
import { serveCrew } from '../flow/crew.ts';
import { type CodecChoice, chooseCodec } from '../zlib/choose.ts';
import { type DeltaAnswer, type DeltaJob, type DeltaTask, DeltaWorkbench } from './delta-work.ts';

/** A task, and the job that it belongs to: a thread that has seen the job keeps what it loaded for it. */
export interface DeltaOrder {
  readonly number: number;
  readonly job: DeltaJob;
  readonly task: DeltaTask;
}

let current: { readonly number: number; readonly bench: DeltaWorkbench } | undefined;

serveCrew<DeltaOrder, DeltaAnswer>(async ({ number, job, task }, codecName) => {
  if (current?.number !== number) {
    await current?.bench[Symbol.asyncDispose]();
    const codec = await chooseCodec(codecName as CodecChoice);
    current = { number, bench: new DeltaWorkbench(job, { files: nodeFiles(), codec }) };
  }
  const answer = await current.bench.perform(task);
  return { answer, transfer: [answer.streams.buffer as ArrayBuffer] };
});
