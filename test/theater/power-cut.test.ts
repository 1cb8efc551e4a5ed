/** A ContentStore whose power is cut at any moment: what was acknowledged is there, and nothing is damaged. */
import { expect, test } from 'vitest';
import { ContentStore } from '../../src/theater/content-store.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';

const NOW_MS = 1_769_817_600_000;

/** All that is there: contents, and what each label names. */
async function lookAt(contents: ContentStore): Promise<string[]> {
  const found: string[] = [];
  for (const ref of await contents.listAllContent()) found.push((await contents.get(ref)).toString());
  for (const label of await contents.listLabels()) {
    const refs = await contents.getByLabel(label);
    const texts = await Promise.all(refs.map(async (ref) => (await contents.get(ref)).toString()));
    found.push(`${label}: ${texts.join(' ')}`);
  }
  return found.sort();
}

test('what was stored and labelled stays so after every power cut', async () => {
  const files = new FaultyFileSystem();
  await files.makeFolder('/disk');
  await files.syncFolder('/');
  const options = { files, now: () => NOW_MS };
  const acknowledged: { readonly after: number; readonly all: readonly string[] }[] = [];
  {
    await using contents = new ContentStore('/disk/store', options);
    const acknowledge = async (): Promise<void> => {
      const all = await lookAt(contents);
      acknowledged.push({ after: files.operations.length, all });
    };
    await contents.init();
    await acknowledge();
    const one = await contents.store('one');
    await acknowledge();
    await contents.label('doc:v1', one);
    await acknowledge();
    await contents.removeLabel('doc:v1');
    await acknowledge();
  }
  let states = 0;
  for (const { cut, loss, files: found } of files.powerCuts({ from: acknowledged[0]!.after, seeds: [1] })) {
    states++;
    await found.remove('/disk/store/.cas/refs/lock'); // of this process, which is still alive
    await using contents = new ContentStore('/disk/store', { ...options, files: found });
    await contents.open();
    const at = acknowledged.findLastIndex(({ after }) => after <= cut);
    const allowed = [acknowledged[at]!.all, acknowledged[at + 1]?.all];
    expect(allowed, `cut ${cut}, ${JSON.stringify(loss)}`).toContainEqual(await lookAt(contents));
    for await (const { severity, message } of contents.database.fsck())
      expect([severity, message]).toEqual(['info', message]);
  }
  expect(states).toBeGreaterThan(100);
});
