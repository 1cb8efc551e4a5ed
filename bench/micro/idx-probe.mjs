/** An idx of a million objects: proving it, finding in it, and finding in one that is only paged in. */
import { performance } from 'node:perf_hooks';
import { loadIdx } from '../library.mjs';
import { noise } from '../random.mjs';
import { timeInTurn } from './timing.mjs';

const COUNT = 1_000_000;
const ENTRY_BYTES = 50;
const LOOK_UPS = 2_000;

const rounds = Number(process.argv[2]);
const { PackRows, encodeIdx, Idx, IdxPages } = await loadIdx();
const chance = noise(7);
const ids = chance(32 * COUNT);
const bytes = encodeIdx(sortedRows(), chance(32));
const packBytes = 12 + ENTRY_BYTES * COUNT + 32;
const idx = Idx.decode(bytes, { packBytes });
let asked = 0;
const nextId = () => {
  const at = 32 * ((asked++ * 7919) % COUNT);
  return ids.subarray(at, at + 32);
};

const found = {
  'idx/prove 1,000,000 objects': timeInTurn({ whole: () => Idx.decode(bytes, { packBytes }) }, rounds),
  'idx/find one of 1,000,000': {
    ...timeInTurn({ whole: () => idx.find(nextId()) }, rounds),
    paged: await timePages(),
  },
};
process.stdout.write(JSON.stringify(found));

function sortedRows() {
  const rows = new PackRows();
  for (let at = 0; at < COUNT; at++) {
    const id = ids.subarray(32 * at, 32 * at + 32);
    rows.add({ id, offset: 12 + ENTRY_BYTES * at, crc: at, sizeBytes: 100, contentCrc: at });
  }
  return rows.sorted();
}

/** Reads are of memory: what a disk adds is the disk's. */
async function timePages() {
  const read = async (/** @type {number} */ at, /** @type {number} */ length) =>
    bytes.subarray(at, at + length);
  const pages = await IdxPages.open({ read, fileBytes: bytes.length, packBytes });
  const samples = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    for (let at = 0; at < LOOK_UPS; at++) await pages.find(nextId());
    samples.push({ wallSeconds: (performance.now() - began) / 1000 / LOOK_UPS });
  }
  return samples;
}
