/** Files that no label store wrote: each is refused, typed and soon. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CasError, CorruptError } from '../../src/errors/errors.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { type LabelStore, openLabelStore } from '../../src/label/label-store.ts';
import { encodeRecord, type LabelRecord, MAX_RECORD_BYTES } from '../../src/label/record.ts';
import { encodeTable } from '../../src/label/table.ts';
import { cpuMs } from '../cpu-time.ts';
import { by, edit, id, type LabelFolder, listed, makeFolder, name, set, storeIn } from './label-folder.ts';

let folder: LabelFolder;
let log: string;
let table: string;

beforeEach(() => {
  folder = makeFolder();
  log = `${folder.path}/log`;
  table = `${folder.path}/labels`;
});

afterEach(() => folder[Symbol.dispose]());

/** Three transactions, the last two after the table. */
async function seed(): Promise<void> {
  const store = storeIn(folder);
  await store.update([set('a', 1)], by());
  await store.fold();
  await store.update([set('b', 2)], by());
  await store.update([set('a', 3)], by());
}

async function fails(store: LabelStore, code: string): Promise<void> {
  const started = cpuMs();
  const failure = { code, message: expect.any(String), hint: expect.any(String) };
  await expect(store.list()).rejects.toBeInstanceOf(CasError);
  await expect(store.get(name('a'))).rejects.toMatchObject(failure);
  await expect(store.history(name('a'))).rejects.toMatchObject(failure);
  await expect(store.update([set('a', 9)], by())).rejects.toMatchObject(failure);
  expect(cpuMs() - started).toBeLessThan(2000);
}

/** A record with the right checksum, of one change of one label. */
function record(n: number, from: number | undefined, to: number, label = 'a'): Uint8Array {
  const old = from === undefined ? undefined : id(from);
  const change = { name: name(label), old, new: id(to), isProtected: false, keep: { kind: 'all' } } as const;
  return encodeRecord({ n, timeSeconds: 0, changes: [change], who: 'who', why: 'why' } satisfies LabelRecord);
}

describe.each(['log', 'table'] as const)('where the %s should be', (which) => {
  const path = (): string => (which === 'log' ? log : table);

  test.each([
    ['a folder', () => mkdirSync(path())],
    ['a symlink to a file', () => (writeFileSync(`${path()}.x`, ''), symlinkSync(`${path()}.x`, path()))],
    ['a symlink to nothing', () => symlinkSync('nowhere', path())],
    ['a symlink to itself', () => symlinkSync(path(), path())],
    ['a fifo', () => execFileSync('mkfifo', [path()])],
  ])('%s is refused', async (_, make) => {
    make();
    await fails(storeIn(folder), 'NOT_A_FILE');
  });

  test.each([
    ['a sparse file of 1 GB', () => (writeFileSync(path(), ''), truncateSync(path(), 1e9))],
    ['a sparse file of 1 TB', () => (writeFileSync(path(), ''), truncateSync(path(), 1e12))],
  ])('%s is refused', async (_, make) => {
    make();
    await fails(storeIn(folder), which === 'log' ? 'LABEL_LOG_CORRUPT' : 'LABEL_TABLE_CORRUPT');
  });
});

