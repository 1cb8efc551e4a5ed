/** What is told to the engine by a command that does much, and is over before its optimizing compiler pays. */
import type * as Engine from 'node:v8';

/** How much bytecode a function runs before it is looked at for optimizing; the engine's own figure is 67,584. */
const INTERRUPT_BUDGET = 1_000_000;
/** The engine that this was tried with: one that does not know the flag would tell the user so. */
const TRIED_ENGINE = /^11\./;

let isAsked = false;

/**
 * Has the engine optimize functions later, on all threads. Unasked, it takes a third of a commit's processor time for
 * that, on cores that could compress; what runs for seconds is optimized all the same.
 *
 * To be called late: from then on the engine trusts no machine code that was kept from before, and reads sources.
 */
export function optimizeLater(): void {
  if (isAsked || !TRIED_ENGINE.test(process.versions.v8)) return;
  isAsked = true;
  const engine: typeof Engine = process.getBuiltinModule('node:v8');
  engine.setFlagsFromString(`--interrupt-budget=${INTERRUPT_BUDGET}`);
}
