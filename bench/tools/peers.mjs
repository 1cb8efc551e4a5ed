/** What a user would take instead: each with the commands that its own manual gives for the purpose. */
import { join } from 'node:path';

/** `$1` folder, `$2` repository: everything in the folder becomes the next commit, and a tag as a label. */
const GIT_ADD =
  'cd "$1" && git --git-dir="$2" --work-tree=. add -A -f . && ' +
  'git --git-dir="$2" --work-tree=. commit -q --allow-empty -m x && git --git-dir="$2" tag -f release';

/** `git http-backend`, and somebody to listen for it. */
const GIT_HTTP = join(import.meta.dirname, 'git-http.mjs');

/** @param {string} place @param {readonly string[]} words */
const gitWords = (place, ...words) => ['git', `--git-dir=${place}`, ...words];

/** @type {import('./tool.mjs').Tool} */
export const git = {
  name: 'git',
  version: (bench) => bench.run({ argv: ['git', '--version'] }).trim(),
  init(bench, place) {
    bench.run({ argv: ['git', 'init', '-q', '--bare', '--initial-branch=main', place] });
    bench.run({ argv: gitWords(place, 'config', 'gc.auto', '0') });
  },
  add: (place, folder) => ({ argv: ['sh', '-c', GIT_ADD, 'sh', folder, place] }),
  repack: (place) => ({ argv: gitWords(place, 'repack', '-adfq') }),
  check: (place) => ({ argv: gitWords(place, 'fsck', '--full', '--no-progress') }),
  catMany: (place, ids) => ({ argv: gitWords(place, 'cat-file', '--batch'), input: ids }),
  contentIds: (bench, place) =>
    bench
      .run({
        argv: gitWords(place, 'cat-file', '--batch-all-objects', '--batch-check=%(objectname) %(objecttype)'),
      })
      .split('\n')
      .filter((line) => line.endsWith(' blob'))
      .map((line) => line.slice(0, line.indexOf(' '))),
  exportTar: (place) => ({ argv: gitWords(place, 'archive', '--format=tar', 'release') }),
  objects: (place) => join(place, 'objects'),
  exchange: {
    serve: (place) => [process.execPath, GIT_HTTP, place],
    clone: (url, place) => ({ argv: ['git', 'clone', '-q', '--bare', url, place] }),
    push: (place, url) => ({ argv: gitWords(place, 'push', '-q', url, 'main') }),
    label: (place, name, age) => ({ argv: gitWords(place, 'branch', name, `main~${age}`) }),
    bundle: (place, name, path) => ({
      argv: gitWords(place, 'bundle', 'create', '-q', path, name, `^${name}~1`),
    }),
  },
};

/** @type {import('./tool.mjs').Tool} */
export const restic = {
  name: 'restic',
  version: (bench) => bench.run({ argv: ['restic', 'version'] }).split(' compiled')[0] ?? '',
  init: (bench, place) => void bench.run({ argv: ['restic', '-q', '-r', place, 'init'] }),
  add: (place, folder) => ({ argv: ['restic', '-q', '-r', place, 'backup', '.'], cwd: folder }),
  repack: undefined,
  check: (place) => ({ argv: ['restic', '-q', '-r', place, 'check', '--read-data'] }),
  catMany: undefined,
  contentIds: undefined,
  exportTar: (place) => ({ argv: ['restic', '-q', '-r', place, 'dump', 'latest', '/', '--archive', 'tar'] }),
  objects: (place) => place,
  exchange: undefined,
};

/** Names of archives in the order of their making: borg wants one for each. */
let archives = 0;

/** @type {import('./tool.mjs').Tool} */
export const borg = {
  name: 'borg',
  version: (bench) => bench.run({ argv: ['borg', '--version'] }).trim(),
  init: (bench, place) => void bench.run({ argv: ['borg', 'init', '-e', 'none', place] }),
  add: (place, folder) => ({
    argv: ['borg', 'create', '-C', 'zlib,6', `${place}::${++archives}`, '.'],
    cwd: folder,
  }),
  repack: undefined,
  check: (place) => ({ argv: ['borg', 'check', '--verify-data', place] }),
  catMany: undefined,
  contentIds: undefined,
  exportTar: (place) => ({ argv: ['borg', 'export-tar', `${place}::${archives}`, '-'] }),
  objects: (place) => place,
  exchange: undefined,
};
