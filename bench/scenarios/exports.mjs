/**
 * Versions written out as archives: in every format, however the store holds them, of a larger set, and the memory of it.
 *
 * @typedef {import('../sitting.mjs').Sitting} Sitting
 * @typedef {import('../measure.mjs').Bench} Bench
 * @typedef {import('./versions.mjs').Versions} Versions
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMPRESSED, FORMS } from '../bars.mjs';
import { bytesBelow } from '../measure.mjs';
import { noise, writeMixedFile } from '../random.mjs';
import { printedWhole } from '../sitting.mjs';
import { cas, casWords, LABEL } from '../tools/cas.mjs';
import { git } from '../tools/peers.mjs';

/** So many versions of all corpora side by side are some 57 MB each. */
const LARGE_VERSIONS = 5;
const MANY_FILES = 100_000;
const FILES_A_FOLDER = 100;
const LONG_FILES = 4;
const LONG_BYTES = 2 ** 30;

/**
 * Zip and tar.gz of the newest version of one corpus.
 *
 * @param {Sitting} sitting @param {string} name @param {ReadonlyMap<string, string>} places packed, by tool
 */
export function measureCompressed({ bench, tools, runs, record }, name, places) {
  if (!tools.includes(git)) return;
  const whole = join(bench.folder, 'cas-whole');
  const loose = join(bench.folder, 'cas-loose');
  bench.copy(loose, whole);
  bench.run({ argv: casWords(whole, 'config', 'set', 'pack.newest', 'whole') });
  bench.run(cas.repack?.(whole) ?? { argv: [] });
  const stores = [loose, whole, places.get('cas') ?? ''];
  for (const format of COMPRESSED) {
    for (const [number, form] of FORMS.entries()) {
      const subjects = [
        { name: 'cas', command: () => exported(stores[number] ?? '', format) },
        { name: 'git', command: () => archived(places.get('git') ?? '', format) },
      ];
      record(`${name}/export ${format}, ${form}`, bench.inTurn(subjects, runs));
    }
  }
  rmSync(whole, { recursive: true });
}

/**
 * The tar of a set of some 57 MB.
 *
 * @param {Sitting} sitting @param {readonly Versions[]} corpora
 */
export function measureLargeExport({ bench, tools, runs, wants, record }, corpora) {
  if (!wants('export')) return;
  const folder = bench.fresh('large-set');
  const subjects = tools.map((tool) => ({ tool, place: bench.fresh(`${tool.name}-large`) }));
  for (const { tool, place } of subjects) tool.init(bench, place);
  for (let version = 0; version < LARGE_VERSIONS; version++) {
    rmSync(folder, { recursive: true });
    for (const { name, folders } of corpora)
      cpSync(folders[version] ?? '', join(folder, name), { recursive: true });
    for (const { tool, place } of subjects) bench.run(tool.add(place, folder));
  }
  for (const { tool, place } of subjects) if (tool.repack !== undefined) bench.run(tool.repack(place));
  const samples = bench.inTurn(
    subjects.map(({ tool, place }) => ({ name: tool.name, command: () => tool.exportTar(place) })),
    runs,
  );
  record('large-set/export', printedWhole(samples, bytesBelow(folder)));
  for (const { place } of subjects) rmSync(place, { recursive: true });
  rmSync(folder, { recursive: true });
}

/** How much memory sets take that are very many files, or very long ones. @param {Sitting} sitting */
export function measureExportMemory({ bench, wants, record, scale }) {
  if (!wants('export')) return;
  for (const [name, fill] of /** @type {const} */ ([
    ['100,000 files', fillWithMany],
    ['4 GiB', fillWithLong],
  ])) {
    const folder = bench.fresh('set');
    const place = bench.fresh('set-store');
    fill(folder, scale);
    cas.init(bench, place);
    bench.run(cas.add(place, folder));
    for (const format of ['tar', ...COMPRESSED])
      record(`export ${format}, ${name}`, { cas: [bench.measure(exported(place, format))] });
    for (const made of [folder, place]) rmSync(made, { recursive: true });
  }
}

/** @param {string} folder @param {number} scale */
function fillWithMany(folder, scale) {
  const folders = Math.round((MANY_FILES / FILES_A_FOLDER) * scale);
  for (let number = 0; number < folders; number++) {
    const path = join(folder, `folder-${number}`);
    mkdirSync(path);
    for (let file = 0; file < FILES_A_FOLDER; file++)
      writeFileSync(join(path, `file-${file}.txt`), `file ${number}.${file}\n`.repeat(1 + (file % 64)));
  }
}

/** @param {string} folder @param {number} scale */
function fillWithLong(folder, scale) {
  for (let seed = 0; seed < LONG_FILES; seed++) {
    const sizeBytes = Math.round(LONG_BYTES * scale);
    writeMixedFile(join(folder, `${seed}.bin`), { sizeBytes, seed, start: noise(seed)(1) });
  }
}

/** @param {string} place @param {string} format */
function exported(place, format) {
  return { argv: casWords(place, 'export', LABEL, '--format', format) };
}

/** @param {string} place @param {string} format */
function archived(place, format) {
  return { argv: ['git', `--git-dir=${place}`, 'archive', `--format=${format}`, LABEL] };
}
