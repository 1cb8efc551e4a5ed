/** The disk becomes full: is anything lost, can room be made by what a subject has for that, and if not, with more room? */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Ground } from '../attack.ts';
import { runAll } from './command.ts';
import { countFindings, eachAnew, type Fault, FINDINGS, type Trial } from './fault.ts';
import type { Subject } from './subject.ts';
import { Ward } from './ward.ts';

const SMALLEST_KB = 3000;
const SIZES = 20;
const MOST_VERSIONS = 100;

/** Versions are stored until one does not fit. */
export const fullDisk: Fault = {
  name: 'full-disk',
  outcomes: ['acknowledged', 'makes room', ...FINDINGS],
  missing: () => (process.getuid?.() === 0 ? undefined : 'it takes root to mount a small disk'),
  begin: async (subject, ground) => eachAnew((seed) => fill(subject, ground, seed)),
};

/** A file system in memory, of a size. Disposed of, it is gone. */
class SmallDisk implements Disposable {
  readonly folder: string;

  constructor(folder: string, sizeKb: number) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    mount(['-t', 'tmpfs', '-o', `size=${sizeKb}k`, 'none', folder]);
  }

  grow(sizeKb: number): void {
    mount(['-o', `remount,size=${sizeKb}k`, this.folder]);
  }

  [Symbol.dispose](): void {
    spawnSync('umount', [this.folder]);
  }
}

function mount(words: readonly string[]): void {
  const { status, stderr } = spawnSync('mount', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`mount ${words.join(' ')}: ${stderr.trim()}`);
}

async function fill(subject: Subject, ground: Ground, seed: number): Promise<Trial> {
  const sizeKb = SMALLEST_KB + subject.spareKb + (seed % SIZES) * 97;
  using disk = new SmallDisk(join(ground.folder, 'disk'), sizeKb);
  const scratch = mkdtempSync(join(ground.folder, 'scratch-'));
  const ward = new Ward(subject, { within: disk.folder, scratch });
  await ward.init();
  let acknowledged = 0;
  while (acknowledged < MOST_VERSIONS && (await ward.commit()).succeeded) acknowledged++;
  const madeRoom = await makeRoom(ward);
  disk.grow(sizeKb * 4);
  const findings = await ward.examine();
  return {
    counts: { acknowledged, 'makes room': Number(madeRoom.succeeded), ...countFindings(findings) },
    complaints: [
      ...(madeRoom.succeeded ? [] : [`${sizeKb} kB, to make room: ${madeRoom.complaint}`]),
      ...findings.complaints,
    ],
  };
}

/** Whether, after all but the newest was given up on the full disk, a version fits again. */
async function makeRoom(ward: Ward): Promise<{ readonly succeeded: boolean; readonly complaint: string }> {
  const { subject, place } = ward;
  for (const command of subject.unlock(place)) await runAll([command]);
  const given = await runAll(subject.giveUp(place));
  const next = await ward.commit();
  return { succeeded: next.succeeded, complaint: given.succeeded ? next.complaint : given.complaint };
}
