/**
 * `put|get NAME AT_ONCE FOLDER PLACE PEERS`: puts 2,000 files of source text, which are in memory, into an empty PLACE, or gets
 * all of them once they are there and once were gotten before. So many calls are under way at a time. Prints what the
 * 2,000 took.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs, { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { loadLibrary } from '../library.mjs';
import { shuffled } from '../random.mjs';

const FILES = 2_000;
const MIN_BYTES = 400;
const MAX_BYTES = 100_000;

/**
 * @typedef {object} Keeper
 * @property {(contents: readonly Buffer[]) => Promise<string[]>} putAll answers names to get them by; safe to be read
 * @property {(name: string) => Promise<Uint8Array>} get
 * @property {() => Promise<void>} close
 */

const [verb, name = '', atOnce = '', folder = '', place = '', peers = ''] = process.argv.slice(2);
const requirePeer = createRequire(join(peers, 'package.json'));
/** @type {Record<string, () => Promise<Keeper>>} */
const keepers = { cas: openCas, cacache: openCacache, 'isomorphic-git': openIsomorphicGit };
const contents = sourceText();
const keeper = await keepers[name]?.();
if (keeper === undefined) throw new Error(`nobody is named '${name}'`);
const wallSeconds =
  verb === 'put' ? await secondsOf(() => keeper.putAll(contents)) : await secondsOfGets(keeper);
await keeper.close();
process.stdout.write(JSON.stringify({ wallSeconds }));

/** @param {Keeper} keeper */
async function secondsOfGets({ putAll, get }) {
  const names = await putAll(contents);
  const order = shuffled([...names.keys()], 3);
  const getOne = async (/** @type {number} */ at) => {
    if (!contents[at]?.equals(await get(names[at] ?? ''))) throw new Error('another content than was put');
  };
  await forAll(order, getOne);
  return secondsOf(() => forAll(order, getOne));
}

/** @param {() => Promise<unknown>} work */
async function secondsOf(work) {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/** @template Item, Made @param {readonly Item[]} items @param {(item: Item, at: number) => Promise<Made>} work */
async function forAll(items, work) {
  /** @type {Made[]} */
  const made = [];
  let next = 0;
  const workOff = async () => {
    while (next < items.length) {
      const at = next++;
      made[at] = await work(/** @type {Item} */ (items[at]), at);
    }
  };
  await Promise.all(Array.from({ length: Number(atOnce) }, workOff));
  return made;
}

/** Different contents only, in an order that is no folder's. */
function sourceText() {
  /** @type {Map<string, Buffer>} */
  const unique = new Map();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.[cm]?[jt]s$/.test(entry.name)) continue;
    const content = readFileSync(join(entry.parentPath, entry.name));
    if (content.length < MIN_BYTES || content.length > MAX_BYTES) continue;
    unique.set(createHash('sha256').update(content).digest('hex'), content);
  }
  const sorted = [...unique].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, content]) => content);
  if (sorted.length < FILES) throw new Error(`only ${sorted.length} files of source text`);
  return sorted.slice(0, FILES);
}

/** @returns {Promise<Keeper>} */
async function openCas() {
  const { initStore } = await loadLibrary();
  const store = await initStore(join(place, '.cas'));
  return {
    putAll: (contents) => store.batch((batch) => forAll(contents, (content) => batch.put(content))),
    get: (id) => store.get(id),
    close: () => store.close(),
  };
}

/** @returns {Promise<Keeper>} */
async function openCacache() {
  const cacache = requirePeer('cacache');
  return {
    putAll: async (contents) => {
      const made = await forAll(contents, (content, at) => cacache.put(place, `key-${at}`, content));
      return made.map(String);
    },
    get: (digest) => cacache.get.byDigest(place, digest),
    close: async () => {},
  };
}

/** What it put is packed by git before it is gotten: it has no store of many small files to read quicker. @returns {Promise<Keeper>} */
async function openIsomorphicGit() {
  const git = requirePeer('isomorphic-git');
  const gitdir = join(place, '.git');
  await git.init({ fs, dir: place });
  const cache = {};
  return {
    async putAll(contents) {
      const oids = await forAll(contents, (blob) => git.writeBlob({ fs, gitdir, blob }));
      if (verb === 'get') packByGit(gitdir, oids);
      return oids;
    },
    get: async (oid) => (await git.readBlob({ fs, gitdir, oid, cache })).blob,
    close: async () => {},
  };
}

/** @param {string} gitdir @param {readonly string[]} oids */
function packByGit(gitdir, oids) {
  const run = (/** @type {readonly string[]} */ words, /** @type {string} */ input) =>
    execFileSync('git', [`--git-dir=${gitdir}`, ...words], { input, stdio: ['pipe', 'pipe', 'ignore'] });
  const base = join(gitdir, 'objects/pack/pack');
  run(['pack-objects', '-q', base], `${oids.join('\n')}\n`);
  run(['prune-packed', '-q'], '');
}
