/** Writes what was measured as a document: every bar and whether it is met, then all medians. */
import { BARS } from './bars.mjs';
import { column, median } from './sitting.mjs';

/**
 * @typedef {import('./bars.mjs').Bar} Bar
 * @typedef {import('./sitting.mjs').Findings} Findings
 */

/** @param {Findings} findings @returns {string} Markdown */
export function formatReport(findings) {
  const days = Object.values(findings.steps).map(({ day }) => day);
  return `# Benchmarks

Whole processes on one machine, measured on ${[...new Set(days)].sort().join(' and ') || 'no day yet'}. This file is written by \`npm run bench\`; ratios carry to other machines, seconds do not.

${table(['', ''], [...Object.entries(findings.machine), ...Object.entries(findings.versions)])}

## What is held to

A bar is what has to be met, an aim what would be good. A ratio is ours divided by the peer's, so smaller is better: the median of the ratios of runs side by side, with the lowest and the highest. \`×\` is the peer's time divided by ours, where larger is better. Where the spread reaches over the bar, the verdict is a guess.

${table(
  ['what', 'ours', 'peer', 'result', 'bar', 'aim', 'verdict'],
  BARS.map((bar) => barRow(bar, findings)),
)}

## All medians

Wall and processor time, the largest resident memory of the process and those that it waited for, and what lies in the folder of objects afterwards, indexes included. What went over the line counts in both directions; of bundles it is their size. Memory below some 10 MB cannot be told. \`node\` is \`node -e 0\`.

${table(['step', 'tool', 'runs', 'wall', 'processor', 'memory', 'stored', 'moved'], stepRows(findings))}

${HOW}`;
}

const HOW = `## How it is measured

\`\`\`sh no-run takes most of an hour, and fetches packages
npm run build
npm run bench                                        # everything
npm run bench -- --only import,repack --corpus text  # some steps of one corpus
npm run bench -- --peers git,restic,borg --runs 5    # who is compared, and how often
npm run bench -- micro                               # single parts of the library, in one process each
\`\`\`

- **Corpora** are published npm packages in pinned versions, fetched once into a cache outside of the repository. \`--corpora DIR\` uses one that is there.
- **In turn**: every tool runs once, then every tool again, and who comes first changes. All see the same warm cache; what was written is synced before the next one starts.
- **Medians** of five runs; steps on files of gigabytes run once.
- **As users run them**: git with its defaults (\`gc.auto\` and \`maintenance.auto\` off, so that nothing starts behind a measurement), restic with its own, borg with \`zlib,6\` and without encryption. restic encrypts, always; borg and git do not, nor do we.
- **git syncs less**: by default it does not sync loose objects; a commit of ours is on the disk before its id is printed.
- **fsck** reads and proves every byte; restic's is \`check --read-data\`, borg's \`check --verify-data\`, git's \`fsck --full\`.
- **From machine to machine**, on one: a server runs through all runs of a step, so only the first clone has it plan. git serves by \`git http-backend\`, a process a request, and clones its files as well (\`file://\`): with the newest version written out, \`--no-checkout\`, and \`--bare\`, as it does over http. Bytes are counted on a line in between, heads of requests included; clones are counted apart from being timed. Who pushes has cloned before. Of bundles every run makes another version's.
- Where the sizes of \`objects\` are compared, those of git hold names of 20 bytes, ours of 32.
`;

