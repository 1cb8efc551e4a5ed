/** The files of aliases: what is found in them, what becomes of them, and what they survive. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { sortedEnd } from '../../src/alias/alias-layout.ts';
import { AliasStore } from '../../src/alias/alias-store.ts';
import { CasError } from '../../src/errors/errors.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { hexOf, type ObjectId } from '../../src/hash/object-id.ts';
import { fromEntries, initStore, openStore } from '../../src/index.ts';
import { APPENDING_CALLS } from '../fakes/faults.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';
import { decodeWhole, encodeWhole } from './whole-file.ts';

const FOLDER = '/cas/aliases';
const FILE = `${FOLDER}/sha1`;
const MAX_BYTES = 2 ** 26;

async function makeDisk(): Promise<FaultyFileSystem> {
  const files = new FaultyFileSystem();
  await files.makeFolder('/cas');
  await files.syncFolder('/');
  return files;
}

/** @param here the objects that are, by their ids. @default all */
function openAliases(files: FileSystem, here?: ReadonlySet<string>): AliasStore {
  const objects = { has: async (id: ObjectId) => here?.has(id) ?? true };
  return new AliasStore(files, { folder: FOLDER, parent: '/cas', kept: ['sha1'], objects });
}

/** The machine has started anew, and nobody of before holds the lock. */
async function restart(files: FaultyFileSystem): Promise<AliasStore> {
  await files.remove(`${FOLDER}/lock`);
  return openAliases(files);
}

const sha1 = (number: number): string => createHash('sha1').update(`${number}`).digest('hex');
const idOf = (number: number): ObjectId => hashBytes(Buffer.from(`${number}`));

function note(aliases: AliasStore, number: number): void {
  aliases.notes.add(idOf(number), Buffer.from(sha1(number), 'hex'));
}

async function add(aliases: AliasStore, ...numbers: readonly number[]): Promise<void> {
  for (const number of numbers) note(aliases, number);
  await aliases.flush();
}

/** Which of the numbers from `first` up to `count` are found. */
async function found(aliases: AliasStore, count: number, first = 0): Promise<number[]> {
  const numbers: number[] = [];
  for (let number = first; number < count; number++) {
    const id = await aliases.find({ hash: 'sha1', hex: sha1(number) });
    if (id === undefined) continue;
    expect(id).toBe(idOf(number));
    numbers.push(number);
  }
  return numbers;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, number) => number);

describe('an alias', () => {
  test('is found among many, sorted and appended, by this and by others, and no other is', async () => {
    const files = await makeDisk();
    await using aliases = openAliases(files);
    await using other = openAliases(files);
    await add(aliases, ...upTo(1000));
    await add(aliases, 1000, 1001);
    expect(await found(other, 1010)).toEqual(upTo(1002));
    await add(other, 1002);
    await add(aliases, 1003);
    expect(await found(aliases, 1010)).toEqual(upTo(1004));
    expect(await found(other, 1010)).toEqual(upTo(1004));
  });

  test('is found by a few reads, in a file of many', async () => {
    const files = await makeDisk();
    await using aliases = openAliases(files);
    await add(aliases, ...upTo(100_000));
    let reads = 0;
    const counting = new Proxy(files, {
      get: (target, name) => {
        if (name !== 'open') return Reflect.get(target, name, target).bind?.(target);
        return async (path: string, mode: 'read') => {
          const file = await target.open(path, mode);
          const read = file?.read.bind(file);
          if (file !== undefined && read !== undefined)
            file.read = (into, at) => {
              reads++;
              return read(into, at);
            };
          return file;
        };
      },
    });
    await using other = openAliases(counting);
    for (let number = 0; number < 100; number++) await other.find({ hash: 'sha1', hex: sha1(number * 997) });
    expect(reads / 100).toBeLessThan(7);
  });

  test('is found whatever the digests are like, and in no more reads than there are blocks', async () => {
    const files = await makeDisk();
    await files.makeFolder(FOLDER);
    const alike = upTo(3000).map((number) => '00'.repeat(18) + number.toString(16).padStart(4, '0'));
    const sorted = alike.map((hex, number) => hex + hexOf(idOf(number)));
    await using file = await files.open(FILE, 'create');
    await file.write(encodeWhole({ hash: 'sha1', sorted, records: [] }), 0);
    await using aliases = openAliases(files);
    for (const [number, hex] of [...alike.entries()].filter(([at]) => at % 31 === 0))
      expect(await aliases.find({ hash: 'sha1', hex })).toBe(idOf(number));
    expect(await aliases.find({ hash: 'sha1', hex: 'f'.repeat(40) })).toBeUndefined();
    expect(await aliases.find({ hash: 'sha1', hex: `${'00'.repeat(17)}01ffff` })).toBeUndefined();
  });

  test('of one object among many that are gone is that of the one', async () => {
    const files = await makeDisk();
    await using aliases = openAliases(files, new Set([idOf(400)]));
    for (let number = 0; number < 500; number++) aliases.notes.add(idOf(number), Buffer.from(sha1(0), 'hex'));
    expect(await aliases.find({ hash: 'sha1', hex: sha1(0) })).toBe(idOf(400));
    await aliases.flush();
    expect(await aliases.find({ hash: 'sha1', hex: sha1(0) })).toBe(idOf(400));
  });
});

