/**
 * The life of one corpus: its first version in, the same again, all versions in, packed, checked, read, written out,
 * and sent to others.
 *
 * @typedef {import('../sitting.mjs').Sitting} Sitting
 * @typedef {import('../sitting.mjs').Sample} Sample
 * @typedef {import('../tools/tool.mjs').Tool} Tool
 * @typedef {{ name: string, folders: readonly string[] }} Versions
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesBelow } from '../measure.mjs';
import { shuffled } from '../random.mjs';
import { printedWhole } from '../sitting.mjs';
import { measureClone } from './clone.mjs';
import { measureCompressed } from './exports.mjs';
import { measureIncrement } from './increment.mjs';
import { measurePush } from './push.mjs';

/** Steps that need all versions in one place. */
const PACKED_STEPS = ['repack', 'fsck', 'cat', 'export', 'clone', 'push', 'increment'];

/** @param {Sitting} sitting @param {Versions} versions */
export function measureVersions(sitting, versions) {
  if (sitting.wants('import')) measureImport(sitting, versions);
  if (!PACKED_STEPS.some(sitting.wants)) return;
  const { bench, tools } = sitting;
  for (const tool of tools) {
    const place = bench.fresh(`${tool.name}-loose`);
    tool.init(bench, place);
    for (const folder of versions.folders) bench.run(tool.add(place, folder));
  }
  const packed = measureRepack(sitting, versions);
  measureReading(sitting, versions, packed);
  measureClone(sitting, versions.name, packed);
  if (versions.name === 'many') measurePush(sitting, versions, packed);
  measureIncrement(sitting, versions, packed);
}

/** @param {Sitting} sitting @param {Versions} versions */
function measureImport({ bench, tools, runs, record }, { name, folders: [first = ''] }) {
  /** @param {Tool} tool */
  const placeOf = (tool) => join(bench.folder, `${tool.name}-import`);
  /** @param {Tool} tool */
  const weigh = (tool) => ({ storedBytes: bytesBelow(tool.objects(placeOf(tool))) });
  const subjects = tools.map((tool) => ({
    name: tool.name,
    prepare: () => tool.init(bench, bench.fresh(`${tool.name}-import`)),
    command: () => tool.add(placeOf(tool), first),
    weigh: () => weigh(tool),
  }));
  record(`${name}/import-first`, bench.inTurn(subjects, runs));
  const again = subjects.map(({ name, command, weigh }) => ({ name, command, weigh }));
  const nothing = { name: 'node', command: () => ({ argv: [process.execPath, '-e', '0'] }) };
  record(`${name}/import-unchanged`, bench.inTurn([...again, nothing], runs));
}

/**
 * Every run packs a copy of the same store.
 *
 * @param {Sitting} sitting @param {Versions} versions
 * @returns {Map<string, string>} where each tool's packed store is; of those that do not repack, the only one
 */
function measureRepack({ bench, tools, runs, wants, record }, { name }) {
  const places = new Map(tools.map((tool) => [tool.name, join(bench.folder, `${tool.name}-loose`)]));
  const subjects = tools.flatMap(({ name, repack, objects }) => {
    if (repack === undefined) return [];
    const loose = places.get(name) ?? '';
    const packed = join(bench.folder, `${name}-packed`);
    places.set(name, packed);
    const prepare = () => bench.copy(loose, packed);
    return {
      name,
      prepare,
      command: () => repack(packed),
      weigh: () => ({ storedBytes: bytesBelow(objects(packed)) }),
    };
  });
  const samples = bench.inTurn(subjects, wants('repack') ? runs : 1);
  if (wants('repack')) record(`${name}/repack`, samples);
  return places;
}

/** @param {Sitting} sitting @param {Versions} versions @param {Map<string, string>} places */
function measureReading(sitting, { name, folders }, places) {
  const { bench, tools, runs, wants, record } = sitting;
  /** @param {Tool} tool */
  const placeOf = (tool) => places.get(tool.name) ?? '';
  if (wants('fsck')) {
    const subjects = tools.map((tool) => ({ name: tool.name, command: () => tool.check(placeOf(tool)) }));
    record(`${name}/fsck`, bench.inTurn(subjects, runs));
  }
  if (wants('cat')) {
    const contents = contentsOf(folders);
    const subjects = tools.flatMap((tool) => {
      const command = catInRandomOrder(bench, { tool, place: placeOf(tool), contents });
      return command === undefined ? [] : { name: tool.name, command: () => command };
    });
    const leastBytes = [...contents.values()].reduce((sum, size) => sum + size, 0);
    record(`${name}/cat`, printedWhole(bench.inTurn(subjects, runs), leastBytes));
  }
  if (wants('export')) {
    const subjects = tools.map((tool) => ({ name: tool.name, command: () => tool.exportTar(placeOf(tool)) }));
    record(`${name}/export`, printedWhole(bench.inTurn(subjects, runs), bytesBelow(folders.at(-1) ?? '')));
    measureCompressed(sitting, name, places);
  }
}

/**
 * @param {import('../measure.mjs').Bench} bench
 * @param {{ tool: Tool, place: string, contents: import('../tools/tool.mjs').Contents }} what
 */
function catInRandomOrder(bench, { tool, place, contents }) {
  const ids = tool.contentIds?.(bench, place, contents);
  if (ids === undefined) return undefined;
  const path = join(bench.folder, `${tool.name}.ids`);
  const lines = shuffled(ids, 1).map((id) => `${id}\n`);
  writeFileSync(path, lines.join(''));
  return tool.catMany?.(place, path);
}

/** @param {readonly string[]} folders @returns {import('../tools/tool.mjs').Contents} */
function contentsOf(folders) {
  /** @type {Map<string, number>} */
  const contents = new Map();
  for (const folder of folders) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const bytes = readFileSync(join(entry.parentPath, entry.name));
      contents.set(createHash('sha256').update(bytes).digest('hex'), bytes.length);
    }
  }
  return contents;
}
