/** The disk says that it could not sync: is a version acknowledged all the same? */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Ground } from '../attack.ts';
import { type Command, type Outcome, runAll } from './command.ts';
import { countFindings, eachAnew, type Fault, FINDINGS, type Trial } from './fault.ts';
import type { Subject } from './subject.ts';
import { Ward } from './ward.ts';

const SYNCS = 'fsync,fdatasync,sync_file_range,syncfs';
/** In this call, or a later one, of each thread, all syncs begin to fail. */
const LATEST_CALL = 6;
/** Who tries again and again is not waited for any longer. */
const LIMIT_MS = 15_000;

/** A second version is stored while syncs fail. */
export const failingSync: Fault = {
  name: 'failing-sync',
  outcomes: ['never synced', 'refused', 'still trying', 'acknowledged', ...FINDINGS],
  missing: () => (spawnSync('strace', ['--version']).status === 0 ? undefined : 'strace is not installed'),
  begin: async (subject, ground) => eachAnew((seed) => storeUnsynced(subject, ground, seed)),
};

async function storeUnsynced(subject: Subject, ground: Ground, seed: number): Promise<Trial> {
  const within = mkdtempSync(join(ground.folder, 'disk-'));
  const scratch = join(within, 'scratch');
  const log = join(within, 'failed');
  mkdirSync(scratch);
  const ward = new Ward(subject, { within, scratch });
  await ward.init();
  await ward.commit();
  if (ward.acknowledged === undefined) throw new Error('the first version was not stored');
  const failing = (command: Command) => withFailingSync(command, { log, call: 1 + (seed % LATEST_CALL) });
  const outcome = await ward.commit((commands) => runAll(commands.map(failing)));
  const hasFailed = existsSync(log) && readFileSync(log, 'utf8').includes('INJECTED');
  const findings = await ward.examine();
  rmSync(within, { recursive: true, force: true });
  const end = hasFailed ? endOf(outcome) : 'never synced';
  return { counts: { [end]: 1, ...countFindings(findings) }, complaints: findings.complaints };
}

function endOf({ succeeded, hung }: Outcome): string {
  if (succeeded) return 'acknowledged';
  return hung ? 'still trying' : 'refused';
}

/** @param fault where failures are logged, and from which call on there are any */
function withFailingSync(
  command: Command,
  { log, call }: { readonly log: string; readonly call: number },
): Command {
  const words = ['strace', '-f', '-qq', '-A', '-o', log, '-e', `trace=${SYNCS}`];
  const fault = `inject=${SYNCS}:error=EIO:when=${call}+`;
  return {
    ...command,
    limitMs: LIMIT_MS,
    words: [...words, '-e', fault, ...command.words],
    env: { ...command.env, UV_THREADPOOL_SIZE: '1' }, // calls are counted by threads
  };
}
