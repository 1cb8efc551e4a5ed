/** Which processes there are: how one tells that another can never act again. */
import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { formatHex } from '../bytes/hex.ts';
import { errnoOf } from './file-error.ts';

/** A process, told apart from every other that had its number before it or has it elsewhere. */
export interface ProcessIdentity {
  /** Where the number means something: machine and process namespace, without white space. */
  readonly host: string;
  /** Names one start of the machine, `-` where that cannot be told. */
  readonly boot: string;
  /** 1 to 2^31-1. */
  readonly pid: number;
  /** When the process began, in clock ticks since the machine's start, `-` where that cannot be told. */
  readonly start: string;
}

export interface ProcessTable {
  readonly self: ProcessIdentity;
  /** How long this machine has been running, in milliseconds. */
  readonly upMs: number;
  /** When the process with this number began, `-` where that cannot be told, `undefined` where there is none. */
  startOf(pid: number): string | undefined;
}

/** Whether `process` can never act again, as far as `table` can prove it. */
export function isProvablyDead(table: ProcessTable, process: ProcessIdentity): boolean {
  const { self } = table;
  if (process.host !== self.host) return false;
  if (differs(process.boot, self.boot)) return true;
  const start = table.startOf(process.pid);
  return start === undefined || differs(process.start, start);
}

/** Whether `process` is there still, and no other of its number, as far as `table` can prove it. */
export function isProvablyAlive(table: ProcessTable, process: ProcessIdentity): boolean {
  const { self } = table;
  if (process.host !== self.host || process.boot !== self.boot || process.boot === '-') return false;
  return process.start !== '-' && table.startOf(process.pid) === process.start;
}

/** What a start is counted in: proc(5), and 100 a second wherever Node runs on Linux. */
const TICK_MS = 10;

/** Whether some process on this machine has the number `pid` now, and may have had it `agoMs` milliseconds ago. */
export function mayRunSince(table: ProcessTable, pid: number, agoMs: number): boolean {
  const start = table.startOf(pid);
  if (start === undefined || start === '-') return start !== undefined;
  return table.upMs - Number(start) * TICK_MS >= agoMs;
}

/** The name of the machine in an identity's `host`, for a person. */
export function machineName(host: string): string {
  const [name = ''] = host.split('/');
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Read once: it does not change while this process runs. */
let own: ProcessIdentity | undefined;

/** The processes of this machine, as `/proc` shows them where there is one. */
export function machineProcesses(): ProcessTable {
  own ??= {
    host: hostIdentity(),
    boot: readText('/proc/sys/kernel/random/boot_id') ?? '-',
    pid: process.pid,
    start: startOfProcess(process.pid) ?? '-',
  };
  return { self: own, upMs: uptime() * 1000, startOf: startOfProcess };
}

function differs(left: string, right: string): boolean {
  return left !== '-' && right !== '-' && left !== right;
}

/** Two machines of one name, or two containers that number their processes each from 1, are two hosts. */
function hostIdentity(): string {
  const machine = readText('/etc/machine-id') ?? '';
  return [hostname(), machine, processNamespace()].map(encodeURIComponent).join('/');
}

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
  } catch {
    return process.platform === 'linux' ? formatHex(randomBytes(8)) : ''; // unknown is equal to nothing
  }
}

function startOfProcess(pid: number): string | undefined {
  try {
    process.kill(pid, 0); // asks only; `/proc` may hide the processes of others
  } catch (error) {
    if (errnoOf(error) === 'ESRCH') return undefined;
  }
  const stat = readText(`/proc/${pid}/stat`);
  return stat === undefined ? '-' : parseStart(stat);
}

/**
 * Fields 3, 20 and 22 of proc(5)'s `stat`: state, threads, start. The second is a name in brackets that may hold
 * anything, so they are counted from its end.
 *
 * @returns `undefined` for a process that has ended and waits to be reaped, all its threads gone
 */
function parseStart(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state = '', threads = '', start = '-'] = [fields[0], fields[17], fields[19]];
  if (/^[ZX]$/.test(state) && Number(threads) <= 1) return undefined;
  return start;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