describe('a log', () => {
  test.each<[string, (bytes: Buffer) => Uint8Array]>([
    ['a byte order mark', (bytes) => Buffer.concat([Buffer.from('\ufeff'), bytes])],
    ['CRLF', (bytes) => Buffer.from(bytes.toString().replaceAll('\n', '\r\n'))],
    ['a NUL in it', (bytes) => bytes.fill(0, 20, 21)],
    ['upper case', (bytes) => Buffer.from(bytes.toString().replace('sha256:0', 'SHA256:0'))],
    ['its first byte missing', (bytes) => bytes.subarray(1)],
    [
      'a byte more in the middle',
      (bytes) => Buffer.concat([bytes.subarray(0, 90), Buffer.from('x'), bytes.subarray(90)]),
    ],
    ['100 MB on one line', (bytes) => Buffer.concat([Buffer.alloc(1e8, 'x'), bytes])],
  ])('with %s is damaged', async (_, change) => {
    await seed();
    await folder.files.remove(table); // so that all of the log is read
    writeFileSync(log, change(readFileSync(log)));
    await fails(storeIn(folder), 'LABEL_LOG_CORRUPT');
  });

  test.each<[string, () => readonly Uint8Array[]]>([
    ['a number left out', () => [record(1, undefined, 1), record(3, 1, 2)]],
    ['a number twice', () => [record(1, undefined, 1), record(1, undefined, 1)]],
    ['no first record', () => [record(2, 1, 2)]],
    ['another old value', () => [record(1, undefined, 1), record(2, 7, 2)]],
    ['a change of what is absent', () => [record(1, 1, 2)]],
    ['a label made twice', () => [record(1, undefined, 1), record(2, undefined, 2)]],
  ])('with %s is damaged, though each record is whole', async (_, records) => {
    writeFileSync(log, Buffer.concat(records()));
    await fails(storeIn(folder), 'LABEL_LOG_CORRUPT');
  });

  test('whose last record has the right checksum and no meaning is damaged, and not torn', async () => {
    const head = 'txn 1 2026-01-01T00:00:00Z 5 ';
    writeFileSync(log, `${head}${crc32('trash', crc32(head)).toString(16).padStart(8, '0')}\ntrash`);
    await fails(storeIn(folder), 'LABEL_LOG_CORRUPT');
  });

  test('may tell times that run backwards', async () => {
    const store = storeIn(folder);
    await store.update([set('a', 1)], by('', '', 50));
    await store.update([set('a', 2)], by('', '', 10));
    expect(await listed(storeIn(folder))).toBe('a=2');
    expect((await store.history(name('a'))).length).toBe(2);
  });

  test('that is gone, or shorter than the table says, is damage, and the hint says what to do', async () => {
    const store = storeIn(folder);
    await store.update([set('a', 1)], by());
    const short = readFileSync(log);
    await store.update([set('a', 2)], by());
    await store.fold();
    for (const rest of [short, Buffer.alloc(0)]) {
      writeFileSync(log, rest);
      await fails(storeIn(folder), 'LABEL_LOG_CORRUPT');
    }
    await folder.files.remove(log);
    await fails(storeIn(folder), 'LABEL_LOG_CORRUPT');
    await fails(store, 'LABEL_LOG_CORRUPT');
  });

  test('whose records do not lead to the table is found out by who reads all of it', async () => {
    writeFileSync(log, Buffer.concat([record(1, undefined, 1), record(2, 1, 2)]));
    const label = { name: name('a'), id: id(9), isProtected: false, keep: { kind: 'all' } } as const;
    const offset = record(1, undefined, 1).length;
    writeFileSync(table, encodeTable({ n: 2, logOffset: offset, labels: [label] }));
    await expect(storeIn(folder).history(name('a'))).rejects.toThrow(CorruptError);
  });

  test('that changes what was never made is found out by who reads all of it', async () => {
    const first = record(1, undefined, 1);
    writeFileSync(log, Buffer.concat([first, record(2, 5, 6, 'b')]));
    const label = { name: name('a'), id: id(1), isProtected: false, keep: { kind: 'all' } } as const;
    const labels = [label, { ...label, name: name('b'), id: id(6) }];
    writeFileSync(table, encodeTable({ n: 2, logOffset: first.length, labels }));
    expect(await listed(storeIn(folder))).toBe('a=1 b=6');
    await expect(storeIn(folder).history(name('a'))).rejects.toMatchObject({ code: 'LABEL_LOG_CORRUPT' });
  });

  test('that begins after the record that the table ends at is damaged', async () => {
    writeFileSync(log, record(3, 1, 2));
    const label = { name: name('a'), id: id(1), isProtected: false, keep: { kind: 'all' } } as const;
    writeFileSync(table, encodeTable({ n: 1, logOffset: 0, labels: [label] }));
    await fails(storeIn(folder), 'LABEL_LOG_CORRUPT');
  });
});

