/** What packing again rewrites after one object in a hundred is new: its cost must follow what is new, not what is there. */
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesBelow } from '../measure.mjs';
import { prose } from '../random.mjs';
import { cas, casWords } from '../tools/cas.mjs';

const ROUNDS = 4;
const FILE_BYTES = 2_000;

/** @param {import('../sitting.mjs').Sitting} sitting @param {{ name: string, folders: readonly string[] }} versions */
export function measureGeometricRepack({ bench, wants, record }, { name, folders }) {
  if (!wants('geometric')) return;
  const place = bench.fresh('geometric');
  cas.init(bench, place);
  for (const folder of folders) bench.run(cas.add(place, folder));
  bench.run({ argv: casWords(place, 'repack', '--all', '-q') });
  const { objects } = JSON.parse(bench.run({ argv: casWords(place, 'stats', '--json') }));
  const addition = bench.fresh('geometric-addition');
  const text = prose(1);
  const samples = Array.from({ length: ROUNDS }, (_, round) => {
    for (let at = 0; at < Number(objects.count ?? objects) / 100; at++)
      writeFileSync(join(addition, `${round}-${at}`), text(FILE_BYTES));
    bench.run({ argv: casWords(place, 'commit', 'addition', addition, '-q') });
    const folder = join(cas.objects(place), 'pack');
    const before = new Set(readdirSync(folder));
    const taken = bench.measure({ argv: casWords(place, 'repack', '-q') });
    const written = readdirSync(folder).filter((file) => !before.has(file));
    const rewrittenBytes = written.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
    return { ...taken, rewrittenPart: rewrittenBytes / bytesBelow(cas.objects(place)) };
  });
  record(`${name}/geometric`, { cas: samples });
}
