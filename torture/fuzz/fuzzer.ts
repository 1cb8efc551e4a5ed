/**
 * The program of the thread that fuzzes. It is told the seeds of trials, and answers each with a report; at `keep` it
 * leaves behind what it found.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { Fuzzing } from './fuzzing.ts';
import { targetOf } from './targets.ts';
import { Watched } from './watched.ts';

/** What the thread is begun with. */
export interface FuzzerStart {
  readonly found: string;
  readonly shared: SharedArrayBuffer;
}

const { found, shared } = workerData as FuzzerStart;
const watched = new Watched(shared);
const fuzzings = new Map<string, Fuzzing>();

async function answer(asked: number | 'keep'): Promise<void> {
  if (asked === 'keep') {
    for (const fuzzing of fuzzings.values()) await fuzzing.keep();
    return parentPort?.postMessage('kept', []);
  }
  const target = targetOf(asked);
  let fuzzing = fuzzings.get(target.name);
  if (fuzzing === undefined) {
    fuzzing = new Fuzzing(target, { found, watch: (bytes) => watched.show(bytes) });
    fuzzings.set(target.name, fuzzing);
  }
  parentPort?.postMessage(await fuzzing.run(asked), []);
}

parentPort?.on('message', (asked: number | 'keep') => void answer(asked));
