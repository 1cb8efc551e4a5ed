/**
 * A lock between processes: a file that exists while somebody holds it, and says who.
 *
 * It appears whole, by a second name for a file written before. A lock is taken from its owner only where that
 * process is provably gone, and by one breaker only: whoever creates `<lock>.break.<token>.<generation>`, for the
 * token in the lock. The next generation may be created only once the breaker before is provably gone too, so no two
 * live processes ever look at the same token and then remove the lock.
 */

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatHex } from '../bytes/hex.ts';
import { ConflictError } from '../errors/errors.ts';
import { elapsedMs } from '../flow/elapsed.ts';
import { formatPath } from './file-error.ts';
import type { FileSystem } from './file-system.ts';
import { giveUp } from './given-up.ts';
import { HeldLock, type Lock } from './held-lock.ts';
import { LockClaim } from './lock-claim.ts';
import type { LockHolder } from './lock-record.ts';
import { machineName, machineProcesses, type ProcessTable } from './process-table.ts';
import type { RandomSource } from './temporary.ts';

export interface LockOptions {
  /** How long to wait for another holder. 0 tries once. @default 10,000 */
  readonly waitMs?: number;
  /** The permission bits of the files it makes, whatever the umask. @default 0o666 less the umask */
  readonly permissions?: number;
  readonly signal?: AbortSignal;
  /** Who is asking, and who else there is. @default this process, on this machine */
  readonly processes?: ProcessTable;
  /** @default `randomBytes` of node:crypto */
  readonly random?: RandomSource;
}

const TOKEN_BYTES = 16;
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 100;
/** For each, another process has to act or die in between; more is not bad luck but a fault. */
const MAX_ATTEMPTS = 1000;

/**
 * Waits for the lock at `path`, whose folder must exist, and takes it.
 *
 * @throws ConflictError `LOCKED` when another process, perhaps on another host, still holds it after `waitMs`
 * @throws ConflictError `LOCK_UNREADABLE` when what is there says nobody's name
 */
export async function acquireLock(files: FileSystem, path: string, options: LockOptions = {}): Promise<Lock> {
  const {
    waitMs = 10_000,
    permissions,
    signal,
    processes = machineProcesses(),
    random = randomBytes,
  } = options;
  const token = formatHex(random(TOKEN_BYTES));
  await using own = await LockClaim.write(files, path, { token, processes, permissions });
  const deadline = elapsedMs() + waitMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    signal?.throwIfAborted();
    const holder = await claimOrGiveUp(own);
    if (holder === undefined) break;
    const leftMs = deadline - elapsedMs();
    if (leftMs <= 0) throw lockedError(path, holder);
    await sleep(Math.min(leftMs, pauseMs * (0.5 + Math.random())), undefined, { ...(signal && { signal }) });
  }
  await Promise.allSettled([own.tidy()]); // the lock is held, whatever lies beside it
  return new HeldLock(files, path, token);
}

/** What the disk may have kept of a claim that failed binds nobody. */
async function claimOrGiveUp(own: LockClaim): Promise<LockHolder | undefined> {
  try {
    return await claim(own);
  } catch (error) {
    giveUp(own.token);
    throw error;
  }
}

/** Takes the lock, from a dead owner if need be; returns who holds it where that cannot be done now. */
async function claim(own: LockClaim): Promise<LockHolder | undefined> {
  let last: LockHolder | undefined;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    if (await own.takeName(own.path)) return undefined;
    const holder = await own.findHolder(own.path);
    if (holder === undefined) continue; // it was given back this instant
    if (holder.token === own.token) return undefined; // a network lost the answer, not the deed
    if (!(await own.isAbandoned(holder))) return holder;
    const breaker = await breakLock(own, holder);
    if (breaker !== undefined) return breaker; // who is about to take it
    last = holder;
  }
  return last ?? { kind: 'unreadable', token: '', sinceMs: Date.now(), isFile: false };
}

/** Removes the lock of a dead `holder`, if this process is elected to; returns who was before it where one that lives was. */
async function breakLock(own: LockClaim, holder: LockHolder): Promise<LockHolder | undefined> {
  let breaker: LockHolder | undefined;
  for (let generation = 0; generation < MAX_ATTEMPTS; generation++) {
    const name = `${own.path}.break.${holder.token}.${generation}`;
    if (await own.takeName(name)) {
      await removeHolder(own, holder, name);
      return undefined;
    }
    breaker = await own.findHolder(name);
    if (breaker === undefined) return undefined; // its work is done
    if (!(await own.isAbandoned(breaker))) return breaker;
  }
  return breaker;
}

async function removeHolder(own: LockClaim, holder: LockHolder, breakName: string): Promise<void> {
  try {
    // Looked at again: the election may have been for a lock that is long gone.
    if ((await own.findHolder(own.path))?.token === holder.token) await own.remove(own.path);
  } finally {
    await own.remove(breakName);
  }
}

function lockedError(path: string, holder: LockHolder): ConflictError {
  const subject = formatPath(path);
  if (holder.kind === 'unreadable') {
    return new ConflictError('LOCK_UNREADABLE', `cannot lock '${subject}': it does not say who holds it`, {
      hint: `remove '${subject}' once no process uses the store`,
    });
  }
  const { pid, host } = holder.process;
  const owner = `process ${pid} on '${formatPath(machineName(host))}'`;
  const since = new Date(holder.sinceMs).toISOString().replace(/\.\d+Z$/, 'Z');
  return new ConflictError('LOCKED', `cannot lock '${subject}': ${owner} has held it since ${since}`, {
    hint: `wait for it to end; if there is no such process, remove '${subject}'`,
  });
}
