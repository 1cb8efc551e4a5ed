/**
 * A lease says that a process works with objects that no label may reach: `.cas/leases/<32 hex digits>`.
 *
 *   <host> SP <boot> SP <pid> SP <start> SP <token> LF      as in a lock
 *   <purpose> SP <nanoseconds since 1970> LF                `writes` or `reads`, and since when, by the clock of the
 *                                                           file system
 *
 * While one that writes is there, nothing is collected that was written or freshened since. While any is there, what
 * was collected can be taken back. It is void once its process is provably gone; where nobody can tell, a day after its
 * file was last touched, which its holder does each hour. A machine that sleeps touches nothing, and its processes wake
 * up again: those that provably live hold theirs. It need not survive a power cut: no process does. A record is whole
 * before it has its name, so a file without one that is older than the machine's start is what a power cut left of it.
 */
import { randomBytes } from 'node:crypto';
import { toByteString } from '../bytes/byte-string.ts';
import { formatHex } from '../bytes/hex.ts';
import { decodeText, encodeText } from '../bytes/text.ts';
import type { FileStat, FileSystem } from '../files/file-system.ts';
import { giveUp, isGivenUp } from '../files/given-up.ts';
import { decodeLockRecord, encodeLockRecord, type LockRecord } from '../files/lock-record.ts';
import {
  isProvablyAlive,
  isProvablyDead,
  machineProcesses,
  type ProcessIdentity,
  type ProcessTable,
} from '../files/process-table.ts';
import { createTemporary, discard, type TemporaryFile } from '../files/temporary.ts';
import type { Repository } from './repository.ts';
import { sharedModes } from './shared-modes.ts';

/** Where leases lie, and who takes them. */
export interface LeasePlace {
  readonly files: FileSystem;
  /** `.cas/leases`, which is made where it is not there. */
  readonly folder: string;
  /** @default this process, on this machine */
  readonly processes?: ProcessTable;
  /** The permission bits of files and folder, whatever the umask. */
  readonly permissions?: { readonly file: number; readonly folder: number };
}

/** `writes`: what it writes and freshens is about to get a label. `reads`: it reads what may lose its label. */
export type LeasePurpose = 'writes' | 'reads';

/** A lease that this process holds. */
export interface Lease extends AsyncDisposable {
  /** Gives it back; safe to call twice. Fails never: what stays is void for this process now, and for others at its end. */
  release(): Promise<void>;
}

/** A lease that somebody holds. */
export interface HeldLease {
  readonly token: string;
  readonly purpose: LeasePurpose;
  /** Nanoseconds since 1970. */
  readonly sinceNs: bigint;
  /** `undefined` where the file does not say. */
  readonly process: ProcessIdentity | undefined;
}

const NAME = /^[0-9a-f]{32}$/;
const TOKEN_BYTES = 16;
const MAX_BYTES = 4096;
const SINCE = /^(writes|reads) ([0-9]{1,20})\n$/;
const EXPIRY_NS: bigint = 24n * 60n * 60n * 1_000_000_000n;
const REFRESH_MS: number = 60 * 60 * 1000;

/** Where the leases of a store lie. */
export function leasePlaceOf({ files, layout, config }: Repository): LeasePlace {
  const modes = sharedModes(config.settings);
  return { files, folder: layout.leases, ...(modes && { permissions: modes }) };
}

/** Takes a lease, which is seen by others once this resolves. */
export async function takeLease(place: LeasePlace, purpose: LeasePurpose = 'writes'): Promise<Lease> {
  const { files, folder, permissions, processes = machineProcesses() } = place;
  if ((await files.makeFolder(folder)) && permissions !== undefined)
    await files.setMode(folder, permissions.folder);
  const token = formatHex(randomBytes(TOKEN_BYTES));
  const options = permissions === undefined ? {} : { permissions: permissions.file };
  const temporary = await createTemporary(files, folder, options);
  const path = `${folder}/${token}`;
  try {
    await writeRecord(temporary, { process: processes.self, token, purpose });
    await files.rename(temporary.path, path);
  } catch (error) {
    await discard(files, temporary);
    throw error;
  }
  return new OwnLease(files, path, token);
}

