import { expect, test } from 'vitest';
import { fromEntries } from '../../src/index.ts';
import type { ContentStore } from '../../src/theater/content-store.ts';
import { type TheaterViewOptions, viewAsTheater } from '../../src/theater/theater-view.ts';
import { openInMemory } from './content-stores.ts';
import { hashOf } from './theater-folders.ts';

async function drawn(
  contents: ContentStore,
  options: TheaterViewOptions = {},
): Promise<Record<string, string>> {
  const { view } = await viewAsTheater(contents, options);
  const paths = view.fs.readdirSync('/', { recursive: true }) as string[];
  const files = paths.filter((path) => view.fs.statSync(`/${path}`).isFile());
  return Object.fromEntries(files.map((path) => [path, view.fs.readFileSync(`/${path}`, 'utf8') as string]));
}

test('viewAsTheater() has every content by its hash, and every label as a file of hashes', async () => {
  await using contents = await openInMemory();
  await contents.store('unlabelled');
  for (const content of ['hello', 'Hello, world!']) await contents.storeAtLabel('greeting', content);
  await contents.storeAtLabel('nested/a:b', 'hello');
  expect(await drawn(contents)).toEqual({
    'data/943a702d06f34599aee1f8da8ef9f7296031d699': 'Hello, world!',
    'data/aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d': 'hello',
    [`data/${hashOf('unlabelled')}`]: 'unlabelled',
    'labels/greeting': 'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d\n943a702d06f34599aee1f8da8ef9f7296031d699',
    'labels/nested/a:b': 'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d',
  });
});

test('in the layout single a label has its newest content, and what was left out is named', async () => {
  await using contents = await openInMemory();
  for (const content of ['a', 'b']) await contents.storeAtLabel('two', content);
  await contents.storeAtLabel('one', 'a');
  expect(await drawn(contents, { layout: 'single' })).toMatchObject({
    'labels/one': hashOf('a'),
    'labels/two': hashOf('b'),
  });
  const { problems } = await viewAsTheater(contents, { layout: 'single' });
  expect(problems).toEqual([
    { kind: 'label-cut', path: 'labels/two', message: 'has 2 contents: only the newest was taken' },
  ]);
});

test('of an empty store has both folders', async () => {
  await using contents = await openInMemory();
  const { view, ...rest } = await viewAsTheater(contents);
  expect(view.fs.readdirSync('/')).toEqual(['data', 'labels']);
  expect(rest).toEqual({ contents: 0, labels: 0, problems: [] });
});

test.each(['../x', '/abs', 'a//b', './a', 'a/', '.cas/x', 'nul\0', 'x/..'])(
  'a label %j, which is the path of no file there, is named and left out',
  async (label) => {
    await using contents = await openInMemory();
    await contents.storeAtLabel(label, 'a');
    const { problems, labels } = await viewAsTheater(contents);
    expect(problems.map(({ kind }) => kind)).toEqual(['label-invalid']);
    expect(labels).toBe(0);
    expect(Object.keys(await drawn(contents))).toEqual([`data/${hashOf('a')}`]);
  },
);

test('what no ContentStore made a label of is no label of the layout', async () => {
  await using contents = await openInMemory();
  await contents.database.commit('Other', fromEntries([{ path: 'index.html', content: 'page' }]));
  expect(await contents.listLabels()).toEqual([]);
  await contents.database.commit('site', fromEntries([{ path: 'index.html', content: 'page' }]));
  await expect(contents.getByLabel('site')).rejects.toMatchObject({ code: 'LABEL_NOT_CONTENT' });
  await expect(contents.removeLabel('site')).rejects.toMatchObject({ code: 'LABEL_NOT_CONTENT' });
  expect(Object.keys(await drawn(contents))).toEqual([`data/${hashOf('page')}`]);
  expect((await viewAsTheater(contents)).problems).toEqual([
    { kind: 'label-invalid', path: 'labels/site', message: 'is left out: it names no contents' },
  ]);
});
