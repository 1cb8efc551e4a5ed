/** caskit's own command, as it was built. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const BUILT = resolve(import.meta.dirname, '../../dist/bin/cas.cjs');

/** All versions are one label's. */
export const LABEL = 'release';

/** The command, before its words. */
export const CAS = [process.execPath, BUILT];

/** A command on the store at `place`. @param {string} place @param {readonly string[]} words */
export function casWords(place, ...words) {
  return [...CAS, '--store', join(place, '.cas'), ...words];
}

/** @satisfies {import('./tool.mjs').Tool} */
export const cas = {
  name: 'cas',
  version(bench) {
    if (!existsSync(BUILT)) throw new Error("nothing is built: run 'npm run build' first");
    return bench.run({ argv: [...CAS, '--version'] }).trim();
  },
  init(bench, place) {
    bench.run({ argv: [...CAS, 'init', place] });
    bench.run({ argv: casWords(place, 'config', 'set', 'maintenance.auto', 'false') }); // as git's gc.auto
  },
  add: (place, folder) => ({ argv: casWords(place, 'commit', LABEL, folder, '--no-ignore', '-q') }),
  repack: (place) => ({ argv: casWords(place, 'repack', '--all', '-q') }),
  check: (place) => ({ argv: casWords(place, 'fsck') }),
  catMany: (place, ids) => ({ argv: casWords(place, 'cat', '--batch'), input: ids }),
  contentIds: (_bench, _place, contents) => [...contents.keys()],
  exportTar: (place) => ({ argv: casWords(place, 'export', LABEL) }),
  objects: (place) => join(place, '.cas/objects'),
  exchange: {
    serve: (place) => casWords(place, 'serve', '--port', '0', '--write'),
    clone: (url, place) => ({ argv: [...CAS, 'clone', '-q', url, place] }),
    push: (place, url) => ({ argv: casWords(place, 'push', '-q', url, LABEL) }),
    label: (place, name, age) => ({ argv: casWords(place, 'label', 'create', name, `${LABEL}~${age}`) }),
    bundle: (place, name, path) => ({
      argv: casWords(place, 'bundle', 'create', '-qf', path, name, '--since', `${name}~1`),
    }),
  },
};
