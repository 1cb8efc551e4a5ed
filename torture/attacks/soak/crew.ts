/** The processes that have a store open: some end, die, or go down with their machine, and others take their place. */
import { initStore } from '../../../src/index.ts';
import type { DoneThrough } from './effects.ts';
import { type Machine, STORE } from './machine.ts';
import { OpenedStore } from './open-store.ts';
import type { Harm } from './operation.ts';
import type { Profile } from './profile.ts';

export class Crew implements AsyncDisposable {
  readonly #machine: Machine;
  readonly #profile: Profile;
  readonly #members: OpenedStore[] = [];

  private constructor(machine: Machine, profile: Profile) {
    this.#machine = machine;
    this.#profile = profile;
  }

  /** A new store, and as many processes at it as the profile says. */
  static async hire(machine: Machine, profile: Profile): Promise<Crew> {
    const { codec, settings, handles } = profile;
    await machine.start();
    const options = { files: machine.startProcess(), zlib: codec, settings, now: () => Date.now() };
    await (await initStore(STORE, options)).close();
    const crew = new Crew(machine, profile);
    for (let handle = 0; handle < handles; handle++) crew.#members.push(await crew.#open(0));
    return crew;
  }

  get members(): readonly OpenedStore[] {
    return this.#members;
  }

  /** One of them, whatever the number. */
  at(handle: number): OpenedStore {
    return this.#members[handle % this.#members.length]!;
  }

  /** One ends in peace, and another begins. @param step the number of the step in which it does */
  async reopen(handle: number, step: number): Promise<void> {
    const member = this.at(handle);
    await member.close(this.#machine);
    this.#members[this.#members.indexOf(member)] = await this.#open(step);
  }

  /**
   * Cleans up after what went wrong; whoever is dead begins anew.
   *
   * @returns what it was, in the plural; `undefined` where it did not come to that
   */
  async recover(harm: Harm, done: readonly DoneThrough[], step: number): Promise<string | undefined> {
    const { process } = done[0]!.opened;
    if (harm.kind === 'errors')
      return done.some(({ outcome }) => outcome.kind === 'failed') ? 'errors' : undefined;
    if (!process.isDead) {
      process.die(Number.POSITIVE_INFINITY);
      return undefined;
    }
    if (harm.kind === 'cut') await this.#machine.cutPower(harm.loss);
    await this.#replace(harm.kind === 'cut' ? [...this.#members] : [done[0]!.opened], step);
    return harm.kind === 'cut' ? 'power cuts' : 'deaths';
  }

  /** All are dead at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const { process } of this.#members) process.die();
    for (const member of this.#members) await member.close(this.#machine);
  }

  async #replace(ended: readonly OpenedStore[], step: number): Promise<void> {
    for (const { process } of ended) process.die();
    for (const member of ended) await member.close(this.#machine);
    for (const member of ended) this.#members[this.#members.indexOf(member)] = await this.#open(step);
  }

  #open(step: number): Promise<OpenedStore> {
    return OpenedStore.open(this.#machine, { codec: this.#profile.codec, step });
  }
}
