/**
 * What caskit holds itself to. A bar is what has to be met, an aim is what would be good.
 *
 * @typedef {object} Bar
 * @property {string} step
 * @property {string} what in words, for the table
 * @property {string} metric of the samples
 * @property {string} [of] who is measured; `cas` by default
 * @property {readonly string[]} [against] peers; their values are added. None: the value itself is compared
 * @property {'ratio' | 'difference' | 'speed-up'} [by] how they are compared; a speed-up is the peer's time over ours
 * @property {number} [bar] at most this; of a speed-up, at least
 * @property {number} [aim] as `bar`
 */

import { EXCHANGE } from './exchange-bars.mjs';

/** Formats of archives that are compressed. */
export const COMPRESSED = ['zip', 'tar.gz'];
/** How a store holds what is written out. */
export const FORMS = ['as committed', 'newest whole', 'deltas'];

/** @param {string} corpus @param {{ git: number, aim: number, restic?: number }} limits @returns {Bar[]} */
const importFirst = (corpus, { git, aim, restic }) => [
  {
    step: `${corpus}/import-first`,
    what: `${corpus}: first version in`,
    metric: 'wallSeconds',
    against: ['git'],
    bar: git,
    aim,
  },
  ...(restic === undefined
    ? []
    : [
        {
          step: `${corpus}/import-first`,
          what: `${corpus}: first version in`,
          metric: 'wallSeconds',
          against: ['restic'],
          bar: restic,
        },
      ]),
];

/** @param {string} corpus @returns {Bar[]} */
const importUnchanged = (corpus) => [
  {
    step: `${corpus}/import-unchanged`,
    what: `${corpus}: the same again`,
    metric: 'wallSeconds',
    against: ['restic'],
    bar: 0.15,
  },
  {
    step: `${corpus}/import-unchanged`,
    what: `${corpus}: the same again`,
    metric: 'wallSeconds',
    against: ['git', 'node'],
    aim: 1,
  },
];

/** @param {string} corpus @returns {Bar[]} */
const packed = (corpus) => [
  {
    step: `${corpus}/repack`,
    what: `${corpus}: \`repack --all\` of six versions`,
    metric: 'wallSeconds',
    against: ['git'],
    bar: 0.7,
    aim: 0.5,
  },
  {
    step: `${corpus}/repack`,
    what: `${corpus}: size of \`objects\` after it`,
    metric: 'storedBytes',
    against: ['git'],
    bar: 0.95,
    aim: 0.8,
  },
  { step: `${corpus}/repack`, what: `${corpus}: memory of it`, metric: 'peakBytes', bar: 400e6 },
  {
    step: `${corpus}/fsck`,
    what: `${corpus}: \`fsck\` of it`,
    metric: 'wallSeconds',
    against: ['git'],
    bar: 0.8,
    aim: 0.5,
  },
  {
    step: `${corpus}/cat`,
    what: `${corpus}: \`cat --batch\` of all files, random order`,
    metric: 'wallSeconds',
    against: ['git'],
    bar: corpus === 'many' ? 1.3 : 1.2,
    aim: 0.8,
  },
  {
    step: `${corpus}/export`,
    what: `${corpus}: newest version out as tar`,
    metric: 'wallSeconds',
    against: ['git'],
    bar: 1.3,
    aim: 1,
  },
];

/** @param {string} corpus @returns {Bar[]} */
const compressed = (corpus) =>
  COMPRESSED.flatMap((format) =>
    FORMS.map((form) => ({
      step: `${corpus}/export ${format}, ${form}`,
      what: `${corpus}: newest version out as ${format}, ${form}`,
      metric: 'wallSeconds',
      against: ['git'],
      bar: form === 'deltas' ? 0.5 : 0.2,
    })),
  );

/** @type {readonly Bar[]} */
const EXPORT_MEMORY = ['100,000 files', '4 GiB'].flatMap((set) =>
  ['tar', ...COMPRESSED].map((format) => ({
    step: `export ${format}, ${set}`,
    what: `memory to write out a set of ${set} as ${format}`,
    metric: 'peakBytes',
    bar: 150e6,
  })),
);

/** @param {number} atOnce @returns {Bar[]} */
const library = (atOnce) => {
  const put = {
    step: `library/put, ${atOnce} at once`,
    what: `library: 2,000 puts, ${atOnce} at once`,
    metric: 'wallSeconds',
  };
  const get = {
    step: `library/get, ${atOnce} at once`,
    what: `library: 2,000 gets, ${atOnce} at once`,
    metric: 'wallSeconds',
  };
  return [
    { ...put, against: ['cacache'], by: 'speed-up', bar: 20, aim: 40 },
    { ...get, against: ['cacache'], by: 'speed-up', bar: 10, aim: 20 },
    { ...get, against: ['isomorphic-git'], by: 'speed-up', bar: 40, aim: 80 },
  ];
};

