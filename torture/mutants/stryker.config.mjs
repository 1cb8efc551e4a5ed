/** For Stryker, which `run.mjs` calls with what it is asked for in the environment. */
import { ROOMS } from './rooms.mjs';

const { MUTANT_ROOM = '', MUTANT_SOURCES, MUTANT_SCRATCH = '' } = process.env;
const { sources = [], tests = [], titles = '' } = ROOMS[MUTANT_ROOM] ?? {};
process.env['MUTANT_TESTS'] = tests.join(' ');
process.env['MUTANT_TITLES'] = titles;

/** Looked for by Stryker. */
// oxlint-disable-next-line import/no-default-export
export default {
  mutate: MUTANT_SOURCES?.split(',') ?? sources,
  plugins: [`${import.meta.dirname}/test-runner.mjs`],
  testRunner: 'in-process',
  coverageAnalysis: 'perTest',
  ignorers: ['wording'],
  concurrency: 1,
  timeoutMS: 20_000,
  tempDirName: MUTANT_SCRATCH,
  ignorePatterns: ['/.git', '/bench', '/dist'],
  tsconfigFile: 'none.json', // nothing in it matters here
  reporters: ['progress', 'clear-text', 'json'],
  jsonReporter: { fileName: `${MUTANT_SCRATCH}/${MUTANT_ROOM}.json` },
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
};
