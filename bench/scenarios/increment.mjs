/** A file with one version, for whoever has the one before it; every run takes another version. */
import { statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {import('../sitting.mjs').Sitting} sitting
 * @param {import('./versions.mjs').Versions} versions
 * @param {ReadonlyMap<string, string>} places packed, by tool; the versions get labels there
 */
export function measureIncrement({ bench, tools, runs, wants, record }, { name, folders }, places) {
  if (!wants('increment')) return;
  const ages = folders.slice(1).map((_, age) => age);
  const labelOf = (/** @type {number} */ age) => `version-${age}`;
  const path = join(bench.folder, 'increment');
  const subjects = tools.flatMap(({ name, exchange }) => {
    if (exchange === undefined) return [];
    const place = places.get(name) ?? '';
    for (const age of ages) bench.run(exchange.label(place, labelOf(age), age));
    return {
      name,
      command: (/** @type {number} */ round) => exchange.bundle(place, labelOf(round % ages.length), path),
      weigh: () => ({ movedBytes: statSync(path).size }),
    };
  });
  record(`${name}/increment`, bench.inTurn(subjects, runs));
}
