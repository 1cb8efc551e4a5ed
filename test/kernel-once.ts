/** Compiles the kernel once before the tests that run the sources, where it is missing or older than its own. */
import { spawnSync } from 'node:child_process';

/** Called by vitest. */
export default function setup(): void {
  const { status, stderr } = spawnSync(process.execPath, ['assembly/build.mjs'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`cannot build the kernel:\n${stderr}`);
}
