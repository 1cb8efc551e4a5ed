/** One file larger than memory should need, in, out and in part; and one that grew at its start, in and to a server. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { bytesBelow } from '../measure.mjs';
import { noise, writeMixedFile } from '../random.mjs';
import { cas, casWords } from '../tools/cas.mjs';
import { whileServing } from '../tools/server.mjs';

const LARGE_BYTES = 4 * 2 ** 30;
const GROWING_BYTES = 2 ** 30;
const GROWTH_BYTES = 1_000_000;
const RANGE_BYTES = 2 ** 20;
const NAME = 'large.bin';

/**
 * In and out once, without a peer: what is held to is memory, and they take minutes. The range, which is short, as
 * often as all others.
 *
 * @param {import('../sitting.mjs').Sitting} sitting
 */
export function measureLargeFile({ bench, runs, wants, record, scale }) {
  if (!wants('big')) return;
  const folder = bench.fresh('large');
  const place = bench.fresh('large-store');
  const sizeBytes = Math.round(LARGE_BYTES * scale);
  writeMixedFile(join(folder, NAME), { sizeBytes, seed: 4 });
  cas.init(bench, place);
  const taken = bench.measure(cas.add(place, folder));
  record('large-in', { cas: [{ ...taken, storedBytes: bytesBelow(cas.objects(place)) }] });
  record('large-out', { cas: [bench.measure(cas.exportTar(place))] });
  const words = [
    'cat',
    `release:${NAME}`,
    '--offset',
    String(Math.floor(sizeBytes / 2)),
    '--length',
    String(RANGE_BYTES),
  ];
  const range = [
    { name: 'cas', command: () => ({ argv: casWords(place, ...words) }) },
    { name: 'node', command: () => ({ argv: [process.execPath, '-e', '0'] }) },
  ];
  record('large-range', bench.inTurn(range, runs));
  for (const path of [folder, place]) rmSync(path, { recursive: true });
}

/** @param {import('../sitting.mjs').Sitting} sitting */
export function measureGrowth({ bench, wants, record, scale }) {
  if (!wants('insert')) return;
  const folder = bench.fresh('growing');
  const place = bench.fresh('growing-store');
  const path = join(folder, NAME);
  const file = { sizeBytes: Math.round(GROWING_BYTES * scale), seed: 1 };
  cas.init(bench, place);
  writeMixedFile(path, file);
  bench.run(cas.add(place, folder));
  const before = bytesBelow(cas.objects(place));
  const far = join(bench.folder, 'growing-far');
  bench.copy(place, far);
  writeMixedFile(path, { ...file, start: noise(9)(GROWTH_BYTES) });
  const taken = bench.measure(cas.add(place, folder));
  record('insert', { cas: [{ ...taken, addedBytes: bytesBelow(cas.objects(place)) - before }] });
  whileServing(bench, (start) => {
    const { countedUrl, takeMovedBytes } = start(cas.exchange.serve(far));
    const pushed = bench.measure(cas.exchange.push(place, countedUrl));
    record('insert/push', { cas: [{ ...pushed, movedBytes: takeMovedBytes() }] });
  });
  for (const made of [folder, place, far]) rmSync(made, { recursive: true });
}
