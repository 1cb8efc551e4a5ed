/** Power cuts and failing disks: what was acknowledged is there, whole, and nothing else but perhaps the next. */
import { describe, expect, test } from 'vitest';
import { CasError, SystemError } from '../../src/errors/errors.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { type LabelStore, openLabelStore } from '../../src/label/label-store.ts';
import { APPENDING_CALLS } from '../fakes/faults.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';
import { watchFiles } from '../source/watched-files.ts';
import { by, edit, id, listed, name, set } from './label-folder.ts';

const FOLDER = '/refs';

async function makeDisk(): Promise<FaultyFileSystem> {
  const files = new FaultyFileSystem();
  await files.makeFolder(FOLDER);
  await files.syncFolder('/');
  return files;
}

/** The machine has started anew, and nobody of before holds the lock. */
async function restart(files: FaultyFileSystem, foldBytes?: number): Promise<LabelStore> {
  await files.remove(`${FOLDER}/lock`);
  return openLabelStore(files, FOLDER, foldBytes === undefined ? {} : { foldBytes });
}

/** All labels, and how they came to be. */
async function seen(store: LabelStore): Promise<string> {
  const state = await listed(store);
  for await (const record of store.walkRecords()) expect(record.n).toBeGreaterThan(0);
  return state;
}

const SEEDS = [1, 2, 3, 4, 5, 6];

describe('after a power cut', () => {
  test.each([
    { folding: 'never', foldBytes: 1e9, keepFrom: undefined },
    { folding: 'after each transaction', foldBytes: 0, keepFrom: undefined },
    { folding: 'at the end, and dropping old records', foldBytes: 1e9, keepFrom: 3 },
  ])(
    'all that was acknowledged is there, and at most the next transaction, folding $folding',
    async ({ foldBytes, keepFrom }) => {
      const files = await makeDisk();
      const store = openLabelStore(files, FOLDER, { foldBytes });
      const start = files.operations.length;
      const states = [''];
      const acknowledged: number[] = [start];
      const transactions = [
        [set('a', 1)],
        Array.from({ length: 10 }, (_, at) => set(`ten/${at}`, at)),
        [edit('a', { kind: 'rename', to: name('b') }), set('ten/3', 99)],
        [edit('ten/4', { kind: 'delete' })],
        [set('b', 5)],
      ];
      for (const edits of transactions) {
        await store.update(edits, by());
        states.push(await listed(store));
        acknowledged.push(files.operations.length);
      }
      if (keepFrom !== undefined) await store.fold({ keepFrom });
      for (const { cut, files: found, loss } of files.powerCuts({ from: start, seeds: SEEDS })) {
        const done = acknowledged.findLastIndex((at) => at <= cut);
        const state = await seen(await restart(found));
        expect(states.slice(done, done + 2), `${cut} ${JSON.stringify(loss)}`).toContain(state);
        // It can be written to again, and what is written then is there too.
        const after = await restart(found);
        await after.update([set('new', 7)], by());
        expect(await seen(openLabelStore(found, FOLDER))).toContain('new=7');
      }
    },
  );

  test('and another one after the next write, all that was acknowledged is there still', async () => {
    const files = await makeDisk();
    const store = openLabelStore(files, FOLDER);
    await store.update([set('a', 1)], by());
    const first = files.operations.length;
    await store.update([set('b', 2)], by());
    for (const { files: found } of files.powerCuts({ from: first, seeds: SEEDS.slice(0, 2) })) {
      await (await restart(found)).update([set('c', 3)], by());
      const done = found.operations.length;
      await openLabelStore(found, FOLDER).update([set('d', 4)], by());
      for (const { files: again } of found.powerCuts({ from: done, seeds: [7, 8] })) {
        expect(await seen(await restart(again))).toMatch(/^a=1 (b=2 )?c=3( d=4)?$/);
      }
    }
  });

  test('of a writer on top of another one that died before its sync, nothing is torn in the middle', async () => {
    const files = await makeDisk();
    await openLabelStore(files, FOLDER).update([set('a', 1)], by());
    const log = await files.readFile(`${FOLDER}/log`, 1e6);
    const other = await makeDisk();
    await openLabelStore(other, FOLDER).update([set('a', 1)], by());
    await openLabelStore(other, FOLDER).update([set('dead', 2)], by());
    const longer = await other.readFile(`${FOLDER}/log`, 1e6);
    {
      await using file = await files.open(`${FOLDER}/log`, 'update');
      await file?.write(longer!.subarray(log!.length), log!.length); // and no sync
    }
    const start = files.operations.length;
    await openLabelStore(files, FOLDER).update([set('b', 3)], by());
    for (const { files: found } of files.powerCuts({ from: start, seeds: SEEDS })) {
      expect(await seen(await restart(found))).toMatch(/^a=1( (b=3 )?dead=2)?$/);
    }
  });
});

