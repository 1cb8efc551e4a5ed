/**
 * Maintenance that follows a command which stored something: a process of its own, which nobody waits for. Where it
 * fails, the next such command says so, once.
 */
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import type { Store } from '../index.ts';

/** After a failure, it is left alone for so long. */
const RETRY_MS: number = 60 * 60 * 1000;
const SHOWN_CHARACTERS = 500;
/** What its own messages begin with. */
const SAYS = 'cas: ';

/** Says what went wrong the last time, and starts maintenance where it is time for it. Never fails itself. */
export async function startMaintenance(store: Store, note: (line: string) => void): Promise<void> {
  try {
    const log = `${store.path}/cache/maintenance.log`;
    const failed = `${store.path}/cache/maintenance.failed`;
    const failure = readIfAny(log)
      .split('\n')
      .find((line) => line.startsWith(SAYS)); // the runtime may have warned of something, too
    if (failure !== undefined) {
      renameSync(log, failed);
      const reason = failure.slice(SAYS.length, SHOWN_CHARACTERS);
      note(`cas: warning: automatic maintenance failed: ${reason}`);
    }
    if (!(await store.isMaintenanceDue()) || isRecent(failed)) return;
    rmSync(failed, { force: true });
    startDetached(store.path, log);
  } catch {
    // What the user asked for is done; maintenance can wait for the next command.
  }
}

/** What it has to say, which is only why it failed, goes to `log`. */
function startDetached(storePath: string, log: string): void {
  const { spawn } = process.getBuiltinModule('node:child_process'); // most commands need none, and it is slow to load
  const program = process.argv[1];
  if (program === undefined) return;
  const errors = openSync(log, 'w');
  try {
    const words = [program, 'maintenance', '--auto', '--quiet', '--store', storePath];
    const child = spawn(process.execPath, words, {
      detached: true,
      stdio: ['ignore', 'ignore', errors],
      windowsHide: true,
      cwd: storePath,
    });
    child.on('error', () => undefined); // such as too many processes
    child.unref();
  } finally {
    closeSync(errors);
  }
}

function readIfAny(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function isRecent(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs < RETRY_MS;
}
