/** Encoding what is new in a file, and making it again: by the kernel, and by the plain code that says what is right. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { loadDelta, loadKernel } from '../library.mjs';
import { timeInTurn } from './timing.mjs';

/** Pairs of files about this large are taken; the last finds the largest. */
const SIZES = [10_000, 100_000, 1_000_000, 2 ** 24];
const SEARCH = { minCopy: 16, tries: 16 };

const [, , runs, older = '', newer = ''] = process.argv;
const { Kernel, kernel: kernelOfThread } = await loadKernel();
const { applyDelta } = await loadDelta();
const kernel = kernelOfThread();

/** @type {Record<string, object>} */
const found = {};
for (const sizeBytes of SIZES) {
  const { base, target } = changedFile(sizeBytes);
  const memory = layOut(base, target);
  const size = `${Math.round(target.length / 1000).toLocaleString('en')} kB`;
  const encode = () => {
    const index = kernel.indexBase(memory.base, base.length, memory.index);
    const search = { ...SEARCH, maxBytes: target.length };
    return kernel.encodeDelta(index, memory.target, target.length, memory.delta, search);
  };
  found[`delta/encode ${size}`] = timeInTurn({ kernel: encode }, Number(runs));
  const deltaBytes = encode();
  const delta = kernel.bytes.slice(memory.delta, memory.delta + deltaBytes);
  found[`delta/apply ${size}`] = timeInTurn(
    {
      kernel: () =>
        kernel.applyDelta(memory.base, base.length, memory.delta, deltaBytes, memory.made, target.length),
      plain: () => applyDelta(base, delta, target.length),
    },
    Number(runs),
  );
  if (!target.equals(kernel.bytes.subarray(memory.made, memory.made + target.length)))
    throw new Error('another file');
}
process.stdout.write(JSON.stringify(found));

/** Puts both into the kernel's memory, and makes room behind them. @param {Buffer} base @param {Buffer} target */
function layOut(base, target) {
  const lengths = {
    base: base.length,
    target: target.length,
    delta: target.length,
    made: target.length,
    index: kernel.indexBytes(base.length),
  };
  let end = Kernel.HEAP;
  const places = Object.fromEntries(
    Object.entries(lengths).map(([name, length]) => {
      const at = end;
      end += Math.ceil((length + Kernel.SLACK) / 16) * 16;
      return [name, at];
    }),
  );
  kernel.reserve(end);
  const memory = /** @type {typeof lengths} */ (places);
  kernel.bytes.set(base, memory.base);
  kernel.bytes.set(target, memory.target);
  return memory;
}

/** The changed file whose size is the nearest, in both versions. @param {number} sizeBytes */
function changedFile(sizeBytes) {
  const pairs = readdirSync(newer, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(newer, join(entry.parentPath, entry.name)))
    .map((path) => ({ path, distance: Math.abs(statSync(join(newer, path)).size - sizeBytes) }))
    .sort((one, other) => one.distance - other.distance);
  for (const { path } of pairs) {
    const base = readOlder(path);
    const target = readFileSync(join(newer, path));
    if (base !== undefined && !base.equals(target)) return { base, target };
  }
  throw new Error('nothing differs');
}

/** @param {string} path */
function readOlder(path) {
  try {
    return readFileSync(join(older, path));
  } catch {
    return undefined;
  }
}
