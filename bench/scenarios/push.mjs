/** One changed file of thousands, to a server that has all else: what has to move for so little. */
import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { whileServing } from '../tools/server.mjs';

/**
 * @param {import('../sitting.mjs').Sitting} sitting
 * @param {import('./versions.mjs').Versions} versions
 * @param {ReadonlyMap<string, string>} places packed, by tool
 */
export function measurePush({ bench, tools, runs, wants, record }, { name, folders }, places) {
  if (!wants('push')) return;
  const folder = join(bench.folder, 'changing');
  bench.copy(folders.at(-1) ?? '', folder);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  let changed = -1;
  /** Once a round: whoever comes second finds the same file changed. @param {number} round */
  const changeOne = (round) => {
    if (round === changed) return;
    changed = round;
    appendFileSync(files[(round * 7919) % files.length] ?? '', `one line more, ${round}\n`);
  };
  whileServing(bench, (start) => {
    const subjects = tools.flatMap((tool) => {
      const { name, exchange } = tool;
      if (exchange === undefined) return [];
      const far = join(bench.folder, `${name}-far`);
      bench.copy(places.get(name) ?? '', far);
      const { url, countedUrl, takeMovedBytes } = start(exchange.serve(far));
      const near = join(bench.folder, `${name}-near`);
      bench.run(exchange.clone(url, near));
      const prepare = (/** @type {number} */ round) => {
        changeOne(round);
        bench.run(tool.add(near, folder));
      };
      const weigh = () => ({ movedBytes: takeMovedBytes() });
      return { name, prepare, command: () => exchange.push(near, countedUrl), weigh };
    });
    record(`${name}/push`, bench.inTurn(subjects, runs));
  });
}
