/** Lock files that nobody wrote who holds a lock, and what each has to come to. */
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { encodeLockRecord } from '../../../src/files/lock-record.ts';
import { machineProcesses, type ProcessIdentity } from '../../../src/files/process-table.ts';

/** Something at a lock's path. */
export interface ForgedLock {
  readonly name: string;
  /** `free`: whoever comes may take it. Else the code of the error that all are told. */
  readonly verdict: 'free' | 'LOCKED' | 'LOCK_UNREADABLE';
  /** Puts it at `path`, where nothing is. */
  put(path: string): void;
}

const TOKEN = 'f0'.repeat(16);
/** More than any system gives. */
const NO_PID = 2 ** 31 - 1;
/** No machine has been running since. */
const LONG_AGO_SECONDS = 1000;

function recordOf(changes: Partial<ProcessIdentity>): Uint8Array {
  return encodeLockRecord({ process: { ...machineProcesses().self, ...changes }, token: TOKEN });
}

function forged(
  name: string,
  verdict: ForgedLock['verdict'],
  bytes: () => Uint8Array | string,
  modifiedSeconds?: number,
): ForgedLock {
  const put = (path: string): void => {
    writeFileSync(path, bytes());
    if (modifiedSeconds !== undefined) utimesSync(path, modifiedSeconds, modifiedSeconds);
  };
  return { name, verdict, put };
}

const tomorrow = (): number => Math.round(Date.now() / 1000) + 86_400;

export const FORGED_LOCKS: readonly ForgedLock[] = [
  forged('another start of its process', 'free', () => recordOf({ start: '1' })),
  forged('a start to come', 'free', () => recordOf({ start: '9'.repeat(19) })),
  forged('another start of the machine', 'free', () => recordOf({ boot: 'another' })),
  forged('process 1, begun at another time', 'free', () => recordOf({ pid: 1, start: '987654321' })),
  forged('a process that nobody has', 'free', () => recordOf({ pid: NO_PID })),
  forged('an empty file from before the start', 'free', () => '', LONG_AGO_SECONDS),
  forged('half a record from before the start', 'free', () => recordOf({}).subarray(0, 30), LONG_AGO_SECONDS),
  forged('this process', 'LOCKED', () => recordOf({})),
  forged('another host', 'LOCKED', () => recordOf({ host: 'elsewhere//1' })),
  forged('an unknown start of the machine', 'LOCKED', () => recordOf({ boot: '-' })),
  forged('an unknown start', 'LOCKED', () => recordOf({ start: '-' })),
  forged('process 1, begun at an unknown time', 'LOCKED', () => recordOf({ pid: 1, start: '-' })),
  forged('an empty file', 'LOCK_UNREADABLE', () => ''),
  forged('an empty file of tomorrow', 'LOCK_UNREADABLE', () => '', tomorrow()),
  forged('garbage', 'LOCK_UNREADABLE', () => Buffer.alloc(5000, 0xf1)),
  forged('a process of 2^40', 'LOCK_UNREADABLE', () => {
    return Buffer.from(recordOf({ pid: 7 }))
      .toString()
      .replace(' 7 ', ` ${2 ** 40} `);
  }),
  forged('half a record', 'LOCK_UNREADABLE', () => recordOf({}).subarray(0, 30)),
  { name: 'a folder', verdict: 'LOCK_UNREADABLE', put: (path) => mkdirSync(path) },
];

/** Takes away what stands at a lock's path, as a person would. */
export function removeForged(path: string): void {
  rmSync(path, { recursive: true, force: true });
}
