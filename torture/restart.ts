/**
 * A start of the machine, as its processes are told of it: locks that a power cut left are known by that. A file system
 * that was shut down and mounted again has not been through one.
 */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const BOOT = '/proc/sys/kernel/random/boot_id';
const UPTIME = '/proc/uptime';
/** What lies over these names, open. */
const laid = new Map<string, number>();

/** From now on the machine is another start of itself, and just up; for this process and all that it starts. */
export function pretendRestart(): void {
  if (laid.size === 0) for (const path of [BOOT, UPTIME]) laid.set(path, lay(path));
  writeSync(laid.get(BOOT)!, `${randomUUID()}\n`, 0);
  writeSync(laid.get(UPTIME)!, '0.00 0.00\n', 0);
}

/** Lays a file of our own over `path`, which has no other name. */
function lay(path: string): number {
  if (process.env['TORTURE_MOUNTS'] !== 'its own')
    throw new Error('mounts would be seen by the whole machine: run it by torture/run.mjs');
  const folder = mkdtempSync(join(tmpdir(), 'caskit-restart-'));
  const file = join(folder, basename(path));
  const fd = openSync(file, 'w');
  const { status, stderr } = spawnSync('mount', ['--bind', file, path], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  if (status !== 0) throw new Error(`mount --bind ${file} ${path}: ${stderr.trim()}`);
  return fd;
}