describe('a file of aliases', () => {
  test('grows by records, and is sorted anew before they are long', async () => {
    const files = await makeDisk();
    await using aliases = openAliases(files);
    let sortings = 0;
    let inode: bigint | undefined;
    for (let number = 0; number < 10_000; number += 50) {
      await add(aliases, ...upTo(50).map((more) => number + more));
      const stat = await files.stat(FILE);
      if (stat?.inode !== inode) sortings++;
      inode = stat?.inode;
    }
    expect(sortings).toBe(2);
    const { sorted, records } = decodeWhole((await files.readFile(FILE, MAX_BYTES))!);
    expect(sorted.length + records.flat().length).toBe(10_000);
    expect(sorted).toEqual([...sorted].sort());
    for (const number of [0, 4999, 9999]) expect(await found(aliases, number + 1, number)).toEqual([number]);
  });

  test('is written by two at once, and has what both wrote', async () => {
    const files = await makeDisk();
    const writers = upTo(4).map(() => openAliases(files));
    await Promise.all(
      writers.map(async (aliases, writer) => {
        for (let round = 0; round < 10; round++) await add(aliases, round * 4 + writer);
      }),
    );
    await using aliases = openAliases(files);
    expect(await found(aliases, 40)).toEqual(upTo(40));
    for (const writer of writers) await writer[Symbol.asyncDispose]();
  });

  test('that is torn is read up to there, and goes on from there', async () => {
    const files = await makeDisk();
    await using aliases = openAliases(files);
    await add(aliases, 0);
    await add(aliases, 1);
    await using file = await files.open(FILE, 'update');
    const { sizeBytes } = (await file!.stat())!;
    await file!.write(new Uint8Array(300).fill(0x80), sizeBytes);
    await using other = openAliases(files);
    expect(await found(other, 3)).toEqual([0, 1]);
    await add(other, 2);
    expect(await found(aliases, 3)).toEqual([0, 1, 2]);
    expect(decodeWhole((await files.readFile(FILE, MAX_BYTES))!).records).toHaveLength(2);
  });

  test.each([
    ['in its header', () => 3],
    ['in its sorted rows', () => 40],
    ['in a record that others follow', (bytes: Uint8Array) => bytes.length - 70],
  ])('that is damaged %s is told of, to readers and writers, and left alone', async (_, place) => {
    const files = await makeDisk();
    await using aliases = openAliases(files);
    for (const number of [0, 1, 2]) await add(aliases, number);
    const bytes = (await files.readFile(FILE, MAX_BYTES))!;
    bytes[place(bytes)]! ^= 1;
    await files.remove(FILE);
    {
      await using file = await files.open(FILE, 'create');
      await file.write(bytes, 0);
    }
    await using other = openAliases(files);
    const damaged = { name: 'CorruptError', code: 'ALIASES_CORRUPT' };
    await expect(found(other, 3)).rejects.toMatchObject(damaged);
    note(other, 0);
    await expect(other.flush()).rejects.toMatchObject(damaged);
    expect(await files.readFile(FILE, MAX_BYTES)).toEqual(bytes);
    other.notes.take();
  });

  test('that is no file, of another hash, too short, or with endless records is damaged', async () => {
    const whole = encodeWhole({ hash: 'sha1', sorted: [sha1(0) + hexOf(idOf(0))], records: [] });
    const other = encodeWhole({ hash: 'git', sorted: [sha1(0) + hexOf(idOf(0))], records: [] });
    const endless = new Uint8Array(sortedEnd({ hash: 'sha1', count: 1 }) + 256 * 1024 + 1);
    endless.set(whole);
    for (const bytes of [
      other,
      whole.subarray(0, -1),
      whole.subarray(0, 10),
      new Uint8Array(0),
      endless,
      undefined,
    ]) {
      const files = await makeDisk();
      await files.makeFolder(FOLDER);
      if (bytes === undefined) await files.makeFolder(FILE);
      else {
        await using file = await files.open(FILE, 'create');
        await file.write(bytes, 0);
      }
      await using aliases = openAliases(files);
      await expect(found(aliases, 1)).rejects.toMatchObject({ code: 'ALIASES_CORRUPT' });
    }
  });
});

