/** The calls that labels come to: what is read again, what is synced, and what is left open. */
import { describe, expect, test } from 'vitest';
import type { CasError } from '../../src/errors/errors.ts';
import { writeFileDurably } from '../../src/files/publish.ts';
import { labelFilesIn, MAX_LOG_BYTES } from '../../src/label/label-files.ts';
import { LabelReader } from '../../src/label/label-reader.ts';
import { openLabelStore } from '../../src/label/label-store.ts';
import { LabelWriter } from '../../src/label/label-writer.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';
import { watchFiles } from '../source/watched-files.ts';
import { by, listed, makeFolderInMemory, name, set, storeIn } from './label-folder.ts';

const FOLDER = '/refs';

async function makeDisk(): Promise<FaultyFileSystem> {
  const files = new FaultyFileSystem();
  await files.makeFolder(FOLDER);
  return files;
}

test('leaves no file open, whatever is asked of a store', async () => {
  const files = await makeDisk();
  const store = openLabelStore(files, FOLDER, { foldBytes: 0 });
  await store.update([set('a', 1)], by());
  await store.update([set('a', 2, { kind: 'absent' })], by()).catch(() => undefined);
  await store.update([set('a', 3)], by());
  await store.history(name('a'));
  for await (const record of store.walkRecords()) if (record.n === 1) break;
  for await (const { record } of (await store.follow({ n: 0, crc: '' })).next()) if (record.n === 1) break;
  await store.fold({ keepFrom: 2 });
  expect(await listed(openLabelStore(files, FOLDER))).toBe('a=3');
  expect(files.openFiles).toBe(0);
});

test('a handle that has read the table reads it again only where it was replaced', async () => {
  using folder = makeFolderInMemory();
  const writer = storeIn(folder);
  await writer.update([set('a', 1)], by());
  await writer.fold();
  let readings = 0;
  const files = watchFiles(folder.files, (call, path) => {
    if (call === 'file.read' && path.endsWith('/labels')) readings++;
  });
  const reader = openLabelStore(files, folder.path);
  expect(await listed(reader)).toBe('a=1');
  const first = readings;
  await writer.update([set('a', 2)], by());
  expect(await listed(reader)).toBe('a=2');
  expect(await listed(reader)).toBe('a=2');
  expect(first).toBeGreaterThan(0);
  expect(readings).toBe(first);
});

test('a writer syncs the name of the log once, and what it wrote before not again', async () => {
  const files = await makeDisk();
  const store = openLabelStore(files, FOLDER);
  const syncsOf = async (number: number): Promise<string[]> => {
    const before = files.operations.length;
    await store.update([set('a', number)], by());
    const made = files.operations.slice(before);
    return made.flatMap((done) => (done.kind === 'sync' || done.kind === 'sync-folder' ? [done.path] : []));
  };
  expect(await syncsOf(1)).toEqual([`${FOLDER}/log`, FOLDER]);
  expect(await syncsOf(2)).toEqual([`${FOLDER}/log`]);
  await openLabelStore(files, FOLDER).update([set('b', 3)], by()); // it may have died before its sync
  expect(await syncsOf(4)).toEqual([`${FOLDER}/log`, `${FOLDER}/log`]);
});

test('fold() of labels that never were writes nothing', async () => {
  const files = await makeDisk();
  await openLabelStore(files, FOLDER).fold();
  expect(await files.list(FOLDER)).toEqual([]);
});

test('a record for which the log has no room is refused, and nothing is written', async () => {
  const files = await makeDisk();
  const paths = labelFilesIn(FOLDER);
  const reading = await new LabelReader(files, paths).read();
  const append = (end: number) =>
    new LabelWriter(files, paths).append(new Uint8Array(10), { ...reading, end });
  await expect(append(MAX_LOG_BYTES - 9)).rejects.toMatchObject({ code: 'LABEL_LOG_FULL' });
  expect(await files.list(FOLDER)).toEqual([]);
  await expect(append(MAX_LOG_BYTES - 10)).rejects.toMatchObject({ code: 'LABEL_LOG_CORRUPT' }); // it is not there
});

describe('a reader of files that change while it reads', () => {
  /** A store whose table is damaged, over a disk on which every opening of it is preceded by `meddle`. */
  async function damaged(meddle: (disk: FaultyFileSystem, opening: number) => Promise<unknown>) {
    const disk = await makeDisk();
    await openLabelStore(disk, FOLDER).update([set('a', 1)], by());
    await (await disk.open(`${FOLDER}/labels`, 'create')).close();
    let openings = 0;
    const files = watchFiles(disk, async (call, path) => {
      if (call === 'open' && path.endsWith('/labels')) await meddle(disk, ++openings);
    });
    return { store: openLabelStore(files, FOLDER), openings: () => openings };
  }

  const touch = (disk: FaultyFileSystem, opening: number) => disk.touch(`${FOLDER}/labels`, opening);

  test('takes damage for damage where nothing has changed', async () => {
    const { store, openings } = await damaged(async () => undefined);
    await expect(store.list()).rejects.toMatchObject({ code: 'LABEL_TABLE_CORRUPT' });
    expect(openings()).toBe(1);
  });

  test('looks again where something has', async () => {
    const { store, openings } = await damaged((disk, opening) =>
      opening < 4 ? touch(disk, opening) : disk.remove(`${FOLDER}/labels`),
    );
    expect(await listed(store)).toBe('a=1');
    expect(openings()).toBe(4);
  });

  test('gives up in the end', async () => {
    const { store, openings } = await damaged(touch);
    await expect(store.list()).rejects.toMatchObject({ code: 'LABEL_TABLE_CORRUPT' });
    expect(openings()).toBe(10);
  });

  test.each([
    { replacements: 5, outcome: 1 },
    { replacements: 50, outcome: 'LABEL_LOG_CORRUPT' },
  ])('reads the whole of a log that was replaced $replacements times', async ({ replacements, outcome }) => {
    const disk = await makeDisk();
    await openLabelStore(disk, FOLDER).update([set('a', 1)], by());
    const log = (await disk.readFile(`${FOLDER}/log`, 1000))!;
    let openings = 0;
    const files = watchFiles(disk, async (call, path) => {
      if (call !== 'open' || !path.endsWith('/log') || openings++ >= replacements) return;
      await writeFileDurably(disk, path, log);
    });
    const history = openLabelStore(files, FOLDER).history(name('a'));
    expect(await history.then(({ length }) => length).catch(({ code }: CasError) => code)).toBe(outcome);
    expect(disk.openFiles).toBe(0);
  });
});
