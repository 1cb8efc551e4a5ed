/** Builds the attackers and their victims, and lets them run where their mounts are their own: `run.mjs [peers] OPTIONS`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPrograms } from './programs.mjs';

const folder = mkdtempSync(join(tmpdir(), 'caskit-torture-'));
try {
  const words = process.argv.slice(2);
  const isOfPeers = words[0] === 'peers';
  await buildPrograms(folder, [join(import.meta.dirname, isOfPeers ? 'peers' : '.', 'main.ts')]);
  const program = [process.execPath, join(folder, 'main.cjs'), ...words.slice(Number(isOfPeers))];
  const mayMount = process.platform === 'linux' && process.getuid?.() === 0;
  const alone = mayMount ? ['unshare', '-m', '--propagation', 'private'] : [];
  const [first = '', ...rest] = [...alone, ...program];
  const mounts = mayMount ? { TORTURE_MOUNTS: 'its own' } : {};
  const env = { ...process.env, ...mounts, TORTURE_PROGRAMS: folder, TORTURE_SOURCES: import.meta.dirname };
  const { status, error } = spawnSync(first, rest, { stdio: 'inherit', env });
  if (error !== undefined) throw error;
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
