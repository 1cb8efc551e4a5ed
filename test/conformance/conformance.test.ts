/** Every suite over every backend that claims it. */
import { describe } from 'vitest';
import { type Case, runCases } from './case.ts';
import { codecCases } from './codec.ts';
import { codecStreamCases } from './codec-stream.ts';
import { exporterCases } from './exporter.ts';
import { type Backend, codecs, exporters } from './subjects.ts';

function runSuite<Subject extends AsyncDisposable>(
  suite: string,
  cases: readonly Case<Subject>[],
  backends: readonly Backend<Subject>[],
): void {
  for (const { name, open, waivers } of backends) {
    describe(`${suite}: ${name}`, () => runCases(cases, open, waivers));
  }
}

runSuite('zlib codec', codecCases, codecs);
runSuite('zlib codec, streams', codecStreamCases, codecs);
runSuite('exporter', exporterCases, exporters);
