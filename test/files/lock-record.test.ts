import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeLockRecord, encodeLockRecord } from '../../src/files/lock-record.ts';
import {
  isProvablyAlive,
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

test('decodeLockRecord() reads one line, and nothing beside it', () => {
  const bytes = encodeLockRecord({ process: identity(7), token: '0'.repeat(32) });
  const [before, after] = [
    Buffer.concat([Buffer.from('x\n'), bytes]),
    Buffer.concat([bytes, Buffer.from('x')]),
  ];
  expect(decodeLockRecord(before)).toBeUndefined();
  expect(decodeLockRecord(after)).toBeUndefined();
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

test('a process is provably alive only on the same host, since the same start of it, and known to be itself', () => {
  const table = fakeProcesses(identity(1), [identity(2), identity(4, { start: '-' })]);
  const isAlive = (process: ProcessIdentity): boolean => isProvablyAlive(table, process);
  expect(isAlive(identity(2))).toBe(true);
  expect(isAlive(identity(3))).toBe(false);
  expect(isAlive(identity(2, { start: '1' }))).toBe(false);
  expect(isAlive(identity(4, { start: '-' }))).toBe(false);
  expect(isAlive(identity(2, { boot: 'other' }))).toBe(false);
  expect(isAlive(identity(2, { host: 'other/machine/1' }))).toBe(false);
  const unknown = fakeProcesses(identity(1, { boot: '-' }), [identity(2, { boot: '-' })]);
  expect(isProvablyAlive(unknown, identity(2, { boot: '-' }))).toBe(false);
});

test.skipIf(process.platform !== 'linux')('a process is known by its machine and its namespace', () => {
  const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0];
  const [name, machine, own, ...rest] = machineProcesses().self.host.split('/');
  expect(machineName(name!)).toBe(hostname());
  expect(machine).toMatch(/^[0-9a-f]*$/);
  expect([own, ...rest]).toEqual([namespace]);
});

test.skipIf(process.platform !== 'linux')('a process that has ended and was not reaped is dead', async () => {
  // The shell becomes another program, which knows nothing of the child that the shell has begun.
  const script = 'cat <&3 & echo $!; exec sleep 60';
  const parent = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore', 'pipe'] });
  try {
    const [line]: unknown[] = await once(parent.stdout!, 'data');
    const pid = Number.parseInt(String(line), 10);
    const table = machineProcesses();
    while (readFileSync(`/proc/${parent.pid}/comm`, 'utf8') !== 'sleep\n') await sleep(5);
    expect(isProvablyDead(table, { ...table.self, pid, start: table.startOf(pid)! })).toBe(false);
    (parent.stdio[3] as Writable).end();
    while (!/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) await sleep(5);
    expect(table.startOf(pid)).toBeUndefined();
    expect(isProvablyDead(table, { ...table.self, pid })).toBe(true);
    expect(table.startOf(parent.pid!)).toMatch(/^\d+$/);
  } finally {
    parent.kill('SIGKILL');
  }
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

test.skipIf(process.platform !== 'linux')('a process may be called what its state could be', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'caskit-names-'));
  const program = join(folder, 'a) Z 1 (b');
  symlinkSync(process.execPath, program);
  const child = spawn(program, ['-e', 'setTimeout(() => {}, 60_000); console.log(1)'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    await once(child.stdout, 'data');
    expect(Number(machineProcesses().startOf(child.pid!))).toBeGreaterThan(1);
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
});

test('machineName() is the part of a host that people know', () => {
  expect(machineName('build%201/0123/4026531836')).toBe('build 1');
  expect(machineName('%zz/0/1')).toBe('%zz');
});
