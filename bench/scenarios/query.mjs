/** What is of one media type among 100,000 entries: trees are read, and no content. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CAS } from '../tools/cas.mjs';

const ENTRIES = 100_000;
const TYPES = [
  'text/plain',
  'image/png',
  'application/json',
  'text/markdown',
  'video/mp4',
  'text/html',
  'image/jpeg',
];
/** As committed, in one folder or in many. */
const SHAPES = [
  { name: 'flat', folders: 1 },
  { name: 'folders', folders: 100 },
];

/** @param {import('../sitting.mjs').Sitting} sitting */
export function measureQuery({ bench, runs, wants, record, scale }) {
  if (!wants('query')) return;
  for (const { name, folders } of SHAPES) {
    const place = bench.fresh(`query-${name}`);
    bench.run({ argv: [...CAS, 'init', place] });
    const store = join(place, '.cas');
    bench.run({
      argv: [process.execPath, '--input-type=module', '-e', commitEntries(store, folders, scale)],
    });
    const query = { argv: [...CAS, '--store', store, 'ls', '-r', '--where', 'mediaType=text/*', 'entries'] };
    const nothing = { argv: [process.execPath, '-e', '0'] };
    const subjects = [
      { name: 'cas', command: () => query },
      { name: 'node', command: () => nothing },
    ];
    record(`query/${name}`, bench.inTurn(subjects, runs * 4)); // short, so noisy: more of them cost nothing
  }
}

/** A program, for no command gives a hundred thousand files their media types. @param {string} store @param {number} folders @param {number} scale */
function commitEntries(store, folders, scale) {
  const library = pathToFileURL(join(import.meta.dirname, '../../dist/lib/index.js')).href;
  return `
    import { fromEntries, openStore } from ${JSON.stringify(library)};
    const types = ${JSON.stringify(TYPES)};
    const store = await openStore(${JSON.stringify(store)});
    const entries = Array.from({ length: ${Math.round(ENTRIES * scale)} }, (_, at) => ({
      path: 'folder-' + (at % ${folders}) + '/entry-' + String(at).padStart(6, '0'),
      content: 'content ' + at,
      attributes: new Map([['mediaType', types[at % types.length]]]),
    }));
    await store.commit('entries', fromEntries(entries));
    await store.close();
  `;
}