async function writeRecord(
  { file }: TemporaryFile,
  record: LockRecord & { readonly purpose: LeasePurpose },
): Promise<void> {
  const { modifiedNs } = await file.stat(); // before anything is written: no later than whatever comes
  const line = encodeLockRecord(record);
  await file.write(line, 0);
  await file.write(encodeText(`${record.purpose} ${modifiedNs}\n`), line.length);
  await file.close();
}

class OwnLease implements Lease {
  readonly #files: FileSystem;
  readonly #path: string;
  readonly #token: string;
  readonly #timer: NodeJS.Timeout;

  constructor(files: FileSystem, path: string, token: string) {
    this.#files = files;
    this.#path = path;
    this.#token = token;
    this.#timer = setInterval(() => void files.touch(path).catch(() => undefined), REFRESH_MS);
    this.#timer.unref();
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#files.remove(this.#path).catch(() => giveUp(this.#token));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}

/**
 * All leases that hold, and none of those that are void. What cannot be read holds for a day, or until the machine
 * starts again: it may be a lease.
 *
 * @param nowNs by the clock of the file system
 * @param tidies whether void ones are removed
 */
export async function readLeases(
  place: LeasePlace,
  { nowNs, tidies = false }: { readonly nowNs: bigint; readonly tidies?: boolean },
): Promise<HeldLease[]> {
  const { files, folder, processes = machineProcesses() } = place;
  const held: HeldLease[] = [];
  for (const entry of (await files.list(folder)) ?? []) {
    const name = toByteString(entry.name);
    if (!NAME.test(name)) continue;
    const path = `${folder}/${name}`;
    const found = await readLease(files, path, name);
    if (found === undefined) continue; // given back meanwhile
    if (isVoid(found, processes, nowNs)) {
      if (tidies) await files.remove(path);
    } else held.push(found.lease);
  }
  return held;
}

interface FoundLease {
  readonly lease: HeldLease;
  readonly touchedNs: bigint;
}

async function readLease(files: FileSystem, path: string, token: string): Promise<FoundLease | undefined> {
  const stat = await files.stat(path);
  if (stat === undefined) return undefined;
  const lease = stat.kind === 'file' ? await decodeFile(files, path, stat) : undefined;
  if (stat.kind === 'file' && lease === undefined) return undefined;
  const unreadable = unknownLease(token, stat);
  return { lease: lease ?? unreadable, touchedNs: stat.modifiedNs };
}

async function decodeFile(files: FileSystem, path: string, stat: FileStat): Promise<HeldLease | undefined> {
  await using file = await files.open(path, 'read');
  if (file === undefined) return undefined;
  const bytes = new Uint8Array(MAX_BYTES);
  const content = bytes.subarray(0, await file.read(bytes, 0));
  const end = content.indexOf(0x0a) + 1;
  const record = decodeLockRecord(content.subarray(0, end));
  const [, purpose, since] = SINCE.exec(decodeText(content.subarray(end)) ?? '') ?? [];
  const token = path.slice(-2 * TOKEN_BYTES);
  if (record === undefined || since === undefined) return unknownLease(token, stat);
  return { token, purpose: purpose as LeasePurpose, sinceNs: BigInt(since), process: record.process };
}

function unknownLease(token: string, { modifiedNs }: FileStat): HeldLease {
  return { token, purpose: 'writes', sinceNs: modifiedNs, process: undefined };
}

function isVoid({ lease, touchedNs }: FoundLease, processes: ProcessTable, nowNs: bigint): boolean {
  const { process } = lease;
  if (isGivenUp(lease.token)) return true;
  const isGone =
    process === undefined
      ? touchedNs < nowNs - BigInt(Math.ceil(processes.upMs)) * 1_000_000n
      : isProvablyDead(processes, process);
  if (isGone) return true;
  const isExpired = touchedNs + EXPIRY_NS < nowNs;
  return isExpired && !(process !== undefined && isProvablyAlive(processes, process));
}
