/** A store of a million small objects against one of ten thousand: opening it and finding one must not feel the rest. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {import('../measure.mjs').Sample} Sample */

const SIZES = [10_000, 1_000_000];
const PROBE = join(import.meta.dirname, 'small-objects-probe.mjs');

/** @param {import('../sitting.mjs').Sitting} sitting */
export function measureSmallObjects({ bench, runs, wants, record, scale }) {
  if (!wants('million')) return;
  /** @type {[string, string][]} */
  const stores = SIZES.map((size) => {
    const count = Math.round(size * scale);
    const place = join(bench.folder, `small-objects-${count}`);
    if (!existsSync(place))
      bench.run({
        argv: [process.execPath, PROBE, 'make', bench.fresh(`small-objects-${count}`), String(count)],
      });
    return [size.toLocaleString('en'), place];
  });
  /** @type {Record<string, Sample[]>} */
  const samples = Object.fromEntries(stores.map(([name]) => [name, []]));
  for (let run = 0; run < runs * 2; run++) {
    /** What few objects take is taken off: it is the runtime's. */
    let residentOfFew = 0;
    for (const [index, [name, place]] of stores.entries()) {
      const argv = [process.execPath, PROBE, 'find', place, String(run)];
      const { wallSeconds, residentBytes } = JSON.parse(bench.run({ argv }));
      residentOfFew ||= residentBytes;
      const grownBytesAnObject = (residentBytes - residentOfFew) / ((SIZES[index] ?? 1) * scale);
      samples[name]?.push({ wallSeconds, grownBytesAnObject });
    }
  }
  record('million', samples);
}