describe('when the disk fails', () => {
  test.each(APPENDING_CALLS)(
    'at any %s, the update fails typed or is made, and the labels are as before or after',
    async (call) => {
      for (const errno of ['EIO', 'ENOSPC']) {
        for (let at = 1; at <= 12; at++) {
          const files = await makeDisk();
          const store = openLabelStore(files, FOLDER, { foldBytes: 0 });
          await store.update([set('a', 1)], by());
          files.fail({ call, errno, at });
          const outcome = await store
            .update([set('a', 2), set('b', 3)], by())
            .catch((error: unknown) => error);
          files.heal();
          expect(files.openFiles).toBe(0);
          const isMade = !(outcome instanceof Error);
          if (!isMade) expect(outcome).toBeInstanceOf(CasError);
          await files.remove(`${FOLDER}/lock`);
          const fresh = openLabelStore(files, FOLDER);
          if (isMade) expect(await seen(fresh)).toBe('a=2 b=3');
          else expect(['a=1', 'a=2 b=3']).toContain(await seen(fresh));
          expect(await seen(store)).toBe(await seen(fresh));
          expect(files.openFiles).toBe(0);
          await store.update([set('a', 4), set('c', 5)], by());
          const last = files.afterPowerCut(files.operations.length, { kind: 'dropped' });
          expect(await seen(await restart(last))).toMatch(/^a=4 (b=3 )?c=5$/);
        }
      }
    },
  );

  test('at the permissions of a new log, none is left that the next writer would take as it is', async () => {
    const files = await makeDisk();
    const store = openLabelStore(files, FOLDER, { permissions: 0o660 });
    files.fail({ call: 'set-mode', errno: 'EPERM', path: /log$/ });
    await expect(store.update([set('a', 1)], by())).rejects.toMatchObject({ code: 'NO_PERMISSION' });
    expect(files.openFiles).toBe(0);
    await store.update([set('a', 1)], by());
    expect(await files.stat(`${FOLDER}/log`)).toMatchObject({ mode: 0o660 });
  });

  test('at the sync of a record, the log is published anew as it was, and the error is the caller’s', async () => {
    const files = await makeDisk();
    const store = openLabelStore(files, FOLDER);
    await store.update([set('a', 1)], by('ann', 'first'));
    const before = await files.readFile(`${FOLDER}/log`, 1e6);
    const { inode } = (await files.stat(`${FOLDER}/log`))!;
    files.fail({ call: 'sync', errno: 'EIO', path: /log$/ });
    const failed = store.update([set('a', 2)], by());
    await expect(failed).rejects.toThrow(SystemError);
    await expect(failed).rejects.toMatchObject({ errno: 'EIO' });
    expect((await files.stat(`${FOLDER}/log`))?.inode).not.toBe(inode);
    expect(await files.readFile(`${FOLDER}/log`, 1e6)).toEqual(before);
    expect(await store.history(name('a'))).toMatchObject([{ why: 'first' }]);
    expect(await listed(store)).toBe('a=1');
    const found = files.afterPowerCut(files.operations.length, { kind: 'dropped' });
    expect(await seen(await restart(found))).toBe('a=1');
  });

  test('at the sync of a record that somebody has read already, it is taken back all the same', async () => {
    const files = await makeDisk();
    let early: string | undefined;
    const watched: FileSystem = watchFiles(files, async (call, path) => {
      if (call !== 'file.sync' || !path.endsWith('/log') || early !== undefined) return;
      early = await listed(store); // in the middle of an update of the same store
      if (early !== 'a=1') throw new SystemError('IO_FAILED', 'cannot sync: tried once');
      early = undefined;
    });
    const store = openLabelStore(watched, FOLDER);
    await store.update([set('a', 1)], by('ann', 'first'));
    await expect(store.update([set('a', 2)], by())).rejects.toThrow(SystemError);
    expect(early).toBe('a=2');
    expect(await seen(store)).toBe('a=1');
    expect(await seen(openLabelStore(files, FOLDER))).toBe('a=1');
    await store.update([set('a', 3)], by());
    expect(await seen(await restart(files))).toBe('a=3');
  });

  test('at every sync from then on, nothing is acknowledged and nothing is lost', async () => {
    const files = await makeDisk();
    const store = openLabelStore(files, FOLDER);
    await store.update([set('a', 1)], by());
    files.fail({ call: 'sync', errno: 'EIO', path: /log$|tmp_/, times: 'from-then-on' });
    for (const number of [2, 3]) {
      await expect(store.update([set('a', number)], by())).rejects.toThrow(SystemError);
      expect(await listed(store)).toBe('a=1');
    }
    for (const loss of ['dropped', 'names-kept'] as const) {
      const found = files.afterPowerCut(files.operations.length, { kind: loss });
      expect(await seen(await restart(found))).toBe('a=1');
    }
  });

  test('at the publishing of a table, the update is made all the same', async () => {
    const files = await makeDisk();
    const store = openLabelStore(files, FOLDER, { foldBytes: 0 });
    files.fail({ call: 'rename', errno: 'ENOSPC', path: /labels$/ });
    expect(await store.update([set('a', 1)], by())).toMatchObject({ n: 1 });
    expect(await files.stat(`${FOLDER}/labels`)).toBeUndefined();
    expect(await listed(openLabelStore(files, FOLDER))).toBe('a=1');
    expect(await store.get(name('a'))).toMatchObject({ id: id(1) });
  });
});
