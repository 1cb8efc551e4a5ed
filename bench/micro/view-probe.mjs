/**
 * `ROUNDS FOLDER PLACE`: a view beside `node:fs` on the same files checked out, both warm and in one process, one call
 * after the other. FOLDER is committed into an empty PLACE; its contents are packed, as a commit leaves them and then
 * as `repack --all` does.
 */
import * as nodeFs from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { loadLibrary } from '../library.mjs';
import { shuffled } from '../random.mjs';

/** Longer ones are another matter than the cost of a call. */
const SMALL_BYTES = 64 * 1024;
const WIDE = { folders: 500, files: 100 };

/** @typedef {Pick<typeof nodeFs, 'readFileSync' | 'statSync'> & { promises: Pick<typeof nodeFs.promises, 'readFile' | 'readdir' | 'stat'> }} Fs */
/** @typedef {import('../../src/index.ts').Store} Store */
/** @typedef {Record<string, { wallSeconds: number }[]>} Taken seconds, by who was measured */

const [folder = '', place = ''] = process.argv.slice(3);
const rounds = Number(process.argv[2]);
const { fromEntries, fromFolder, initStore, openStore } = await loadLibrary();
const storeAt = join(place, '.cas');
const checkedOut = join(place, 'checked-out');

/** @type {Record<string, Taken>} */
const found = {};
await (await initStore(storeAt)).close();
await withStore(async (store) => {
  await store.commit('small', fromFolder(folder));
  await (await store.view('small')).toFolder(checkedOut);
  await store.commit('wide', fromEntries(wideSet()));
});
await withStore((store) => measureFiles(store, 'as committed'));
await withStore((store) => store.repack({ scope: 'all' }));
await withStore((store) => measureFiles(store, 'repacked'));
found['view/open, 50,000 files'] = await measureOpening();
process.stdout.write(JSON.stringify(found));

/** @param {(store: Store) => Promise<unknown>} work */
async function withStore(work) {
  const store = await openStore(storeAt);
  try {
    await work(store);
  } finally {
    await store.close();
  }
}

/** @param {Store} store @param {string} form of the contents */
async function measureFiles(store, form) {
  const { fs } = await store.view('small');
  const paths = smallFiles();
  const inView = paths.map((path) => path.slice(checkedOut.length));
  found[`view/read, ${form}`] = await inTurn({
    cas: () => readAll(/** @type {Fs} */ (fs), inView),
    node: () => readAll(nodeFs, paths),
  });
  found[`view/read at once, ${form}`] = await inTurn({
    cas: async () => void inView.map((path) => fs.readFileSync(path)),
    node: async () => void paths.map((path) => nodeFs.readFileSync(path)),
  });
  if (form !== 'as committed') return; // trees are read once
  found['view/list'] = await inTurn({
    cas: () => listAll(/** @type {Fs} */ (fs), '/'),
    node: () => listAll(nodeFs, checkedOut),
  });
}

/** In no folder's order. */
function smallFiles() {
  const entries = nodeFs.readdirSync(checkedOut, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const small = paths.sort().filter((path) => nodeFs.statSync(path).size <= SMALL_BYTES);
  return shuffled(small, 3);
}

/** @param {Fs} fs @param {readonly string[]} paths */
async function readAll({ promises }, paths) {
  for (const path of paths) await promises.readFile(path);
}

/** Every name, and what is there. @param {Fs} fs @param {string} top */
async function listAll({ promises }, top) {
  for (const waiting = [top]; waiting.length > 0; ) {
    const path = waiting.pop() ?? '';
    for (const name of await promises.readdir(path)) {
      const below = `${path}/${name}`;
      if ((await promises.stat(below)).isDirectory()) waiting.push(below);
    }
  }
}

/** Each in turn, once before that to warm up. @param {Record<string, () => Promise<void>>} subjects */
async function inTurn(subjects) {
  /** @type {Taken} */
  const taken = {};
  for (let round = -1; round < rounds; round++) {
    for (const [name, call] of Object.entries(subjects)) {
      const wallSeconds = await secondsOf(call);
      if (round >= 0) (taken[name] ??= []).push({ wallSeconds });
    }
  }
  return taken;
}

/** Of a store that was opened and has not been asked for anything. The first time is measured, too. */
async function measureOpening() {
  /** @type {Taken} */
  const taken = { cas: [], 'and one file read': [] };
  const openOnce = async (/** @type {Store} */ store) => {
    /** @type {Fs | undefined} */
    let fs;
    const opened = await secondsOf(async () => {
      fs = /** @type {Fs} */ ((await store.view('wide')).fs);
      fs.statSync('/');
    });
    const read = await secondsOf(async () => fs?.promises.readFile('/d250/f50'));
    taken['cas']?.push({ wallSeconds: opened });
    taken['and one file read']?.push({ wallSeconds: opened + read });
  };
  for (let round = 0; round < rounds; round++) await withStore(openOnce);
  return taken;
}

/** @param {() => Promise<unknown>} work */
async function secondsOf(work) {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

function* wideSet() {
  for (let outer = 0; outer < WIDE.folders; outer++) {
    for (let inner = 0; inner < WIDE.files; inner++)
      yield { path: `d${outer}/f${inner}`, content: `file ${inner} of folder ${outer}\n` };
  }
}
