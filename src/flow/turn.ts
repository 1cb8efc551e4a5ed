/** Turns at the event loop: work that never waits would keep signals and timers from theirs. */

import { setImmediate } from 'node:timers/promises';
import { elapsedMs } from './elapsed.ts';

/** How long work may go on before others have a turn: a person who presses Ctrl-C notices nothing. */
const TURN_MS = 50;

let lastMs = elapsedMs();

/** Resolves at once, and once in 50 ms only after everything else that is due was done. */
export async function giveTurn(): Promise<void> {
  const nowMs = elapsedMs();
  if (nowMs - lastMs < TURN_MS) return;
  lastMs = nowMs; // before others ask
  await setImmediate();
  lastMs = elapsedMs();
}
