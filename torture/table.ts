/** What all attacks came to, as a table. */
import type { Counts } from './attack.ts';

/** Of one attack. */
export interface Tally {
  readonly name: string;
  readonly trials: string;
  readonly bar: number;
  readonly passed: number;
  /** What was broken, with the seed of the trial. */
  readonly failures: readonly { readonly seed: number; readonly broken: string }[];
  readonly counts: Counts;
  readonly seconds: number;
  /** Why it did not take place. */
  readonly missing: string | undefined;
  /** Whether nothing was left to be tried. */
  readonly isWhole: boolean;
}

/** Rows of Markdown. */
export function formatTable(tallies: readonly Tally[]): string {
  const rows = tallies.map((tally) => {
    const { name, trials, bar, passed, failures, seconds, missing, isWhole } = tally;
    const verdict = failures.length > 0 ? '**broken**' : passed >= bar || isWhole ? 'held' : 'held so far';
    const counts = Object.entries(tally.counts).map(([what, count]) => `${count} ${what}`);
    const cells = [
      name,
      `${passed + failures.length} ${trials}`,
      `${failures.length}`,
      `${bar}`,
      missing === undefined ? verdict : `not tried: ${missing}`,
      `${seconds.toFixed(0)} s`,
      counts.join(', '),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const head = ['attack', 'tried', 'failed', 'bar', 'verdict', 'time', 'counted'];
  return [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...rows].join('\n');
}
