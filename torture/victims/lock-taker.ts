/**
 * Takes locks again and again until its time is over, and often dies while it holds some:
 * `node lock-taker FOLDER DEATHS FOR_MS LINKS`, with how many of 1,000 acquisitions are its last, and `without links`
 * where it is to be as on a file system whose files have one name only.
 *
 * Inside a lock it stands a symlink that names it; finding another's there, which still runs, is a violation. A
 * symlink is made whole at once, so that a death leaves it or leaves none. It says of each acquisition `acquired`, and
 * before it dies `died` for each lock that it holds; what it may not see, `violated`, and when it was told to wait,
 * `refused` and the code.
 */
import * as nodeFs from 'node:fs';
import { readFileSync, readlinkSync, rmSync, symlinkSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import { CasError } from '../../src/errors/errors.ts';
import { acquireLock, type LockOptions } from '../../src/files/lock.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { LOCKS, lockIn } from '../attacks/concurrency/lock-names.ts';

/** Short, so that who waits for nothing is told so often. */
const OPTIONS: LockOptions = { waitMs: 2000 };
const LONGEST_STAY_MS = 3;

const [, , folder = '', deathsIn1000 = '0', forMs = '0', links = 'with links'] = process.argv;
const linkSync = (): never => {
  throw Object.assign(new Error('EPERM: not here'), { code: 'EPERM' });
};
const files = links === 'with links' ? nodeFiles() : nodeFiles({ ...nodeFs, linkSync });
const self = nameOf(process.pid);
/** How many locks are held here. */
let inside = 0;

const say = (line: string): void => void writeSync(1, `${line}\n`);

/** A process's number and start, or `undefined` once it cannot run any more. */
function nameOf(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return /[ZX]/.test(fields[0]!) && fields[17] === '1' ? undefined : `${pid} ${fields[19]}`;
  } catch {
    return undefined;
  }
}

function isAlive(other: string): boolean {
  const [pid, start] = other.split(' ');
  return nameOf(Number(pid)) === `${pid} ${start}`;
}

function enter(mark: string, name: string): void {
  try {
    symlinkSync(name, mark);
  } catch {
    if (isAlive(readlinkSync(mark))) say('violated');
    rmSync(mark);
    symlinkSync(name, mark);
  }
}

function die(): void {
  for (let held = 0; held < inside; held++) say('died');
  process.kill(process.pid, 'SIGKILL');
}

async function takeOnce(number: number): Promise<void> {
  const lock = lockIn(folder, number);
  const [mark, name] = [`${lock}-inside`, `${self} ${threadId}`];
  await using _ = await acquireLock(files, lock, OPTIONS);
  enter(mark, name);
  inside++;
  say('acquired');
  if (Math.random() < 0.3) await sleep(Math.random() * LONGEST_STAY_MS);
  if (Math.random() * 1000 < Number(deathsIn1000)) die();
  if (readlinkSync(mark) !== name) say('violated');
  rmSync(mark);
  inside--;
}

async function take(number: number): Promise<void> {
  const start = performance.now();
  while (performance.now() - start < Number(forMs)) {
    try {
      await takeOnce(number);
    } catch (error) {
      if (!(error instanceof CasError)) throw error;
      say(`refused ${error.code}`);
    }
  }
}

// Without links a lock is there before its record: who dies inside one must not be about to make another.
const many = links === 'with links' ? LOCKS : 1;
for (let number = 0; number < many; number++) void take(number);