/** @type {readonly Bar[]} */
const VIEW = [
  ...['as committed', 'repacked'].map((form) => ({
    step: `view/read, ${form}`,
    what: `view: every small file read by promise, ${form}`,
    metric: 'wallSeconds',
    against: ['node'],
    bar: 2,
    aim: 1,
  })),
  {
    step: 'view/list',
    what: 'view: `readdir` and `stat` of everything, by promise',
    metric: 'wallSeconds',
    against: ['node'],
    bar: 1,
  },
  {
    step: 'view/open, 50,000 files',
    what: 'view of 50,000 files: opened, and its root looked at',
    metric: 'wallSeconds',
    bar: 0.005,
  },
];

/** @type {readonly Bar[]} */
const REPRESENTATIONS = [
  {
    step: 'semiont/batch',
    what: 'representations: 10,000 in one batch, against files',
    metric: 'wallSeconds',
    against: ['files'],
    bar: 2,
  },
  {
    step: 'semiont/batch',
    what: 'representations: 10,000 in one batch, against files that are synced',
    metric: 'wallSeconds',
    against: ['synced files'],
    by: 'speed-up',
    bar: 20,
  },
  {
    step: 'semiont/get',
    what: 'representations: 10,000 gotten, against files',
    metric: 'wallSeconds',
    against: ['files'],
    bar: 2,
  },
  {
    step: 'semiont/singles',
    what: 'representations: bytes on disk after 10,000 single calls',
    metric: 'storedBytes',
    bar: 300e6,
  },
  {
    step: 'semiont/singles',
    what: 'representations: the last of 10,000 single calls against the first',
    metric: 'lastToFirstPart',
    bar: 1.5,
  },
];

/** @type {readonly Bar[]} */
export const BARS = [
  {
    step: 'start',
    what: '`cas --version` against `node -e 0`',
    metric: 'wallSeconds',
    against: ['node'],
    bar: 1.4,
  },
  ...['flat', 'folders'].map((shape) => ({
    step: `query/${shape}`,
    what: `of one media type among 100,000 entries, ${shape === 'flat' ? 'in one folder' : 'in 100 folders'}`,
    metric: 'wallSeconds',
    against: ['node'],
    bar: 4,
  })),
  ...importFirst('text', { git: 0.6, aim: 0.4, restic: 0.5 }),
  ...importFirst('many', { git: 0.6, aim: 0.4, restic: 0.5 }),
  ...importFirst('binary', { git: 0.8, aim: 0.6 }),
  ...['text', 'many', 'binary'].flatMap(importUnchanged),
  ...['text', 'many', 'binary'].flatMap(packed),
  ...['text', 'many', 'binary'].flatMap(compressed),
  {
    step: 'large-set/export',
    what: 'newest of five versions of 57 MB out as tar',
    metric: 'wallSeconds',
    against: ['git'],
    bar: 1,
  },
  ...EXPORT_MEMORY,
  ...EXCHANGE,
  {
    step: 'folder',
    what: 'one changed file in a folder of 50,000',
    metric: 'wallSeconds',
    against: ['git'],
    bar: 2,
    aim: 1.2,
  },
  {
    step: 'many/geometric',
    what: '`repack` after 1 % of new objects: part of the store rewritten',
    metric: 'rewrittenPart',
    bar: 0.05,
  },
  { step: 'large-in', what: 'memory to commit a file of 4 GiB', metric: 'peakBytes', bar: 256e6 },
  { step: 'large-out', what: 'memory to write it out', metric: 'peakBytes', bar: 256e6 },
  {
    step: 'large-range',
    what: '1 MiB from its middle, beyond the start of node',
    metric: 'wallSeconds',
    against: ['node'],
    by: 'difference',
    bar: 0.1,
  },
  {
    step: 'insert',
    what: 'bytes added when 1 MB is put before 1 GiB',
    metric: 'addedBytes',
    bar: 2e6,
  },
  {
    step: 'million',
    what: 'open and one look-up: 1,000,000 objects against 10,000',
    metric: 'wallSeconds',
    of: '1,000,000',
    against: ['10,000'],
    bar: 2,
  },
  {
    step: 'million',
    what: 'memory of it for each of 1,000,000 objects',
    metric: 'grownBytesAnObject',
    of: '1,000,000',
    bar: 64,
  },
  ...VIEW,
  ...REPRESENTATIONS,
  ...[1, 16].flatMap(library),
];
