/** Leases: who holds one, and when it is void. And how a grace reads. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FileSystem } from '../../src/files/file-system.ts';
import type { ProcessTable } from '../../src/files/process-table.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { findDurationMs, MIN_GRACE_MS, parseGrace } from '../../src/store/grace.ts';
import { type HeldLease, readLeases, takeLease } from '../../src/store/lease.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';
import { openWorkshop } from './workshop.ts';

const FOLDER = '/here/.cas/leases';
const DAY_NS = 24n * 60n * 60n * 1_000_000_000n;
const nowNs = (): bigint => BigInt(Date.now()) * 1_000_000n;

/** A table in which the one process there is may be gone. */
function processes(isAlive: boolean): ProcessTable {
  const self = { host: 'here', boot: 'boot', pid: 7, start: '1' };
  return { self, upMs: 0, startOf: () => (isAlive ? '1' : undefined) };
}

async function held(files: FileSystem, now = nowNs()): Promise<HeldLease[]> {
  return readLeases({ files, folder: FOLDER }, { nowNs: now });
}

async function write(files: FileSystem, name: string, text: string): Promise<void> {
  await files.makeFolder(FOLDER);
  await using file = await files.open(`${FOLDER}/${name}`, 'create');
  await file.write(new TextEncoder().encode(text), 0);
}

