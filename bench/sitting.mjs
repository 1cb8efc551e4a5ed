/**
 * One sitting: everything that a scenario needs, and where it puts what it found.
 *
 * @typedef {import('./measure.mjs').Sample} Sample
 * @typedef {import('./tools/tool.mjs').Tool} Tool
 *
 * @typedef {object} Sitting
 * @property {import('./measure.mjs').Bench} bench
 * @property {readonly Tool[]} tools ours, then the peers that are installed
 * @property {number} runs of each measured command
 * @property {(step: string) => boolean} wants whether a step is asked for, by its name without a corpus
 * @property {(step: string, samples: Record<string, Sample[]>) => void} record
 * @property {string} cache what may be kept from one sitting to the next
 * @property {number} scale 1, or less to try the harness itself on less content
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * @typedef {object} Recorded one step of one sitting
 * @property {string} day such as 2026-01-31
 * @property {Record<string, Sample[]>} samples by who was measured
 *
 * @typedef {object} Findings all that was ever measured on this machine, the newest of each step
 * @property {Record<string, string>} versions of tools, by name
 * @property {Record<string, string>} machine
 * @property {Record<string, Recorded>} steps
 */

/** @param {string} path @returns {Findings} */
export function readFindings(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { versions: {}, machine: {}, steps: {} };
  }
}

/** @param {string} path @param {Findings} findings */
export function writeFindings(path, findings) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(findings, undefined, 1)}\n`);
}

/** The middle of what was measured; the mean of the two in the middle of an even number. @param {readonly number[]} values */
export function median(values) {
  const sorted = values.toSorted((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** Of one metric of one subject, in the order of the runs. @param {readonly Sample[] | undefined} samples @param {string} metric */
export function column(samples, metric) {
  return (samples ?? []).flatMap((sample) => sample[metric] ?? []);
}

/** A tool that is quick because it prints less is not measured. @param {Record<string, Sample[]>} samples @param {number} leastBytes */
export function printedWhole(samples, leastBytes) {
  for (const [tool, taken] of Object.entries(samples)) {
    const isWhole = taken.every(({ printedBytes = 0 }) => printedBytes >= leastBytes);
    if (!isWhole) throw new Error(`'${tool}' printed less than the ${leastBytes} bytes that there are`);
  }
  return samples;
}