/** Columns of words; all others are of numbers. */
const WORDS = ['', 'what', 'step', 'tool', 'verdict'];

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
function table(head, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
  const rule = head.map((title) => (WORDS.includes(title) ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

/** @param {Bar} bar @param {Findings} findings */
function barRow(bar, findings) {
  const judged = judge(bar, findings);
  const show = (/** @type {number | undefined} */ value) => (value === undefined ? '' : inUnit(bar, value));
  const against = (bar.against ?? []).join(' + ');
  if (judged === undefined) return [bar.what, '', against, '', show(bar.bar), show(bar.aim), 'not measured'];
  const { ours, theirs, results, result } = judged;
  const spread = results.length > 1 ? ` (${show(Math.min(...results))}–${show(Math.max(...results))})` : '';
  const peer = theirs === undefined ? '' : `${formatMetric(bar.metric, theirs)} ${against}`;
  return [
    bar.what,
    formatMetric(bar.metric, ours),
    peer,
    show(result) + spread,
    show(bar.bar),
    show(bar.aim),
    verdict(bar, result),
  ];
}

/**
 * What a bar comes to; `undefined` where it, or a peer, was not measured.
 *
 * @param {Bar} bar @param {Findings} findings
 */
export function judge({ step, metric, of = 'cas', against = [], by = 'ratio' }, findings) {
  const samples = findings.steps[step]?.samples ?? {};
  const ours = column(samples[of], metric);
  const peers = against.map((name) => column(samples[name], metric));
  if (ours.length === 0 || peers.some((values) => values.length !== ours.length)) return undefined;
  const theirs =
    peers.length === 0
      ? undefined
      : ours.map((_, run) => peers.reduce((sum, values) => sum + (values[run] ?? 0), 0));
  const results = ours.map((value, run) => compare(by, value, theirs?.[run]));
  return { ours: median(ours), theirs: theirs && median(theirs), results, result: median(results) };
}

/** @param {NonNullable<Bar['by']>} by @param {number} ours @param {number | undefined} theirs */
function compare(by, ours, theirs) {
  if (theirs === undefined) return ours;
  if (by === 'difference') return ours - theirs;
  return by === 'speed-up' ? theirs / ours : ours / theirs;
}

/** @param {Bar} bar @param {number} result */
export function verdict({ by, bar, aim }, result) {
  const isMet = (/** @type {number} */ limit) => (by === 'speed-up' ? result >= limit : result <= limit);
  if (bar !== undefined && !isMet(bar)) return '**short**';
  if (aim === undefined) return 'met';
  if (isMet(aim)) return bar === undefined ? 'aim met' : 'met, aim too';
  return bar === undefined ? 'aim not met' : 'met';
}

/** @param {Bar} bar @param {number} value */
function inUnit({ metric, against, by = 'ratio' }, value) {
  if (by === 'speed-up') return `${value.toFixed(1)} ×`;
  if (by === 'ratio' && against !== undefined) return value.toFixed(2);
  return formatMetric(metric, value);
}

/** @param {string} metric @param {number} value */
function formatMetric(metric, value) {
  if (metric.endsWith('Seconds')) return formatSeconds(value);
  if (metric.endsWith('Part')) return `${(value * 100).toFixed(1)} %`;
  if (metric.endsWith('BytesAnObject')) return `${Math.round(value)} B`;
  if (value < 1e5) return `${(value / 1e3).toFixed(2)} kB`;
  return `${(value / 1e6).toFixed(value < 1e7 ? 2 : 1)} MB`;
}

/** @param {number} seconds */
function formatSeconds(seconds) {
  if (Math.abs(seconds) < 1e-3) return `${(seconds * 1e6).toFixed(1)} µs`;
  if (Math.abs(seconds) < 0.1) return `${(seconds * 1e3).toFixed(1)} ms`;
  return `${seconds.toFixed(2)} s`;
}

/** @param {Findings} findings */
function stepRows({ steps }) {
  return Object.entries(steps).flatMap(([step, { samples }]) =>
    Object.entries(samples).map(([tool, taken]) => {
      const cells = ['wallSeconds', 'cpuSeconds', 'peakBytes', 'storedBytes', 'movedBytes'].map((metric) => {
        const values = column(taken, metric);
        return values.length === 0 ? '' : formatMetric(metric, median(values));
      });
      return [step, tool, String(taken.length), ...cells];
    }),
  );
}
