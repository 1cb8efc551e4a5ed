/**
 * All versions of one corpus, packed, to where none of them is: from a server, and for git from its files as well.
 *
 * @typedef {import('../measure.mjs').Bench} Bench
 * @typedef {import('../measure.mjs').Subject} Subject
 * @typedef {import('../tools/tool.mjs').Tool} Tool
 * @typedef {import('../tools/tool.mjs').Exchange} Exchange
 * @typedef {import('../tools/server.mjs').Server} Server
 */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bytesBelow } from '../measure.mjs';
import { git } from '../tools/peers.mjs';
import { whileServing } from '../tools/server.mjs';

/** With the newest version written out, which git does unless it is told otherwise, and without. */
const FROM_FILES = { git: [], 'git --no-checkout': ['--no-checkout'], 'git --bare': ['--bare'] };

/**
 * @param {import('../sitting.mjs').Sitting} sitting
 * @param {string} corpus
 * @param {ReadonlyMap<string, string>} places packed, by tool
 */
export function measureClone({ bench, tools, runs, wants, record }, corpus, places) {
  if (!wants('clone')) return;
  const into = join(bench.folder, 'clone');
  whileServing(bench, (start) => {
    const overHttp = tools.flatMap(({ name, exchange, objects }) => {
      if (exchange === undefined) return [];
      const place = places.get(name) ?? '';
      const whole = packBytes(objects(place));
      const { url, countedUrl, takeMovedBytes } = start(exchange.serve(place));
      const command = () => exchange.clone(url, into);
      const weigh = () => {
        const storedBytes = bytesBelow(objects(into));
        remove(into);
        bench.run(exchange.clone(countedUrl, into)); // apart: the line that counts takes time
        const movedBytes = takeMovedBytes();
        return { storedBytes, movedBytes, movedPart: movedBytes / whole };
      };
      return { name: `${name} over http`, prepare: () => remove(into), command, weigh };
    });
    const fromFiles = tools.includes(git) ? clonesOfFiles(places.get(git.name) ?? '', into) : [];
    record(`${corpus}/clone`, bench.inTurn([...overHttp, ...fromFiles], runs));
  });
}

/** @param {string} repository @param {string} into @returns {Subject[]} */
function clonesOfFiles(repository, into) {
  return Object.entries(FROM_FILES).map(([name, options]) => {
    const argv = ['git', 'clone', '-q', ...options, `file://${repository}`, into];
    return { name, prepare: () => remove(into), command: () => ({ argv }) };
  });
}

/** @param {string} folder */
function remove(folder) {
  rmSync(folder, { recursive: true, force: true });
}

/** Of all packs, without their tables. @param {string} objects */
function packBytes(objects) {
  const folder = join(objects, 'pack');
  const packs = readdirSync(folder).filter((name) => name.endsWith('.pack'));
  return packs.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
