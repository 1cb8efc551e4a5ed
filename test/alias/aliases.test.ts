/** Other hashes of contents, from the front door of the library: by every way in which content comes in. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ALIAS_HASHES } from '../../src/hash/alias-hash.ts';
import type { ObjectId } from '../../src/hash/object-id.ts';
import { fromEntries, fromFolder, fromTar, initStore, openStore, type Store } from '../../src/index.ts';
import { decodeWhole } from './whole-file.ts';
import { type AliasWorkshop, expectKnown, noise, openAliasWorkshop, otherHash } from './workshop.ts';

const ALL = ALIAS_HASHES.join();
const folder = mkdtempSync(join(tmpdir(), 'cas-alias-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
}

async function listed(store: Store): Promise<string[]> {
  const lines: string[] = [];
  for await (const [hex, id] of store.aliases.list('sha1')) lines.push(`${hex} ${id}`);
  return lines;
}

describe('content is known by all hashes that are kept', () => {
  test('at once, after a flush, and in the store opened anew', async () => {
    await using workshop = await openAliasWorkshop(ALL);
    const { store } = workshop;
    const id = await store.put('hello\n');
    await expectKnown(store, 'hello\n');
    await store.flush();
    await expectKnown(store, 'hello\n');
    await using again = await workshop.reopen();
    await expectKnown(again, 'hello\n');
    expect(await again.aliases.find('git', 'ce013625030ba8dba906f756967f9e9ca394464a')).toBe(id);
    expect(await again.aliases.find('sha1', '0'.repeat(40))).toBeUndefined();
    const all = ALIAS_HASHES.map((hash) => ({ hash, hex: otherHash(hash, 'hello\n') }));
    expect(await again.aliases.of(id)).toEqual(all);
    for (const { hash, hex } of all) expect((await again.resolve(`${hash}:${hex}`)).id).toBe(id);
    for (const hash of ['sha1', 'sha512', 'md5'] as const) {
      const sri = `${hash}-${Buffer.from(otherHash(hash, 'hello\n'), 'hex').toString('base64')}`;
      expect((await again.resolve(sri)).id).toBe(id);
    }
  });

  test('when it comes as a stream, of known length or not, short, long or in chunks', async () => {
    await using workshop = await openAliasWorkshop(ALL);
    await workshop.store.setSetting('chunk.threshold', String(2 ** 20));
    await using store = await workshop.reopen();
    const contents = [0, 1, 300_000, 1_500_000].map((size, seed) => noise(size, seed));
    for (const content of contents) {
      await store.put(inPieces(content));
      await expectKnown(store, content);
    }
    const others = [0, 2, 300_001, 1_500_001].map((size, seed) => noise(size, seed));
    for (const content of others) await store.put(inPieces(content), { sizeBytes: content.length });
    await store.put(noise(1_600_000));
    await store.flush();
    await using again = await workshop.reopen();
    for (const content of [...contents, ...others, noise(1_600_000)]) await expectKnown(again, content);
  });

  test('when a batch puts it, and not when the batch fails', async () => {
    await using workshop = await openAliasWorkshop(ALL);
    const { store } = workshop;
    const contents = Array.from({ length: 50 }, (_, number) => `content ${number}`);
    await store.batch(async (batch) => {
      for (const content of contents) await batch.put(content);
    });
    const failing = store.batch(async (batch) => {
      await batch.put('never');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await using again = await workshop.reopen();
    for (const content of contents) await expectKnown(again, content);
    expect(await again.aliases.find('sha1', otherHash('sha1', 'never'))).toBeUndefined();
    expect(await listed(again)).toHaveLength(contents.length);
  });

  test('when entries and a tar are committed, but for folders and snapshots', async () => {
    await using workshop = await openAliasWorkshop(ALL);
    const { store } = workshop;
    await store.commit(
      'a',
      fromEntries([
        { path: 'd/f', content: 'one' },
        { path: 'g', content: 'two' },
      ]),
    );
    const tar = (await store.view('a')).tar();
    await using other = await openAliasWorkshop(ALL);
    await other.store.commit('b', fromTar(tar));
    for (const { store: each } of [workshop, other]) {
      await expectKnown(each, 'one');
      await expectKnown(each, 'two');
      expect(await listed(each)).toHaveLength(2);
    }
  });

  test('when a folder of the machine is committed, on other threads too, with long files and symlinks', async () => {
    const source = join(folder, 'many');
    mkdirSync(source);
    for (let number = 0; number < 2000; number++)
      writeFileSync(join(source, `${number}`), `file ${number % 1900}`);
    writeFileSync(join(source, 'long'), noise(700_000));
    writeFileSync(join(source, 'longer'), noise(3_000_000, 5));
    await using store = await initStore(folder, { settings: { aliases: ALL } });
    await store.commit('many', fromFolder(source));
    await using again = await openStore(folder);
    for (let number = 0; number < 1900; number += 100) await expectKnown(again, `file ${number}`);
    await expectKnown(again, noise(700_000));
    await expectKnown(again, noise(3_000_000, 5));
    expect(await listed(again)).toHaveLength(1902);
  });

  test('that a program asks for, whatever the setting says', async () => {
    await using workshop = await openAliasWorkshop('md5');
    await using store = await workshop.reopen({ aliases: ['sha1'] });
    expect(store.aliases.kept).toEqual(['md5', 'sha1']);
    await store.put('hello');
    await expectKnown(store, 'hello', ['md5', 'sha1']);
  });

  test('only once, however often it is put', async () => {
    await using workshop = await openAliasWorkshop('sha1');
    const { store, files } = workshop;
    for (let round = 0; round < 5; round++) {
      await store.put('hello');
      await store.put('hello');
      await store.flush();
    }
    const before = await files.stat('/here/.cas/aliases/sha1');
    await using again = await workshop.reopen();
    await again.put('hello');
    await again.flush();
    expect(await files.stat('/here/.cas/aliases/sha1')).toEqual(before);
    expect(await listed(again)).toHaveLength(1);
  });
});

test('a store that keeps none makes no file, and tells how to find by a hash', async () => {
  await using workshop = await openAliasWorkshop('');
  const { store, files } = workshop;
  await store.put('hello');
  await store.flush();
  expect(await files.stat('/here/.cas/aliases')).toBeUndefined();
  const sha1 = `sha1:${otherHash('sha1', 'hello')}`;
  await expect(store.resolve(sha1)).rejects.toMatchObject({
    name: 'NotFoundError',
    code: 'ALIAS_NOT_FOUND',
    hint: expect.stringContaining('config set aliases sha1') as unknown,
  });
  await store.setSetting('aliases', 'md5,sha1');
  await using again = await workshop.reopen();
  await expect(again.resolve(sha1)).rejects.toMatchObject({
    hint: expect.stringContaining("'cas alias rebuild'") as unknown,
  });
  expect(await again.aliases.rebuild()).toMatchObject({ hashes: ['md5', 'sha1'], contents: 1, damaged: [] });
  await expectKnown(again, 'hello', ['md5', 'sha1']);
});

test('a rebuild finds all contents, keeps what came meanwhile, and drops what is not so', async () => {
  await using workshop = await openAliasWorkshop('');
  const { store } = workshop;
  await store.commit('a', fromEntries([{ path: 'd/f', content: 'in a set' }]));
  const loose = await store.put('by itself');
  await store.flush();
  await store.setSetting('aliases', 'sha1');
  await using keeping = await workshop.reopen();
  await workshop.plant('sha1', otherHash('sha1', 'a lie'), loose);
  expect(await keeping.aliases.find('sha1', otherHash('sha1', 'a lie'))).toBe(loose);
  const tree = (await keeping.resolve('a:')).id;
  const treeBytes = await keeping.get(tree);
  await keeping.put(treeBytes); // content, too: though it lies there as a tree
  expect(await keeping.aliases.rebuild()).toMatchObject({ hashes: ['sha1'], contents: 2 });
  for (const content of ['in a set', 'by itself', treeBytes]) await expectKnown(keeping, content, ['sha1']);
  expect(await keeping.aliases.find('sha1', otherHash('sha1', 'a lie'))).toBeUndefined();
  expect(await listed(keeping)).toHaveLength(3);
});

test('two objects under one alias are AMBIGUOUS, and both are named; of one that is gone nothing is', async () => {
  await using workshop = await openAliasWorkshop('sha1,md5');
  const { store } = workshop;
  const first = await store.put('first');
  const second = await store.put('second');
  await store.flush();
  const sha1 = otherHash('sha1', 'first');
  const absent = `sha256:${'0'.repeat(64)}` as ObjectId;
  await workshop.plant('sha1', sha1, absent);
  expect(await store.aliases.find('sha1', sha1)).toBe(first);
  await workshop.plant('sha1', sha1, second);
  for (const finding of [store.aliases.find('sha1', sha1), store.resolve(`sha1:${sha1}`)]) {
    await expect(finding).rejects.toMatchObject({ name: 'InvalidInputError', code: 'AMBIGUOUS' });
    await expect(finding).rejects.toMatchObject({ hint: expect.stringContaining(first) as unknown });
    await expect(finding).rejects.toMatchObject({ hint: expect.stringContaining(second) as unknown });
  }
  expect(await store.aliases.find('md5', otherHash('md5', 'first'))).toBe(first);
  await expect(store.aliases.find('sha1', 'abc')).rejects.toMatchObject({ code: 'ALIAS_INVALID' });
});

describe('care for a store', () => {
  test('fsck finds what lies beside the files of aliases, and repairs a damaged one from the contents', async () => {
    await using workshop = await openAliasWorkshop('sha1');
    const { store, files } = workshop;
    await store.put('one');
    await store.flush();
    const path = '/here/.cas/aliases/sha1';
    const bytes = (await files.readFile(path, 1000))!;
    bytes[50]! ^= 1;
    await files.remove(path);
    for (const name of ['sha1', 'notes', 'tmp_1_0123456789abcdef', 'lock']) {
      await using file = await files.open(`/here/.cas/aliases/${name}`, 'create');
      await file.write(bytes, 0);
    }
    await files.remove('/here/.cas/aliases/lock');
    await using again = await workshop.reopen();
    expect(await findings(again)).toEqual(['aliases-corrupt', 'file-unknown', 'temporary-left']);
    expect(await findings(again, 'repair')).toEqual([
      'file-unknown',
      'lost-kept',
      'repaired',
      'temporary-left',
    ]);
    await expectKnown(again, 'one', ['sha1']);
  });

  test('fsck repairs a damaged file also where there are no contents', async () => {
    await using workshop = await openAliasWorkshop('sha1');
    const { store, files } = workshop;
    await files.makeFolder('/here/.cas/aliases');
    {
      await using file = await files.open('/here/.cas/aliases/sha1', 'create');
      await file.write(new Uint8Array(100), 0);
    }
    expect(await findings(store, 'repair')).toEqual(['lost-kept', 'repaired']);
    await store.put('one');
    await expectKnown(store, 'one', ['sha1']);
  });

  test('a rebuild in place of a damaged file goes on with what is sound, and tells of contents that are not', async () => {
    await using workshop = await openAliasWorkshop('sha1');
    const { store, files } = workshop;
    await store.put('one');
    const id = await store.put('damaged');
    await store.flush();
    const hex = id.slice('sha256:'.length);
    for (const path of [`/here/.cas/objects/${hex.slice(0, 2)}/${hex.slice(2)}`, '/here/.cas/aliases/sha1']) {
      await files.remove(path);
      await using file = await files.open(path, 'create');
      await file.write(new Uint8Array(100), 0);
    }
    await using again = await workshop.reopen();
    await expect(again.aliases.find('sha1', otherHash('sha1', 'one'))).rejects.toMatchObject({
      code: 'ALIASES_CORRUPT',
    });
    expect(await again.aliases.rebuild()).toMatchObject({ contents: 1, damaged: [id] });
    await expectKnown(again, 'one', ['sha1']);
    expect(await again.aliases.find('sha1', otherHash('sha1', 'damaged'))).toBeUndefined();
  });

  test('gc drops the aliases of what is gone for good, and not of what can be taken back', async () => {
    await using workshop = await openAliasWorkshop('sha1');
    const { store } = workshop;
    await store.commit('a', fromEntries([{ path: 'f', content: 'kept' }]));
    const id = await store.put('collected');
    const hex = otherHash('sha1', 'collected');
    await store.flush();
    await store.gc({ graceMs: 0 });
    expect(await store.aliases.find('sha1', hex)).toBeUndefined();
    await store.undelete();
    expect(await store.aliases.find('sha1', hex)).toBe(id);
    await store.gc({ graceMs: 0 });
    expect(await rowsOf(workshop)).toBe(2);
    await store.gc({ graceMs: 0 });
    expect(await rowsOf(workshop)).toBe(1);
    await expectKnown(store, 'kept', ['sha1']);
    await store.put('collected');
    await expectKnown(store, 'collected', ['sha1']);
  });
});

async function findings(store: Store, mode: 'check' | 'repair' = 'check'): Promise<string[]> {
  const found: string[] = [];
  for await (const { id } of store.fsck({ mode })) found.push(id);
  return found.sort();
}

async function rowsOf({ files }: AliasWorkshop): Promise<number> {
  const { sorted, records } = decodeWhole((await files.readFile('/here/.cas/aliases/sha1', 1e6))!);
  return sorted.length + records.flat().length;
}
