/** Somebody stores versions, and is killed; or the power is cut, on a real file system. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ground } from '../attack.ts';
import { Dice } from '../dice.ts';
import { Disk, type DiskKind, missingForDisks } from '../disk.ts';
import { Busy } from './busy.ts';
import { countFindings, type Fault, FINDINGS, type Harm, type Trial } from './fault.ts';
import type { Subject } from './subject.ts';
import { type Findings, Ward } from './ward.ts';

/** Then a new repository is begun; also after one that something was wrong with. */
const TRIALS_A_WARD = 10;
/** A crash comes within so many times what the first version took, and no sooner than is told of that. */
const LONGEST_LIFE_IN_COMMITS = 3;
const LONGEST_COMMIT_MS = 60_000;

/** Everything that runs is killed at once, in the middle of whatever it does. */
export const kill: Fault = {
  name: 'kill',
  outcomes: ['acknowledged', ...FINDINGS],
  missing: () => undefined,
  begin: (subject, ground) => Promise.resolve(new Crashes(subject, { ground })),
};

/** @param kind of file system; half of the cuts lose its journal, too */
export function powerCut(kind: DiskKind): Fault {
  return {
    name: `power-cut-${kind}`,
    outcomes: ['acknowledged', ...FINDINGS],
    missing: missingForDisks,
    begin: (subject, ground) => Promise.resolve(new Crashes(subject, { ground, kind })),
  };
}

class Crashes implements Harm {
  readonly #subject: Subject;
  readonly #ground: Ground;
  /** Without one, processes are killed. */
  readonly #kind: DiskKind | undefined;
  #disk: Disk | undefined;
  #ward: Ward | undefined;
  #left = 0;

  constructor(subject: Subject, { ground, kind }: { readonly ground: Ground; readonly kind?: DiskKind }) {
    this.#subject = subject;
    this.#ground = ground;
    this.#kind = kind;
  }

  async attempt(seed: number): Promise<Trial> {
    const ward = await this.#wardOf();
    const acknowledged = await this.#crash(ward, seed);
    const findings = await ward.examine(Math.floor(seed / 2));
    if (isWrong(findings)) this.#left = 0;
    return { counts: { acknowledged, ...countFindings(findings) }, complaints: findings.complaints };
  }

  /** @returns how many versions were acknowledged */
  async #crash(ward: Ward, seed: number): Promise<number> {
    const random = new Dice(seed).below;
    const start = Date.now();
    const busy = new Busy(ward, random);
    await Promise.race([busy.firstAcknowledged, sleep(LONGEST_COMMIT_MS, undefined, { ref: false })]);
    const longestMs = (Date.now() - start) * LONGEST_LIFE_IN_COMMITS;
    await sleep((longestMs * random(1000)) / 1000);
    busy.stop();
    this.#disk?.cut(seed % 2 === 0 ? 'lost' : 'kept');
    const acknowledged = await busy.kill();
    this.#disk?.remount();
    return acknowledged;
  }

  async #wardOf(): Promise<Ward> {
    if (this.#ward !== undefined && this.#left-- > 0) return this.#ward;
    this.#drop();
    this.#left = TRIALS_A_WARD - 1;
    const within = join(this.#ground.folder, 'disk');
    mkdirSync(within, { recursive: true });
    if (this.#kind !== undefined) this.#disk = new Disk(this.#kind, within);
    const scratch = mkdtempSync(join(this.#ground.folder, 'scratch-'));
    const ward = new Ward(this.#subject, { within: this.#disk?.folder ?? within, scratch });
    await ward.init();
    this.#disk?.sync(); // of an empty repository nothing was promised
    this.#ward = ward;
    return ward;
  }

  #drop(): void {
    this.#disk?.[Symbol.dispose]();
    this.#disk = undefined;
    rmSync(join(this.#ground.folder, 'disk'), { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#drop();
  }
}

function isWrong({ lost, checkFails, unusable }: Findings): boolean {
  return lost || checkFails || unusable;
}
