import { expect, test } from 'vitest';
import { collectBytes } from '../../src/flow/byte-stream.ts';
import { fromEntries } from '../../src/index.ts';
import { openWorkshop } from '../store/workshop.ts';

test('preview() shows what a source holds, contents too, and stores nothing of it', async () => {
  await using workshop = await openWorkshop();
  const { store } = workshop;
  const stream = new Blob(['streamed']).stream();
  const entries = [
    { path: 'a', content: 'one' },
    { path: 'b/c', content: stream },
  ];
  const view = await store.preview(fromEntries(entries));
  expect(view.fs.readFileSync('/a', 'utf8')).toBe('one');
  expect(await view.fs.promises.readFile('/b/c', 'utf8')).toBe('streamed');
  expect((await collectBytes(view.tar())).length % 512).toBe(0);
  for await (const id of store.ids()) expect(id).toBe('nothing');
  expect(await store.labels.list()).toEqual([]);
});