function changed(bytes: Uint8Array, from: string, to: string): Buffer {
  return Buffer.from(Buffer.from(bytes).toString().replace(from, to));
}

describe('a torn tail', () => {
  test('of any length is ignored by readers and cut by the next writer', async () => {
    await seed();
    const whole = readFileSync(log);
    const next = record(4, 3, 5);
    const lengths = [1, 3, 4, 10, next.length - 1, ...Array.from({ length: 20 }, (_, at) => 2 + at * 9)];
    for (const length of lengths.filter((length) => length < next.length)) {
      writeFileSync(log, Buffer.concat([whole, next.subarray(0, length)]));
      const store = storeIn(folder);
      expect(await store.read()).toMatchObject({ n: 3, tornBytes: length });
      expect((await store.history(name('a'))).length).toBe(2);
      await store.update([set('c', 4)], by());
      expect(await listed(storeIn(folder))).toBe('a=3 b=2 c=4');
      expect((await storeIn(folder).read()).tornBytes).toBe(0);
    }
  });

  test.each([
    ['zeros', () => Buffer.alloc(200)],
    ['a record with zeros in it', () => Buffer.from(record(4, 3, 5)).fill(0, 40, 60)],
    ['zeros as long as a record may be', () => Buffer.alloc(MAX_RECORD_BYTES)],
  ])('may be %s', async (_, tail) => {
    await seed();
    appendFileSync(log, tail());
    const started = cpuMs();
    expect(await listed(storeIn(folder))).toBe('a=3 b=2');
    expect(cpuMs() - started).toBeLessThan(3000);
  });

  test.each([
    ['the last record with another checksum', () => changed(record(4, 3, 5), 'why', 'wyh')],
    ['the last record with another first line', () => changed(record(4, 3, 5), 'txn', 'txm')],
    ['a record that is cut off and has another number', () => record(5, 3, 5).subarray(0, 90)],
    ['nothing but line ends', () => Buffer.alloc(MAX_RECORD_BYTES, '\n')],
    ['nothing but what is nearly the start of a record', () => Buffer.alloc(MAX_RECORD_BYTES, 'txn ')],
    ['text', () => Buffer.from('hello')],
  ])('is not %s: that is damage, and nothing is cut', async (_, tail) => {
    await seed();
    appendFileSync(log, tail());
    const before = readFileSync(log);
    const started = cpuMs();
    await fails(storeIn(folder), 'LABEL_LOG_CORRUPT');
    expect(cpuMs() - started).toBeLessThan(3000);
    await expect(storeIn(folder).update([set('c', 4)], by())).rejects.toThrow(CorruptError);
    expect(readFileSync(log).equals(before)).toBe(true);
  });

  test('of the only record is the beginning of one: any other text in its place is damage', async () => {
    writeFileSync(log, record(1, undefined, 1).subarray(0, 70));
    expect(await storeIn(folder).list()).toEqual([]);
    writeFileSync(log, changed(record(1, undefined, 1), 'why', 'wyh'));
    await fails(storeIn(folder), 'LABEL_LOG_CORRUPT');
    writeFileSync(log, 'not a log');
    await fails(storeIn(folder), 'LABEL_LOG_CORRUPT');
  });

  test('may come to be under an open handle, which then knows no more than a fresh one', async () => {
    await seed();
    const store = storeIn(folder);
    expect(await listed(store)).toBe('a=3 b=2');
    truncateSync(log, readFileSync(log).length - 1);
    expect(await listed(store)).toBe('a=1 b=2');
    expect(await listed(storeIn(folder))).toBe('a=1 b=2');
  });

  test('is damage once a record follows it, or once it is longer than any record', async () => {
    await seed();
    const whole = readFileSync(log);
    writeFileSync(log, Buffer.concat([whole, Buffer.from('torn\n'), record(5, 3, 5)]));
    await fails(storeIn(folder), 'LABEL_LOG_CORRUPT');
    writeFileSync(log, Buffer.concat([whole, Buffer.alloc(MAX_RECORD_BYTES + 1)]));
    await fails(storeIn(folder), 'LABEL_LOG_CORRUPT');
  });

  test('is no excuse for a flipped bit in a record with others after it', async () => {
    await seed();
    const whole = readFileSync(log);
    const second = whole.indexOf('txn 2 ');
    const third = whole.indexOf('txn 3 ');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: second, max: third - 1 }), fc.nat({ max: 7 }), async (at, bit) => {
        const bytes = Buffer.from(whole);
        bytes[at]! ^= 1 << bit;
        writeFileSync(log, bytes);
        await expect(storeIn(folder).list()).rejects.toThrow(CorruptError);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a table', () => {
  test.each<[string, (text: string) => string]>([
    ['a byte order mark', (text) => `\ufeff${text}`],
    ['CRLF', (text) => text.replaceAll('\n', '\r\n')],
    ['a NUL', (text) => text.replace('a ', '\0 ')],
    ['an id in upper case', (text) => text.replace('sha256:0', 'SHA256:0')],
    ['its last line missing', (text) => text.slice(0, -72)],
    ['nothing in it', () => ''],
    ['another label', (text) => text.replace('a ', 'z ')],
  ])('with %s is damaged', async (_, change) => {
    await seed();
    writeFileSync(table, change(readFileSync(table, 'utf8')));
    await fails(storeIn(folder), 'LABEL_TABLE_CORRUPT');
  });

  test.each([
    ['two labels out of order', ['b', 'a']],
    ['a label twice', ['a', 'a']],
  ])('with %s is damaged, though its checksum is right', async (_, names) => {
    const lines = names.map((name) => `${name} ${id(1)} open all\n`).join('');
    const text = `labels 1 1 0\n${lines}`;
    writeFileSync(table, `${text}sha256 ${hashBytes(Buffer.from(text)).slice(7)}\n`);
    await fails(storeIn(folder), 'LABEL_TABLE_CORRUPT');
  });

  test.each([0, 1, 50, 1e6, 1e14])(
    'with a hint that leads elsewhere, to byte %d, costs no more than a longer reading',
    async (logOffset) => {
      await seed();
      const label = { name: name('a'), id: id(1), isProtected: false, keep: { kind: 'all' } } as const;
      const records = readFileSync(log);
      for (const n of [1, 2]) {
        const labels = n === 1 ? [label] : [label, { ...label, name: name('b'), id: id(2) }];
        writeFileSync(table, encodeTable({ n, logOffset, labels }));
        expect(await listed(storeIn(folder))).toBe('a=3 b=2');
      }
      expect(readFileSync(log)).toEqual(records);
    },
  );

  test('may be removed where the log has everything', async () => {
    await seed();
    await folder.files.remove(table);
    expect(await listed(storeIn(folder))).toBe('a=3 b=2');
  });
});

test('a folder that cannot be written is read all the same', async () => {
  await seed();
  const refuse = async (): Promise<never> => {
    throw new Error('nothing may be written');
  };
  const { files } = folder;
  const readOnly = {
    name: 'read-only',
    open: (path: string, mode: 'read') => (mode === 'read' ? files.open(path, mode) : refuse()),
    readFile: (path: string, maxBytes: number) => files.readFile(path, maxBytes),
    stat: (path: string) => files.stat(path),
    ...Object.fromEntries(
      ['rename', 'link', 'remove', 'makeFolder', 'makeSymlink', 'setMode', 'touch', 'syncFolder'].map(
        (call) => [call, refuse],
      ),
    ),
  } as never;
  const store = openLabelStore(readOnly, folder.path);
  expect(await listed(store)).toBe('a=3 b=2');
  expect((await store.history(name('a'))).length).toBe(2);
  expect(await store.valueAt(name('a'), 1)).toEqual({ kind: 'id', id: id(1) });
  await expect(store.update([edit('a', { kind: 'protect' })], by())).rejects.toThrow(
    'nothing may be written',
  );
});
