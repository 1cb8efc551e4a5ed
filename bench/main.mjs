/** `npm run bench`: measures, and writes what it found into docs/benchmarks.md. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CORPORA, corpusVersions } from './corpora.mjs';
import { describeMachine } from './machine.mjs';
import { Bench } from './measure.mjs';
import { measureParts, PEERS } from './micro/micro.mjs';
import { formatReport } from './report.mjs';
import { measureExportMemory, measureLargeExport } from './scenarios/exports.mjs';
import { measureGeometricRepack } from './scenarios/geometric.mjs';
import { measureGrowth, measureLargeFile } from './scenarios/large-files.mjs';
import { measureQuery } from './scenarios/query.mjs';
import { measureSmallObjects } from './scenarios/small-objects.mjs';
import { measureStart } from './scenarios/start.mjs';
import { measureVersions } from './scenarios/versions.mjs';
import { measureWideFolder } from './scenarios/wide-folder.mjs';
import { column, median, readFindings, writeFindings } from './sitting.mjs';
import { findTools } from './tools/tool.mjs';

const STEPS = [
  'start',
  'query',
  'import',
  'repack',
  'fsck',
  'cat',
  'export',
  'clone',
  'push',
  'increment',
  'folder',
  'geometric',
  'million',
  'insert',
  'big',
];
const PARTS = ['codec', 'delta', 'idx', 'view', 'semiont', 'library'];
const DOCUMENT = resolve(import.meta.dirname, '../docs/benchmarks.md');
const USAGE = `usage: npm run bench [-- [micro] [OPTIONS]]

  --corpus NAMES   of ${Object.keys(CORPORA).join(',')} [default: all]
  --peers NAMES    who is compared with [default: git,restic,borg]
  --only STEPS     of ${STEPS.join(',')},
                   and of micro: ${PARTS.join(',')} [default: all]
  --runs N         of each measured command [default: 5]
  --corpora DIR    use the corpora that are there
  --cache DIR      for what is fetched and what was found [default: ~/.cache/caskit-bench]
  --scale PART     less of what is made up, to try the harness; nothing is kept then
  --no-write       keep and write nothing

Scratch files, up to 25 GB with the steps big and export, go into a folder below TMPDIR.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    corpus: { type: 'string', default: Object.keys(CORPORA).join(',') },
    peers: { type: 'string', default: 'git,restic,borg' },
    only: { type: 'string' },
    runs: { type: 'string', default: '5' },
    corpora: { type: 'string' },
    cache: { type: 'string', default: join(homedir(), '.cache/caskit-bench') },
    scale: { type: 'string', default: '1' },
    write: { type: 'boolean', default: true },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) process.stdout.write(USAGE);
else measureAll();

function measureAll() {
  const folder = mkdtempSync(join(tmpdir(), 'cas-bench-'));
  try {
    const bench = new Bench(folder);
    const found = findTools(bench, listOf(values.peers));
    const sitting = openSitting(bench, found);
    const folders = (/** @type {string} */ name) => corpusVersions(name, corporaFolder());
    if (positionals.includes('micro'))
      measureParts(sitting, { text: folders('text'), many: folders('many') });
    else measureSteps(sitting);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {import('./sitting.mjs').Sitting} sitting */
function measureSteps(sitting) {
  attempt(() => measureStart(sitting));
  attempt(() => measureQuery(sitting));
  const corpora = listOf(values.corpus).map((name) => ({
    name,
    folders: corpusVersions(name, corporaFolder()),
  }));
  for (const versions of corpora) {
    const { name } = versions;
    attempt(() => measureVersions(sitting, versions));
    if (name === 'many') attempt(() => measureGeometricRepack(sitting, versions));
  }
  attempt(() => measureLargeExport(sitting, corpora));
  for (const scenario of [
    measureWideFolder,
    measureSmallObjects,
    measureGrowth,
    measureExportMemory,
    measureLargeFile,
  ]) {
    attempt(() => scenario(sitting));
  }
}

/** A command that fails ends its scenario, and the others go on. @param {() => void} scenario */
function attempt(scenario) {
  try {
    scenario();
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}

/**
 * Every step is kept as soon as it is measured: a sitting that is stopped loses nothing.
 *
 * @param {Bench} bench
 * @param {ReturnType<typeof findTools>} found
 * @returns {import('./sitting.mjs').Sitting}
 */
function openSitting(bench, found) {
  const path = join(values.cache, 'findings.json');
  const findings = readFindings(path);
  findings.machine = describeMachine(bench.folder);
  for (const { tool, version } of found) findings.versions[tool.name] = version;
  Object.assign(findings.versions, { node: process.version, ...PEERS });
  const asked = values.only === undefined ? undefined : listOf(values.only);
  const scale = Number(values.scale);
  return {
    bench,
    scale,
    tools: found.map(({ tool }) => tool),
    runs: Number(values.runs),
    cache: values.cache,
    wants: (step) => asked?.includes(step) ?? true,
    record(step, samples) {
      say(step, samples);
      if (!values.write || scale !== 1) return;
      findings.steps[step] = { day: new Date().toISOString().slice(0, 10), samples };
      writeFindings(path, findings);
      writeFileSync(DOCUMENT, formatReport(findings));
    },
  };
}

/** @param {string} step @param {Record<string, import('./measure.mjs').Sample[]>} samples */
function say(step, samples) {
  for (const [tool, taken] of Object.entries(samples)) {
    const metrics = Object.keys(taken[0] ?? {}).map(
      (metric) => `${metric} ${Number(median(column(taken, metric)).toPrecision(4))}`,
    );
    process.stdout.write(`${step}\t${tool}\t${metrics.join('  ')}\n`);
  }
}

function corporaFolder() {
  return values.corpora ?? join(values.cache, 'corpora');
}

/** @param {string} text */
function listOf(text) {
  return text.split(',').filter((name) => name !== '');
}
