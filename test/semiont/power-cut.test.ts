/** A store of representations whose power is cut at any moment: what was acknowledged is there, and nothing is damaged. */
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { openStore } from '../../src/index.ts';
import { FilesystemRepresentationStore } from '../../src/semiont.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';
import { collect } from './collect.ts';
import { NOW_MS } from './representation-stores.ts';

const TEXT = { mediaType: 'text/plain' } as const;

async function textsIn(representations: FilesystemRepresentationStore): Promise<string[]> {
  const records = await collect(representations.list());
  const texts = records.map(
    async ({ checksum, rel = '' }) => `${rel} ${(await representations.get(checksum)).toString('utf8')}`,
  );
  return (await Promise.all(texts)).sort();
}

test('what was stored and deleted stays so after every power cut', async () => {
  const files = new FaultyFileSystem();
  await files.makeFolder('/disk');
  await files.syncFolder('/');
  const options = { basePath: '/disk/data', files, now: () => NOW_MS };
  const acknowledged: { readonly after: number; readonly texts: readonly string[] }[] = [];
  {
    await using representations = new FilesystemRepresentationStore(options);
    const acknowledge = async (): Promise<void> => {
      const texts = await textsIn(representations);
      acknowledged.push({ after: files.operations.length, texts });
    };
    await acknowledge();
    await representations.store('one', TEXT);
    await acknowledge();
    const { checksum } = await representations.store(Readable.from([Buffer.from('a stream')]), TEXT);
    await acknowledge();
    await representations.storeAll(
      ['one', 'two', 'three'].map((content) => ({ content, ...TEXT, rel: 'copy' })),
    );
    await acknowledge();
    await representations.delete(checksum);
    await acknowledge();
  }
  let states = 0;
  const from = acknowledged[0]!.after;
  for (const { cut, loss, files: found } of files.powerCuts({ from, seeds: [1] })) {
    if (states++ % 5 !== 0) continue; // enough of each kind, as kinds and moments take turns
    await found.remove('/disk/data/.cas/refs/lock'); // of this process, which is still alive
    await using representations = new FilesystemRepresentationStore({ ...options, files: found });
    const at = acknowledged.findLastIndex(({ after }) => after <= cut);
    const allowed = [acknowledged[at]!.texts, acknowledged[at + 1]?.texts];
    expect(allowed, `cut ${cut}, ${JSON.stringify(loss)}`).toContainEqual(await textsIn(representations));
    await using store = await openStore('/disk/data', { files: found });
    for await (const { severity, message } of store.fsck())
      expect([severity, message]).toEqual(['info', message]);
  }
  expect(states).toBeGreaterThan(200);
});
