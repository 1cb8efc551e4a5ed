/** Runs one input through a target, and tells what must not be. */
import { CasError } from '../../src/errors/errors.ts';
import type { Target } from './target.ts';

/** No input may take longer. */
export const MAX_INPUT_MS = 1000;
/** How often a slow input must be slow: a busy machine may have been it once. */
const SLOW_TIMES = 3;
const SHOWN_FRAMES = 20;

/** How a run ended. */
export type Ending =
  /** As it may: `how` is the code of an error, or empty where there was none. */
  | { readonly kind: 'right'; readonly how: string }
  /** @see findFault, which says it more exactly */
  | { readonly kind: 'wrong' };

const DONE: Ending = { kind: 'right', how: '' };
const WRONG: Ending = { kind: 'wrong' };

/** Runs it once. Errors have no stacks meanwhile: to note them takes longer than most inputs. */
export async function runOnce(target: Target, bytes: Uint8Array): Promise<Ending> {
  Error.stackTraceLimit = 0;
  const start = performance.now();
  let ending = DONE;
  try {
    const ran = target.run(bytes);
    if (ran !== undefined) await ran; // most do not wait
  } catch (error) {
    if (!(error instanceof CasError)) return WRONG;
    ending = { kind: 'right', how: error.code };
  }
  return performance.now() - start > MAX_INPUT_MS ? WRONG : ending;
}

/** What is wrong with how an input ends, in the same words for all that end alike; `undefined` for nothing. */
export async function findFault(target: Target, bytes: Uint8Array): Promise<string | undefined> {
  Error.stackTraceLimit = SHOWN_FRAMES;
  for (let time = 1; time <= SLOW_TIMES; time++) {
    const start = performance.now();
    try {
      await target.run(bytes);
    } catch (error) {
      if (!(error instanceof CasError)) return describe(error);
    }
    if (performance.now() - start <= MAX_INPUT_MS) return undefined;
  }
  return `it takes over ${MAX_INPUT_MS} ms`;
}

/** Without numbers, which differ, and with the function that threw it. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const place = /\n {4}at (?:new |async )?([^\s(]+)/u.exec(error.stack ?? '')?.[1] ?? 'nowhere';
  return `${error.name}: ${error.message.replaceAll(/\d+/gu, 'N')}, in ${place}`;
}
