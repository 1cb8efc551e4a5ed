/** Timing of calls within one process. */
import { performance } from 'node:perf_hooks';

/** A round takes about this long, so that the clock does not matter. */
const ROUND_SECONDS = 0.1;

/**
 * Calls every subject as often as a round takes, in turn, `rounds` times and once before to warm up.
 *
 * @param {Record<string, () => unknown>} subjects
 * @param {number} rounds
 * @returns {Record<string, { wallSeconds: number }[]>} seconds a call
 */
export function timeInTurn(subjects, rounds) {
  const entries = Object.entries(subjects).map(([name, call]) => ({ name, call, calls: callsARound(call) }));
  /** @type {Record<string, { wallSeconds: number }[]>} */
  const samples = Object.fromEntries(entries.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, call, calls } of entries)
      samples[name]?.push({ wallSeconds: secondsOf(call, calls) / calls });
  }
  return samples;
}

/** @param {() => unknown} call */
function callsARound(call) {
  let calls = 1;
  while (secondsOf(call, calls) < ROUND_SECONDS) calls *= 2;
  return calls;
}

/** @param {() => unknown} call @param {number} calls */
function secondsOf(call, calls) {
  const began = performance.now();
  for (let at = 0; at < calls; at++) call();
  return (performance.now() - began) / 1000;
}
