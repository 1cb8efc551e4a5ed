/**
 * Single parts, each measured by a probe: a process of its own that prints what it found as JSON, by step and by
 * subject. Here they are started, and what they compare with is fetched.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {import('../sitting.mjs').Sitting} Sitting */

/** No dependencies of the project: the bench installs them into its cache. */
export const PEERS = { cacache: '20.0.4', 'isomorphic-git': '1.44.11' };

/** Who can put and get, in the library's part. */
const LIBRARIES = ['cas', 'cacache', 'isomorphic-git'];
const MANY_AT_ONCE = 16;

/** @typedef {{ text: readonly string[], many: readonly string[] }} Corpora folders of versions, oldest first */

/** @param {Sitting} sitting @param {Corpora} corpora */
export function measureParts(sitting, { text, many }) {
  if (sitting.wants('codec')) recordProbe(sitting, 'codec');
  if (sitting.wants('delta')) recordProbe(sitting, 'delta', ...text.slice(-2));
  if (sitting.wants('idx')) recordProbe(sitting, 'idx');
  if (sitting.wants('view')) recordProbe(sitting, 'view', many.at(-1) ?? '', sitting.bench.fresh('view'));
  if (sitting.wants('semiont')) recordProbe(sitting, 'semiont', sitting.bench.fresh('semiont'));
  if (sitting.wants('library')) measureLibraries(sitting, many.at(-1) ?? '');
}

/** @param {Sitting} sitting @param {string} part @param {readonly string[]} words */
function recordProbe({ bench, runs, record }, part, ...words) {
  const printed = bench.run({ argv: probe(part, String(runs), ...words) });
  for (const [step, samples] of Object.entries(JSON.parse(printed))) record(step, samples);
}

/** @param {string} part @param {readonly string[]} words */
function probe(part, ...words) {
  return [process.execPath, join(import.meta.dirname, `${part}-probe.mjs`), ...words];
}

/** @param {Sitting} sitting @param {string} folder of source text */
function measureLibraries({ bench, runs, record, cache }, folder) {
  const peers = installPeers(bench, join(cache, 'peers'));
  for (const verb of ['put', 'get']) {
    for (const atOnce of [1, MANY_AT_ONCE]) {
      /** @type {Record<string, import('../sitting.mjs').Sample[]>} */
      const samples = Object.fromEntries(LIBRARIES.map((name) => [name, []]));
      for (let run = 0; run < runs; run++) {
        for (const name of LIBRARIES) {
          const place = bench.fresh(`library-${name}`);
          const argv = probe('library', verb, name, String(atOnce), folder, place, peers);
          samples[name]?.push(JSON.parse(bench.run({ argv })));
        }
      }
      record(`library/${verb}, ${atOnce} at once`, samples);
    }
  }
}

/** @param {import('../measure.mjs').Bench} bench @param {string} folder */
function installPeers(bench, folder) {
  const manifest = JSON.stringify({ private: true, dependencies: PEERS });
  const path = join(folder, 'package.json');
  if (!existsSync(path) || readFileSync(path, 'utf8') !== manifest) {
    mkdirSync(folder, { recursive: true });
    bench.run({
      argv: [
        'npm',
        'install',
        '--silent',
        '--no-save',
        '--ignore-scripts',
        ...Object.entries(PEERS).map((pair) => pair.join('@')),
      ],
      cwd: folder,
    });
    writeFileSync(path, manifest); // last: it says that all are there
  }
  return folder;
}
