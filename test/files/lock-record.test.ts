import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeLockRecord, encodeLockRecord } from '../../src/files/lock-record.ts';
import {
  isProvablyDead,
  machineName,
  machineProcesses,
  type ProcessIdentity,
} from '../../src/files/process-table.ts';
import { fakeProcesses, identity } from './fake-processes.ts';

const word = fc.stringMatching(/^[!-~]{1,60}$/);
const records = fc.record({
  process: fc.record({
    host: word,
    boot: word,
    pid: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    start: fc.oneof(fc.constant('-'), fc.stringMatching(/^[0-9]{1,20}$/)),
  }),
  token: fc.stringMatching(/^[0-9a-f]{32}$/),
});

test('decodeLockRecord() gives back what encodeLockRecord() was given', () => {
  fc.assert(
    fc.property(records, (record) => {
      expect(decodeLockRecord(encodeLockRecord(record))).toEqual(record);
    }),
  );
});

test('decodeLockRecord() accepts only what encodeLockRecord() would write', () => {
  const mutated = fc.tuple(records, fc.nat(), fc.nat({ max: 255 })).map(([record, at, byte]) => {
    const bytes = encodeLockRecord(record);
    return bytes.with(at % bytes.length, byte);
  });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 3000 }), mutated), (bytes) => {
      const record = decodeLockRecord(bytes);
      if (record !== undefined) expect(encodeLockRecord(record)).toEqual(bytes);
    }),
  );
});

test('a process is provably dead only on the same host, and never while it may be alive', () => {
  const table = fakeProcesses(identity(1), [identity(2)]);
  const isDead = (process: ProcessIdentity): boolean => isProvablyDead(table, process);
  expect(isDead(identity(2))).toBe(false);
  expect(isDead(identity(3))).toBe(true);
  expect(isDead(identity(2, { start: '1' }))).toBe(true);
  expect(isDead(identity(2, { start: '-' }))).toBe(false);
  expect(isDead(identity(2, { boot: 'other' }))).toBe(true);
  expect(isDead(identity(2, { boot: '-' }))).toBe(false);
  expect(isDead(identity(3, { host: 'other/machine/1' }))).toBe(false);
  expect(isDead(identity(3, { host: 'here/machine/2' }))).toBe(false);
});

test('this process is alive, and one with its number that began at another time is dead', () => {
  const table = machineProcesses();
  expect(isProvablyDead(table, table.self)).toBe(false);
  expect(table.self.pid).toBe(process.pid);
  expect(table.upMs).toBeGreaterThan(0);
  expect(decodeLockRecord(encodeLockRecord({ process: table.self, token: '0'.repeat(32) }))).toBeDefined();
  if (process.platform !== 'linux') return;
  expect(isProvablyDead(table, { ...table.self, start: '1' })).toBe(true);
  expect(isProvablyDead(table, { ...table.self, pid: 1 })).toBe(true);
  expect(table.startOf(2 ** 22 + 1)).toBeUndefined();
});

test('machineName() is the part of a host that people know', () => {
  expect(machineName('build%201/0123/4026531836')).toBe('build 1');
  expect(machineName('%zz/0/1')).toBe('%zz');
});
