/**
 * Lives of stores: a thousand random operations each, on a disk in memory, beside a model of what the store should hold,
 * while calls fail, processes die, the power goes and clocks step. All of a life comes out of its seed, and of one that
 * breaks a promise the few steps are told that break it, too.
 */
import { type Attack, BrokenPromise, type Campaign, type Counts } from '../../attack.ts';
import { StepSource } from './draw.ts';
import { Life } from './life.ts';
import { formatStep, type Step } from './operation.ts';
import { type Profile, profileOf } from './profile.ts';
import { shrink } from './shrink.ts';

const OPERATIONS = 1000;
/** How many steps are gone through at most to find those that matter. */
const SHRINKING_STEPS = 30_000;

export const soak: Attack = {
  name: 'soak',
  trials: 'lives of 1,000 operations',
  bar: 1000,
  share: 1,
  missing: () =>
    process.platform === 'linux' ? undefined : 'only on Linux can it be told that a process is dead',
  prepare: async () => {
    await import('memfs'); // it takes random numbers as it is loaded, which are then no trial's
    return new Lives();
  },
};

class Lives implements Campaign {
  async attempt(seed: number): Promise<Counts> {
    const profile = profileOf(seed);
    const steps = new StepSource(profile).draw(OPERATIONS);
    const { tally, broken, done } = await live(profile, steps);
    if (broken === undefined) return tally;
    const breaks = async (some: readonly Step[]): Promise<boolean> =>
      kindOf((await live(profile, some)).broken) === kindOf(broken);
    const items = await shrink(steps.slice(0, done), breaks, SHRINKING_STEPS);
    const last = (await live(profile, items)).broken ?? broken;
    throw new BrokenPromise([broken, `in short: ${last}`, ...items.map((step) => `\n  ${formatStep(step)}`)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** The same for what is broken in the same way, at whichever step and of whichever object. */
function kindOf(broken: string | undefined): string | undefined {
  return broken?.replaceAll(/[0-9a-f]{8,}|\[[^\]]*\]|\d+/gu, '');
}

/** What a life came to. */
interface Lived {
  readonly tally: Counts;
  /** In words. */
  readonly broken: string | undefined;
  /** Steps that were begun. */
  readonly done: number;
}

async function live(profile: Profile, steps: readonly Step[]): Promise<Lived> {
  const life = new Life(profile);
  let done = 0;
  try {
    await life.begin();
    for (const step of steps) {
      done++;
      await life.take(step);
    }
    await life.end();
    return { tally: life.tally, broken: undefined, done };
  } catch (error) {
    const broken = error instanceof BrokenPromise ? error.message : ((error as Error).stack ?? String(error));
    return { tally: life.tally, broken, done };
  } finally {
    await life[Symbol.asyncDispose]();
  }
}
