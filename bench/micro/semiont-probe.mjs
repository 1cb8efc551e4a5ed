/**
 * `ROUNDS PLACE`: representations beside plain files in the layout `seed`, on the same disk and in one process. 10,000
 * small ones are stored in one batch into an empty store, and written file by file, with a sync of each (of a tenth of
 * them, times ten) and without; all are read in another order, one after the other; and 10,000 are stored by a call
 * each, once.
 */
import { execFileSync } from 'node:child_process';
import { promises as fs } from 'node:fs';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { loadLayouts, loadLibrary, loadSemiont } from '../library.mjs';
import { prose, shuffled } from '../random.mjs';

const COUNT = 10_000;
const SYNCED_PART = 10;
const CONTENT_BYTES = 500;
/** So many calls at the start and at the end are compared. */
const COMPARED = 500;

/** @typedef {Record<string, Record<string, number>[]>} Taken what was measured, by who was */

const [roundsText = '', place = ''] = process.argv.slice(2);
const rounds = Number(roundsText);
const { hashBytes } = await loadLibrary();
const { FilesystemRepresentationStore } = await loadSemiont();
const { LAYOUTS } = await loadLayouts();
const contents = smallContents();
const checksums = contents.map((content) => hashBytes(content));

/** @type {Record<string, Taken>} */
const found = {
  'semiont/batch': { cas: [], files: [], 'synced files': [] },
  'semiont/get': { cas: [], files: [] },
};
for (let round = 0; round < rounds; round++) await measureRound(join(place, `round-${round}`));
found['semiont/singles'] = { cas: [await measureSingles(join(place, 'singles'))] };
process.stdout.write(JSON.stringify(found));

/** @param {string} folder */
async function measureRound(folder) {
  const store = new FilesystemRepresentationStore({ basePath: join(folder, 'cas') });
  await store.exists(checksums[0] ?? ''); // which makes it
  const all = contents.map((content) => ({ content, mediaType: 'text/plain' }));
  const files = join(folder, 'files');
  const paths = checksums.map((checksum) => join(files, seedPath(checksum)));
  take('semiont/batch', 'cas', await secondsOf(() => store.storeAll(all)));
  take('semiont/batch', 'files', await secondsOf(() => writeFiles(paths)));
  const synced = checksums
    .slice(0, COUNT / SYNCED_PART)
    .map((each) => join(folder, 'synced', seedPath(each)));
  const syncedSeconds = await secondsOf(() => writeFiles(synced, 'synced'));
  take('semiont/batch', 'synced files', syncedSeconds * SYNCED_PART);
  const order = shuffled([...checksums.keys()], 3);
  for (const turn of ['warm', 'measured']) {
    const ours = await secondsOf(async () => {
      for (const at of order) await store.get(checksums[at] ?? '');
    });
    const theirs = await secondsOf(async () => {
      for (const at of order) await fs.readFile(paths[at] ?? '');
    });
    if (turn === 'warm') continue;
    take('semiont/get', 'cas', ours);
    take('semiont/get', 'files', theirs);
  }
  await store.close();
  await fs.rm(folder, { recursive: true });
}

/** @param {string} folder */
async function measureSingles(folder) {
  const store = new FilesystemRepresentationStore({ basePath: folder });
  /** @type {number[]} */
  const seconds = [];
  for (const content of contents)
    seconds.push(await secondsOf(() => store.store(content, { mediaType: 'text/plain' })));
  await store.close();
  const first = middle(seconds.slice(0, COMPARED));
  return {
    wallSeconds: seconds.reduce((sum, each) => sum + each, 0),
    lastToFirstPart: middle(seconds.slice(-COMPARED)) / first,
    storedBytes: usedBytes(folder),
    apparentBytes: usedBytes(folder, '--apparent-size'),
  };
}

/** One after the other, as programs write them. @param {readonly string[]} paths @param {'synced' | 'plain'} how */
async function writeFiles(paths, how = 'plain') {
  for (const [at, path] of paths.entries()) {
    await fs.mkdir(dirname(path), { recursive: true });
    const file = await fs.open(path, 'w');
    await file.writeFile(contents[at] ?? '');
    if (how === 'synced') await file.sync();
    await file.close();
  }
}

/** @param {string} checksum */
function seedPath(checksum) {
  const layout = LAYOUTS.find(({ name }) => name === 'seed');
  return layout?.pathOf({ checksum, mediaType: 'text/plain' })?.join('/') ?? '';
}

function smallContents() {
  const text = prose(7);
  return Array.from({ length: COUNT }, (_, at) =>
    Buffer.concat([Buffer.from(`${at}\n`), text(CONTENT_BYTES)]),
  );
}

/** @param {string} step @param {string} who @param {number} wallSeconds */
function take(step, who, wallSeconds) {
  found[step]?.[who]?.push({ wallSeconds });
}

/** @param {readonly number[]} values */
function middle(values) {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** @param {string} folder @param {readonly string[]} words */
function usedBytes(folder, ...words) {
  return Number(execFileSync('du', ['-s', '-B1', ...words, folder], { encoding: 'utf8' }).split('\t')[0]);
}

/** @param {() => Promise<unknown>} work */
async function secondsOf(work) {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}
