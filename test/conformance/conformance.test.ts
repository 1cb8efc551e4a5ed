/** Every suite over every backend that claims it. */
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Case, runCases } from './case.ts';
import { codecCases } from './codec.ts';
import { codecStreamCases } from './codec-stream.ts';
import { exporterCases } from './exporter.ts';
import { objectReaderCases } from './object-reader.ts';
import { readNowCases } from './object-reader-now.ts';
import { objectStoreCases } from './object-store.ts';
import { peerCases } from './peer.ts';
import { type Backend, codecs, exporters, objectReaders, objectStores, peers } from './subjects.ts';

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
runSuite('object reader', objectReaderCases, objectReaders);
runSuite('object reader, at once', readNowCases, objectReaders);
runSuite('object store', objectStoreCases, objectStores);
runSuite('peer', peerCases, peers);

test('every object store is one of the subjects', () => {
  const stores = ['odb', 'loose', 'packs', 'store'].flatMap((room) =>
    readdirSync(`src/${room}`).flatMap((file) => /^(.+-store)\.ts$/.exec(file)?.[1] ?? []),
  );
  const tested = objectReaders.map(({ name }) => name);
  const others = ['object-store', 'find-store']; // the contract, and what looks for a whole one
  expect(
    stores.filter((name) => !others.includes(name) && !tested.some((subject) => subject.startsWith(name))),
  ).toEqual([]);
});
