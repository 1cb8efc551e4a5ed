import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import type { ProgressEvent } from '../../src/flow/progress.ts';
import { ContentRef } from '../../src/theater/content-ref.ts';
import { ContentStore } from '../../src/theater/content-store.ts';
import { importTheater, QUARANTINE_LABEL, type TheaterImport } from '../../src/theater/import-store.ts';
import { findTheaterFolders } from '../../src/theater/layout.ts';
import { openAliasWorkshop } from '../alias/workshop.ts';
import { memoryFiles, openInMemory } from './content-stores.ts';
import { hashOf, writeFiles } from './theater-folders.ts';

const [HELLO, WORLD] = ['hello', 'Hello, world!'];
const NOBODYS = hashOf('nobody stored this');

interface Imported extends AsyncDisposable {
  readonly files: FileSystem;
  readonly contents: ContentStore;
  readonly result: TheaterImport;
  /** What is wrong, by path and kind. */
  readonly named: Readonly<Record<string, string>>;
}

async function importFiles(members: Readonly<Record<string, string>>): Promise<Imported> {
  const files = memoryFiles();
  const bytes = Object.entries(members).map(([path, text]): [string, Uint8Array] => [path, encodeText(text)]);
  await writeFiles(files, '/here/old', new Map(bytes));
  const contents = await openInMemory(files);
  return { files, contents, ...(await take(contents, files)), [Symbol.asyncDispose]: () => contents.close() };
}

async function take(contents: ContentStore, files: FileSystem): Promise<Pick<Imported, 'result' | 'named'>> {
  const [folder] = await findTheaterFolders('/here/old', { files });
  const result = await importTheater(contents, folder!, { files });
  return { result, named: Object.fromEntries(result.problems.map(({ path, kind }) => [path, kind])) };
}

const hashes = (refs: readonly ContentRef[]): string[] => refs.map(({ hash }) => hash);