const SEEDS = [1, 2, 3];

test('after a power cut, all that was flushed is found, and the file can be written to', async () => {
  const files = await makeDisk();
  await using aliases = openAliases(files);
  const flushed: number[] = [files.operations.length];
  for (const numbers of [[0], [1], [2], upTo(5100), [5100]]) {
    await add(aliases, ...numbers);
    flushed.push(files.operations.length);
  }
  const counts = [0, 1, 2, 3, 5100, 5101];
  for (const { cut, files: after, loss } of files.powerCuts({ from: flushed[0]!, seeds: SEEDS })) {
    const done = counts[flushed.findLastIndex((at) => at <= cut)]!;
    await using restarted = await restart(after);
    const some = [0, 1, 2, 3, 2000, 5099, 5100];
    for (const number of some.filter((each) => each < done)) {
      const hex = sha1(number);
      expect(await restarted.find({ hash: 'sha1', hex }), `${cut} ${JSON.stringify(loss)}`).toBe(
        idOf(number),
      );
    }
    await add(restarted, 6000);
    const last = after.afterPowerCut(after.operations.length, { kind: 'dropped' });
    await using again = await restart(last);
    expect(await again.find({ hash: 'sha1', hex: sha1(6000) })).toBe(idOf(6000));
  }
});

test('after a power cut, a row is there that was found unsynced, as its writer had died, and so was not written again', async () => {
  const files = await makeDisk();
  const other = await makeDisk();
  for (const disk of [files, other]) {
    await using aliases = openAliases(disk);
    await add(aliases, 0);
    await add(aliases, 1);
    if (disk === other) await add(aliases, 2);
  }
  const longer = (await other.readFile(FILE, MAX_BYTES))!;
  const { sizeBytes } = (await files.stat(FILE))!;
  {
    await using file = await files.open(FILE, 'update');
    await file!.write(longer.subarray(sizeBytes), sizeBytes); // and no sync
  }
  await using aliases = openAliases(files);
  await add(aliases, 2);
  await using after = await restart(files.afterPowerCut(files.operations.length, { kind: 'dropped' }));
  expect(await found(after, 3)).toEqual([0, 1, 2]);
});

test.each([...APPENDING_CALLS, 'make-folder'] as const)(
  'when any %s fails, a flush fails typed, nothing is lost that was flushed, and the next one makes up for it',
  async (call) => {
    for (let at = 1; at <= 8; at++) {
      const files = await makeDisk();
      await using aliases = openAliases(files);
      await add(aliases, 0);
      await add(aliases, 1);
      note(aliases, 2);
      files.fail({ call, errno: 'EIO', at });
      const outcome = await aliases.flush().catch((error: unknown) => error);
      files.heal();
      if (outcome !== undefined) expect(outcome).toBeInstanceOf(CasError);
      await files.remove(`${FOLDER}/lock`);
      const dropped = files.afterPowerCut(files.operations.length, { kind: 'dropped' });
      await using before = await restart(dropped);
      expect((await found(before, 3)).slice(0, 2)).toEqual([0, 1]);
      await add(aliases, 3);
      const last = files.afterPowerCut(files.operations.length, { kind: 'dropped' });
      await using after = await restart(last);
      expect(await found(after, 4)).toEqual([0, 1, 2, 3]);
    }
  },
);

test('an alias is as durable as what it is of, after a flush, a batch and a commit', async () => {
  const files = new FaultyFileSystem();
  await files.makeFolder('/here');
  await files.syncFolder('/');
  await using store = await initStore('/here', { files, settings: { aliases: 'sha1' } });
  const steps: readonly (readonly [content: string, step: () => Promise<unknown>])[] = [
    ['flushed', async () => [await store.put('flushed'), await store.flush()]],
    ['batched', () => store.batch((batch) => batch.put('batched'))],
    ['committed', () => store.commit('a', fromEntries([{ path: 'f', content: 'committed' }]))],
    ['labelled', async () => [await store.put('labelled'), await store.commit('b', fromEntries([]))]],
  ];
  for (const [content, step] of steps) {
    await step();
    const left = files.afterPowerCut(files.operations.length, { kind: 'dropped' });
    await using found = await openStore('/here', { files: left });
    const id = await found.aliases.find('sha1', createHash('sha1').update(content).digest('hex'));
    expect(id, content).toBe(hashBytes(Buffer.from(content)));
    expect(Buffer.from(await found.get(id!)).toString()).toBe(content);
  }
});
