/**
 * What a lock file says of its owner, one line of ASCII:
 *
 *   <host> SP <boot> SP <pid> SP <start> SP <token> LF
 *
 * host, boot, pid and start are those of a process identity; pid is decimal, 1 to 2^31-1; the token is 32 hex digits
 * that no other acquisition has. 1,733 bytes at most.
 */
import { decodeText, encodeText } from '../bytes/text.ts';
import { CasError } from '../errors/errors.ts';
import type { FileStat, FileSystem } from './file-system.ts';
import type { ProcessIdentity } from './process-table.ts';

/** More than the longest line has. */
const MAX_BYTES = 2048;
const MAX_PID = 2 ** 31 - 1;
const LINE = /^([!-~]{1,1600}) ([!-~]{1,64}) ([1-9][0-9]{0,9}) ([0-9]{1,20}|-) ([0-9a-f]{32})\n$/;

export interface LockRecord {
  readonly process: ProcessIdentity;
  /** Names one acquisition: 32 hex digits. */
  readonly token: string;
}

/** What stands at the path of a lock. */
export type LockHolder =
  | {
      readonly kind: 'process';
      readonly token: string;
      readonly sinceMs: number;
      readonly process: ProcessIdentity;
    }
  /** No record; `token` is made of what tells this file from another. */
  | {
      readonly kind: 'unreadable';
      readonly token: string;
      readonly sinceMs: number;
      readonly isFile: boolean;
    };

export function encodeLockRecord({ process, token }: LockRecord): Uint8Array {
  const { host, boot, pid, start } = process;
  return encodeText(`${host} ${boot} ${pid} ${start} ${token}\n`);
}

/** `undefined` for bytes that {@link encodeLockRecord} did not write. */
export function decodeLockRecord(bytes: Uint8Array): LockRecord | undefined {
  const [, host, boot, digits, start, token] = LINE.exec(decodeText(bytes) ?? '') ?? [];
  if (host === undefined || boot === undefined || start === undefined || token === undefined)
    return undefined;
  const pid = Number(digits);
  return pid > MAX_PID ? undefined : { process: { host, boot, pid, start }, token };
}

/** `undefined` where nothing is at `path`: the lock is free. */
export async function findLockHolder(files: FileSystem, path: string): Promise<LockHolder | undefined> {
  const stat = await files.stat(path);
  if (stat === undefined) return undefined;
  if (stat.kind !== 'file') return unreadable(stat);
  try {
    await using file = await files.open(path, 'read');
    if (file === undefined) return undefined;
    const bytes = new Uint8Array(MAX_BYTES);
    const record = decodeLockRecord(bytes.subarray(0, await file.read(bytes, 0)));
    const opened = await file.stat(); // of the file that was read, not of one that took its name
    return record ? { kind: 'process', ...record, sinceMs: millisecondsOf(opened) } : unreadable(opened);
  } catch (error) {
    if (error instanceof CasError && error.code === 'NOT_A_FILE') return unreadable(stat);
    throw error;
  }
}

function unreadable(stat: FileStat): LockHolder {
  const token = `${stat.inode}-${stat.modifiedNs}`;
  return { kind: 'unreadable', token, sinceMs: millisecondsOf(stat), isFile: stat.kind === 'file' };
}

/** When a file was last written, since 1970. */
export function millisecondsOf({ modifiedNs }: FileStat): number {
  return Number(modifiedNs / 1_000_000n);
}