describe('a lease', () => {
  test('is seen from when it is taken until it is given back, and says since when', async () => {
    await using workshop = await openWorkshop();
    const { files } = workshop;
    expect(await held(files)).toEqual([]);
    const before = nowNs();
    await using lease = await takeLease({ files, folder: FOLDER });
    await using reading = await takeLease({ files, folder: FOLDER }, 'reads');
    const leases = await held(files);
    expect(leases.map(({ purpose }) => purpose).sort()).toEqual(['reads', 'writes']);
    for (const { sinceNs, process } of leases) {
      expect(sinceNs).toBeGreaterThanOrEqual(before);
      expect(process?.pid).toBe(globalThis.process.pid);
    }
    await lease.release();
    await lease.release();
    await reading.release();
    expect(await held(files)).toEqual([]);
  });

  test('is void once its process is gone, and then removed by whoever tidies', async () => {
    await using workshop = await openWorkshop();
    const { files } = workshop;
    await takeLease({ files, folder: FOLDER, processes: processes(true) });
    const read = async (isAlive: boolean, tidies: boolean): Promise<HeldLease[]> =>
      readLeases({ files, folder: FOLDER, processes: processes(isAlive) }, { nowNs: nowNs(), tidies });
    expect(await read(true, true)).toHaveLength(1);
    expect(await read(false, false)).toEqual([]);
    expect(await files.list(FOLDER)).toHaveLength(1);
    expect(await read(false, true)).toEqual([]);
    expect(await files.list(FOLDER)).toEqual([]);
  });

  test('that could not be removed is void for the process that gave it back', async () => {
    const files = new FaultyFileSystem();
    for (const folder of ['/here', '/here/.cas']) await files.makeFolder(folder);
    const lease = await takeLease({ files, folder: FOLDER });
    files.fail({ call: 'remove', errno: 'EIO' });
    await lease.release();
    expect(await files.list(FOLDER)).toHaveLength(1);
    expect(await held(files)).toEqual([]);
  });

  test.each([
    ['of another machine', { ...processes(true).self, host: 'there' }],
    ['of who knows which start of this machine', { ...processes(true).self, boot: '-' }],
    ['of who knows which process of this number', { ...processes(true).self, start: '-' }],
  ])('%s is void a day after it was last touched', async (_whose, self) => {
    await using workshop = await openWorkshop();
    const { files } = workshop;
    await using _lease = await takeLease({ files, folder: FOLDER, processes: { ...processes(true), self } });
    const read = (now: bigint): Promise<HeldLease[]> =>
      readLeases({ files, folder: FOLDER, processes: processes(true) }, { nowNs: now });
    expect(await read(nowNs() + DAY_NS - 1_000_000_000n)).toHaveLength(1);
    expect(await read(nowNs() + DAY_NS + 1_000_000_000n)).toEqual([]);
  });

  test('holds for as long as its process is there, though it slept for days', async () => {
    await using workshop = await openWorkshop();
    const { files } = workshop;
    await using _lease = await takeLease({ files, folder: FOLDER, processes: processes(true) });
    const read = (isAlive: boolean): Promise<HeldLease[]> =>
      readLeases(
        { files, folder: FOLDER, processes: processes(isAlive) },
        { nowNs: nowNs() + 9n * DAY_NS, tidies: true },
      );
    expect(await read(true)).toHaveLength(1);
    expect(await read(false)).toEqual([]);
  });

  test.each([
    '',
    'junk\n',
    `${'x'.repeat(5000)}\n`,
    'host boot 1 1 0123456789abcdef0123456789abcdef\nsince\n',
  ])('that cannot be read (%j) holds for a day all the same', async (text) => {
    await using workshop = await openWorkshop();
    const { files } = workshop;
    await write(files, '0123456789abcdef0123456789abcdef', text);
    await write(files, 'not-a-lease', text);
    expect(await held(files)).toMatchObject([{ purpose: 'writes', process: undefined }]);
    expect(await held(files, nowNs() + 2n * DAY_NS)).toEqual([]);
  });

  test('that could not be removed is void to the process that gave it back', async () => {
    const files = new FaultyFileSystem();
    const lease = await takeLease({ files, folder: '/leases' });
    files.fail({ call: 'remove', errno: 'EACCES' });
    await lease.release();
    const [entry] = (await files.list('/leases')) ?? [];
    expect(entry).toBeDefined();
    expect(await readLeases({ files, folder: '/leases' }, { nowNs: nowNs(), tidies: true })).toEqual([]);
    expect(await files.list('/leases')).toEqual([]);
  });

  test('that a power cut left without a word is void as soon as the machine has started again', async () => {
    await using workshop = await openWorkshop();
    const { files } = workshop;
    await write(files, '0123456789abcdef0123456789abcdef', '');
    const readOnceUpFor = (upMs: number): Promise<HeldLease[]> =>
      readLeases(
        { files, folder: FOLDER, processes: { ...processes(true), upMs } },
        { nowNs: nowNs() + 60_000_000_000n, tidies: true },
      );
    expect(await readOnceUpFor(3_600_000)).toHaveLength(1);
    expect(await readOnceUpFor(10_000.5)).toEqual([]);
    expect(await files.list(FOLDER)).toEqual([]);
  });

  test('of a commit is there while it goes on, and gone after it', async () => {
    await using workshop = await openWorkshop();
    const { store, files } = workshop;
    let during = 0;
    const source = fromEntries([]);
    const watched = {
      ...source,
      write: async (target: Parameters<typeof source.write>[0]) => {
        during = (await held(files)).length;
        return source.write(target);
      },
    };
    await store.commit('a', watched);
    expect(during).toBe(1);
    expect(await held(files)).toEqual([]);
    await expect(
      store.commit('b', { ...source, write: () => Promise.reject(new Error('no')) }),
    ).rejects.toThrow('no');
    expect(await held(files)).toEqual([]);
  });
});

describe('a grace', () => {
  test('reads as minutes, hours, days or weeks', () => {
    fc.assert(
      fc.property(fc.nat({ max: 9_999_999 }), fc.constantFrom('m', 'h', 'd', 'w'), (count, unit) => {
        const minutes = { m: 1, h: 60, d: 24 * 60, w: 7 * 24 * 60 }[unit];
        expect(findDurationMs(`${count}${unit}`)).toBe(count * minutes * 60_000);
      }),
    );
  });

  test('is an hour at least, or none', () => {
    expect(parseGrace('now')).toBe(0);
    expect(parseGrace('0')).toBe(0);
    expect(parseGrace('60m')).toBe(MIN_GRACE_MS);
    for (const text of ['59m', '', '1', '-1d', '1.5h', '01d', '14 d', '99999999d', 'never'])
      expect(() => parseGrace(text)).toThrow(/no grace/);
  });
});
