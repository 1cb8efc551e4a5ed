/**
 * A process that takes a lock again and again, and often dies while it holds it.
 *
 * Inside the lock it stands a symlink that names it; finding another's there, whose process still runs, is a
 * violation. A symlink is made whole at once, so that a death leaves it or leaves none.
 *
 *     lock-worker <folder> <milliseconds> <deaths in 1,000 acquisitions>
 */
import { appendFileSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { acquireLock } from '../../src/files/lock.ts';
import { nodeFiles } from '../../src/files/node-files.ts';

const [folder = '', forMs = '0', deathsIn1000 = '0'] = process.argv.slice(2);
const mark = `${folder}/inside`;
const self = nameOf(process.pid)!;
const files = nodeFiles();
const end = performance.now() + Number(forMs);

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

function report(what: 'acquired' | 'violated' | 'died'): void {
  appendFileSync(`${folder}/report-${process.pid}`, `${what}\n`);
}

function enter(): void {
  try {
    symlinkSync(self, mark);
  } catch {
    const other = readlinkSync(mark);
    if (nameOf(Number(other.split(' ')[0])) === other) report('violated');
    rmSync(mark);
    symlinkSync(self, mark);
  }
}

while (performance.now() < end) {
  await using _ = await acquireLock(files, `${folder}/x.lock`);
  enter();
  report('acquired');
  if (Math.random() < 0.3) await sleep(Math.random() * 3);
  if (Math.random() * 1000 < Number(deathsIn1000)) {
    report('died');
    process.kill(process.pid, 'SIGKILL');
  }
  if (readlinkSync(mark) !== self) report('violated');
  rmSync(mark);
}
