/**
 * What caskit holds itself to where versions go from machine to machine.
 *
 * @typedef {import('./bars.mjs').Bar} Bar
 */

/** @param {string} corpus @returns {Bar[]} */
const cloned = (corpus) => {
  const ours = { step: `${corpus}/clone`, of: 'cas over http' };
  const what = `${corpus}: six versions cloned over http, beside git from its files`;
  return [
    { ...ours, what, metric: 'wallSeconds', against: ['git'], bar: 1 },
    { ...ours, what, metric: 'wallSeconds', against: ['git --bare'], aim: 1 },
    {
      ...ours,
      what: `${corpus}: what moves then, of the size of the pack`,
      metric: 'movedPart',
      bar: 1.1,
    },
  ];
};

/** @param {string} corpus @returns {Bar} */
const increment = (corpus) => ({
  step: `${corpus}/increment`,
  what: `${corpus}: bundle of one version for who has the one before it`,
  metric: 'movedBytes',
  against: ['git'],
  bar: 1,
});

/** @type {readonly Bar[]} */
export const EXCHANGE = [
  ...['text', 'many'].flatMap(cloned),
  {
    step: 'many/push',
    what: 'many: one changed file pushed over http: what moves',
    metric: 'movedBytes',
    against: ['git'],
    bar: 1.5,
  },
  ...['text', 'many', 'binary'].map(increment),
  {
    step: 'insert/push',
    what: 'what moves when 1 MB is put before 1 GiB, and that is pushed',
    metric: 'movedBytes',
    bar: 4e6,
  },
];
