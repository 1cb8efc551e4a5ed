/** Turns at the event loop: work that never waits would keep signals and timers from theirs. */

import { setImmediate } from 'node:timers/promises';
import { elapsedMs } from './elapsed.ts';

/** How long work may go on before others have a turn: a person who presses Ctrl-C notices nothing. */
const TURN_MS = 50;

let lastMs = elapsedMs();
let turn: Promise<void> | undefined;

/**
 * Resolves at once, and once in 50 ms only after everything else that is due was done. Of works that go on side by side
 * each waits for that: the event loop comes to its own only when none is left that goes on.
 */
export async function giveTurn(): Promise<void> {
  if (turn === undefined && elapsedMs() - lastMs < TURN_MS) return;
  turn ??= takeTurn();
  await turn;
}

async function takeTurn(): Promise<void> {
  await setImmediate();
  lastMs = elapsedMs();
  turn = undefined;
}
