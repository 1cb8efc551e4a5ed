/** One repository of a subject, and what becomes of it. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, mustRun, type Outcome, runAll } from './command.ts';
import type { Place, Stored, Subject } from './subject.ts';
import { isVersion, writeVersion } from './versions.ts';

/** What the repository was found to be after a fault. */
export interface Findings {
  /** The newest version that was acknowledged cannot be had, byte for byte. */
  readonly lost: boolean;
  /** Its own check of everything finds errors. */
  readonly checkFails: boolean;
  /** Something went on only after a lock was taken away, or a cache. */
  readonly needsHand: boolean;
  /** Nothing more can be stored, or it cannot be tidied up, whatever is done about locks. */
  readonly unusable: boolean;
  /** What its programs said of it. */
  readonly complaints: readonly string[];
}

/** A repository that is put to the test, with what it was said to hold. */
export class Ward {
  readonly subject: Subject;
  readonly place: Place;
  /** Outside of the disk that is harmed. */
  readonly #scratch: string;
  #acknowledged: Stored | undefined;
  #next = 1;

  /**
   * @param within a folder on the disk that is harmed
   * @param scratch a folder on another
   */
  constructor(subject: Subject, { within, scratch }: { readonly within: string; readonly scratch: string }) {
    this.subject = subject;
    this.place = { repository: join(within, 'repository'), home: join(within, 'home') };
    this.#scratch = scratch;
  }

  /** The newest version that it was said to hold; `undefined` before the first. */
  get acknowledged(): Stored | undefined {
    return this.#acknowledged;
  }

  /** @throws where that fails */
  async init(): Promise<void> {
    mkdirSync(this.place.home, { recursive: true });
    await mustRun(this.subject.init(this.place));
  }

  /** Stores the next version. @param run what runs its commands; where it says that they failed, nothing is acknowledged */
  async commit(run: (commands: readonly Command[]) => Promise<Outcome> = runAll): Promise<Outcome> {
    const number = this.#next++;
    const folder = join(this.#scratch, 'source');
    writeVersion(folder, number);
    const outcome = await run(this.subject.commit(this.place, { folder, number }));
    if (outcome.succeeded) this.#acknowledged = { number, said: outcome.said };
    return outcome;
  }

  /** `wrong` where it was said to be restored, and other bytes are there. */
  async restore(stored: Stored): Promise<'right' | 'refused' | 'wrong'> {
    const into = mkdtempSync(join(this.#scratch, 'restored-'));
    try {
      const { succeeded } = await runAll(this.subject.restore(this.place, stored, into));
      if (!succeeded) return 'refused';
      return isVersion(into, stored.number) ? 'right' : 'wrong';
    } finally {
      rmSync(into, { recursive: true, force: true });
      rmSync(`${into}.index`, { force: true });
    }
  }

  /** All that a repository is for, after something befell it. @param turn collects in another way each time */
  async examine(turn = 0): Promise<Findings> {
    const { subject, place } = this;
    const stored = this.#acknowledged;
    const check = await this.#try(() => runAll(subject.check(place)));
    const read = await this.#try(async () => {
      const result = stored === undefined ? 'right' : await this.restore(stored);
      return { succeeded: result === 'right', hung: false, said: '', complaint: `the last is ${result}` };
    });
    const commit = await this.#try(() => this.commit());
    const collect = await this.#try(() => runAll(subject.collect(place, turn)));
    const steps = { check, read, commit, collect };
    const complaints = Object.entries(steps).flatMap(([name, { complaint }]) =>
      complaint === '' ? [] : [`${name}: ${complaint}`],
    );
    return {
      lost: !read.succeeded,
      checkFails: !check.succeeded,
      needsHand: Object.values(steps).some((step) => step.byHand),
      unusable: !commit.succeeded || !collect.succeeded,
      complaints,
    };
  }

  /** Where a step fails, what may be locked is unlocked, and it is done once more. */
  async #try(step: () => Promise<Outcome>): Promise<Outcome & { readonly byHand: boolean }> {
    const first = await step();
    if (first.succeeded) return { ...first, complaint: '', byHand: false };
    const unlock = this.subject.unlock(this.place);
    if (unlock.length === 0) return { ...first, byHand: false };
    for (const command of unlock) await runAll([command]);
    const second = await step();
    return { ...second, complaint: first.complaint, byHand: second.succeeded };
  }
}
