/** Work at a repository that goes on until it is stopped. */

import type { RandomNumber } from '../dice.ts';
import { type Command, type Outcome, Running } from './command.ts';
import type { Ward } from './ward.ts';

/** Somebody who stores one version after the other, and tidies up now and then. Begins at once. */
export class Busy {
  readonly #ward: Ward;
  readonly #random: RandomNumber;
  #running: Running | undefined;
  #isStopped = false;
  #acknowledged = 0;
  readonly #done: Promise<void>;
  /** Resolves with the first version that is stored, and never where none is. */
  readonly firstAcknowledged: Promise<unknown>;
  #tellFirst: () => void = () => undefined;

  constructor(ward: Ward, random: RandomNumber) {
    this.#ward = ward;
    this.#random = random;
    this.firstAcknowledged = new Promise<void>((resolve) => (this.#tellFirst = resolve));
    this.#done = this.#work();
  }

  async #work(): Promise<void> {
    const { subject, place } = this.#ward;
    for (let turn = 0; !this.#isStopped; turn++) {
      if (turn > 0 && this.#random(3) === 0) await this.#run(subject.collect(place, this.#random(2)));
      else if ((await this.#ward.commit((commands) => this.#run(commands))).succeeded) {
        this.#acknowledged++;
        this.#tellFirst();
      }
    }
  }

  /** What ends after the stop has not succeeded: nobody was there to be told. */
  async #run(commands: readonly Command[]): Promise<Outcome> {
    let outcome: Outcome = { succeeded: false, hung: false, said: '', complaint: 'stopped' };
    for (const command of commands) {
      if (this.#isStopped) break;
      this.#running = new Running(command);
      outcome = await this.#running.end();
      if (!outcome.succeeded) break;
    }
    return this.#isStopped ? { ...outcome, succeeded: false } : outcome;
  }

  /** Nothing that ends from now on is acknowledged. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Kills what runs. @returns how many versions were acknowledged */
  async kill(): Promise<number> {
    this.stop();
    this.#running?.kill();
    await this.#done;
    return this.#acknowledged;
  }
}