describe('importTheater()', () => {
  test('takes in the layout whose hashes are known', async () => {
    await using imported = await importFiles({
      'data/aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d': HELLO,
      'data/943a702d06f34599aee1f8da8ef9f7296031d699': WORLD,
      'labels/greeting': 'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d\n943a702d06f34599aee1f8da8ef9f7296031d699',
      'labels/nested/world': '943a702d06f34599aee1f8da8ef9f7296031d699',
    });
    const { contents, result } = imported;
    expect(result).toEqual({ contents: 2, bytes: 18, labels: 2, unlabelled: 0, problems: [] });
    expect(await contents.listLabels()).toEqual(['greeting', 'nested/world']);
    expect(hashes(await contents.getByLabel('greeting'))).toEqual([hashOf(HELLO), hashOf(WORLD)]);
    expect((await contents.getContentByLabel('greeting'))?.toString()).toBe(WORLD);
    expect(await contents.calculateTotalSize()).toBe(18);
  });

  test('counts contents that no label names', async () => {
    await using imported = await importFiles({
      [`data/${hashOf('a')}`]: 'a',
      [`data/${hashOf('b')}`]: 'b',
      'labels/b': hashOf('b'),
    });
    expect(imported.result).toMatchObject({ contents: 2, labels: 1, unlabelled: 1 });
  });

  test('keeps what is under a wrong name apart, and under its own hash', async () => {
    await using imported = await importFiles({
      [`data/${hashOf(HELLO)}`]: 'hel',
      'data/notes.txt': 'notes',
      'labels/greeting': hashOf(HELLO),
    });
    const { contents, named, result } = imported;
    expect(named).toEqual({
      [`data/${hashOf(HELLO)}`]: 'wrong-content',
      'data/notes.txt': 'wrong-content',
      'labels/greeting': 'label-dangling',
    });
    expect(result.problems[0]!.message).toBe(`holds the content ${hashOf('hel')}, of size 3: kept apart`);
    expect(await contents.exists(new ContentRef(hashOf(HELLO)))).toBe(false);
    expect((await contents.get(ContentRef.fromContent('hel'))).toString()).toBe('hel');
    const kept = (await contents.database.view(QUARANTINE_LABEL)).fs;
    expect(kept.readFileSync(`/data/${hashOf(HELLO)}`, 'utf8')).toBe('hel');
    expect(kept.readFileSync('/data/notes.txt', 'utf8')).toBe('notes');
    expect(await contents.listLabels()).toEqual([]);
  });

  test('names what is wrong with labels, and takes the rest of them', async () => {
    const a = hashOf('a');
    await using imported = await importFiles({
      [`data/${a}`]: 'a',
      'labels/good': a,
      'labels/empty': '',
      'labels/torn': `${a}\n${a.slice(0, 9)}`,
      'labels/gone': NOBODYS,
      'labels/half': `${NOBODYS}\n${a}`,
      [`labels/${'X'.repeat(100)}`]: a,
    });
    expect(imported.named).toEqual({
      'labels/empty': 'label-damaged',
      'labels/torn': 'label-damaged',
      'labels/gone': 'label-dangling',
      'labels/half': 'label-dangling',
      [`labels/${'X'.repeat(100)}`]: 'label-invalid',
    });
    expect(await imported.contents.listLabels()).toEqual(['good', 'half', 'torn']);
    expect(hashes(await imported.contents.getByLabel('half'))).toEqual([a]);
  });

  test('takes a label that Theater wrote outside of labels, and says so; what else lies there is left out', async () => {
    await using imported = await importFiles({
      [`data/${hashOf('a')}`]: 'a',
      x: hashOf('a'),
      'notes.txt': 'no label',
      empty: '',
    });
    expect(imported.named).toEqual({ x: 'label-outside', 'notes.txt': 'stray', empty: 'stray' });
    expect(hashes(await imported.contents.getByLabel('../x'))).toEqual([hashOf('a')]);
  });

  test('says what is no file, and follows no link', async () => {
    const files = memoryFiles();
    await writeFiles(
      files,
      '/here/old',
      new Map([
        ['secret', encodeText('secret')],
        ['data/d/x', encodeText('x')],
      ]),
    );
    await files.makeSymlink(encodeText('../secret'), `/here/old/data/${hashOf('secret')}`);
    await files.makeSymlink(encodeText('../secret'), '/here/old/labels/link');
    await using contents = await openInMemory(files);
    const { named } = await take(contents, files);
    expect(named).toEqual({
      'data/d': 'not-a-file',
      [`data/${hashOf('secret')}`]: 'not-a-file',
      'labels/link': 'not-a-file',
      secret: 'stray',
    });
    expect(await contents.listAllContent()).toEqual([]);
  });

  test('goes on after a file that cannot be read', async () => {
    const files = memoryFiles();
    const data = ['a', 'b', 'c'].map((text): [string, Uint8Array] => [
      `data/${hashOf(text)}`,
      encodeText(text),
    ]);
    await writeFiles(files, '/here/old', new Map(data));
    await using contents = await openInMemory(files);
    const { SystemError } = await import('../../src/errors/errors.ts');
    const failing = new Proxy(files, {
      get: (target, key) =>
        key === 'open'
          ? async (path: Uint8Array, mode: 'read') => {
              if (Buffer.from(path).includes(hashOf('b'))) throw new SystemError('IO_FAILED', 'no');
              return target.open(path, mode);
            }
          : (Reflect.get(target, key).bind?.(target) ?? Reflect.get(target, key)),
    });
    const [folder] = await findTheaterFolders('/here/old', { files });
    const { problems } = await importTheater(contents, folder!, { files: failing });
    expect(problems).toEqual([
      { kind: 'unreadable', path: `data/${hashOf('b')}`, message: 'is left out: no' },
    ]);
    expect(await contents.listAllContent()).toHaveLength(2);
  });

  test('the same once more changes nothing, and what changed meanwhile is taken over', async () => {
    const [a, b] = [hashOf('a'), hashOf('b')];
    await using imported = await importFiles({ [`data/${a}`]: 'a', [`data/${b}`]: 'b', 'labels/x': a });
    const { contents, files } = imported;
    const before = await contents.database.labels.list();
    await take(contents, files);
    expect(await contents.database.labels.list()).toEqual(before);
    await files.remove('/here/old/labels/x');
    await writeFiles(files, '/here/old', new Map([['labels/x', encodeText(b)]]));
    await take(contents, files);
    expect(hashes(await contents.getByLabel('x'))).toEqual([b]);
  });

  test('a label that cannot stand beside one that is there already is named, and the others are taken', async () => {
    await using imported = await importFiles({ [`data/${hashOf('a')}`]: 'a', 'labels/a': hashOf('a') });
    const { contents, files } = imported;
    await files.remove('/here/old/labels/a');
    await writeFiles(
      files,
      '/here/old',
      new Map(['labels/a/b', 'labels/c'].map((path) => [path, encodeText(hashOf('a'))])),
    );
    const { named } = await take(contents, files);
    expect(named).toEqual({ 'labels/a/b': 'label-invalid' });
    expect(await contents.listLabels()).toEqual(['a', 'c']);
  });

  test('a hash that two contents of the store have is named, and never is one of them', async () => {
    await using workshop = await openAliasWorkshop('sha1');
    const { files, store } = workshop;
    const contents = ContentStore.over(store);
    const ref = await contents.store('first');
    await workshop.plant('sha1', ref.hash, await store.put('second'));
    await writeFiles(files, '/here/old', new Map([['labels/x', encodeText(ref.hash)]]));
    const { named } = await take(contents, files);
    expect(named).toEqual({ 'labels/x': 'ambiguous' });
    expect(await contents.listLabels()).toEqual([]);
  });

  test('long content is streamed, and tells how far it is', async () => {
    const long = 'long '.repeat(700_000);
    await using imported = await importFiles({ [`data/${hashOf(long)}`]: long, 'labels/long': hashOf(long) });
    const { contents, files } = imported;
    expect((await contents.getContentByLabel('long'))?.toString()).toBe(long);
    const events: ProgressEvent[] = [];
    const [folder] = await findTheaterFolders('/here/old', { files });
    await importTheater(contents, folder!, { files, onProgress: (event) => events.push(event) });
    expect(events.at(-1)).toEqual({ phase: 'reading', done: 1, unit: 'files', bytes: long.length });
  });

  test('can be stopped', async () => {
    await using imported = await importFiles({ [`data/${hashOf('a')}`]: 'a' });
    const { contents, files } = imported;
    const [folder] = await findTheaterFolders('/here/old', { files });
    const signal = AbortSignal.abort();
    await expect(importTheater(contents, folder!, { files, signal })).rejects.toThrow(signal.reason);
  });
});

describe('findTheaterFolders()', () => {
  test('finds one store, several by their ids, or says that there is none', async () => {
    const files = memoryFiles();
    await writeFiles(files, '/here/base/one', new Map([[`data/${hashOf('a')}`, encodeText('a')]])).catch(
      () => undefined,
    );
    await files.makeFolder('/here/base');
    for (const id of ['one', 'two', 'other']) await files.makeFolder(`/here/base/${id}`);
    await files.makeFolder('/here/base/one/data');
    await files.makeFolder('/here/base/two/labels');
    const found = await findTheaterFolders('/here/base', { files });
    expect(found.map(({ id }) => id)).toEqual(['one', 'two']);
    expect((await findTheaterFolders('/here/base/one', { files })).map(({ id }) => id)).toEqual([undefined]);
    const finding = (path: string): Promise<unknown> => findTheaterFolders(path, { files });
    await expect(finding('/here/base/other')).rejects.toMatchObject({ code: 'LAYOUT_UNKNOWN' });
    await expect(finding('/here/nobody')).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
    await files.makeFolder('/here/base/.hidden');
    await files.makeFolder('/here/base/.hidden/data');
    await expect(finding('/here/base')).rejects.toMatchObject({ code: 'STORE_ID_INVALID' });
  });
});
