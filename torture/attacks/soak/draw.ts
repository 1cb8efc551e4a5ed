/** What happens in the life of a store, drawn from a seed alone: what is to be done never depends on what came of it. */

import { Dice } from '../../dice.ts';
import { isAmbiguous, makeContents } from './contents.ts';
import { drawHarm } from './draw-harm.ts';
import type { At, CommitAsk, Expecting, LabelAsk, Member, MemberEdit, Operation, Step } from './operation.ts';
import type { Profile } from './profile.ts';

/** Some of them stand in each other's way. */
const NAMES = ['a', 'a', 'a', 'b/c', 'b/c', 'b/d', 'e', 'e', 'b', 'A'];
const PATHS = ['x', 'y', 'run', 'z/one', 'z/two', 'w/v/deep', 'w/other'];
const KEYS = ['type', 'by'];
const KEEPS = ['all', '0', '1', '2', '3', '1d', '40d'];
const HOUR_MS = 3_600_000;
const MANY = 24;

type Kind = Operation['kind'];

/** How often each is done; a trial has more of some, and nothing of others. */
const WEIGHTS: Readonly<Record<Kind, number>> = {
  get: 120,
  has: 60,
  put: 100,
  read: 50,
  'get-many': 10,
  alias: 15,
  why: 4,
  list: 40,
  log: 25,
  reflog: 12,
  view: 60,
  diff: 15,
  stats: 1,
  fsck: 2,
  flush: 12,
  commit: 50,
  edit: 35,
  batch: 15,
  labels: 60,
  forget: 6,
  gc: 4,
  undelete: 1,
  purge: 2,
  repack: 1,
  maintain: 1,
  setting: 3,
};

/** How often each of those that change something is done where something goes wrong, or several at once. */
const CHANGES: Readonly<Record<string, number>> = {
  put: 4,
  commit: 5,
  edit: 4,
  batch: 4,
  labels: 6,
  forget: 2,
  gc: 3,
  undelete: 1,
  purge: 2,
  repack: 1,
  maintain: 1,
};

export class StepSource {
  readonly #dice: Dice;
  readonly #weights: Readonly<Record<Kind, number>>;
  readonly #contents: number;
  readonly #short: number;
  readonly #pure: readonly number[];
  /** How much of what goes wrong there is. */
  readonly #rates: { readonly harm: number; readonly together: number; readonly clock: number };

  constructor({ seed, size }: Profile) {
    const dice = new Dice(seed + 0x50_a6);
    this.#dice = dice;
    const contents = makeContents(size);
    this.#contents = contents.length;
    this.#short = makeContents('short').length;
    this.#pure = contents.flatMap((content, at) => (isAmbiguous(content) ? [] : [at]));
    const vary = (kind: Kind, weight: number): number =>
      kind in CHANGES && kind !== 'commit' ? weight * dice.pick([0, 0.3, 1, 1, 1, 2]) : weight;
    this.#weights = Object.fromEntries(
      Object.entries(WEIGHTS).map(([kind, weight]) => [kind, vary(kind as Kind, weight)]),
    ) as Record<Kind, number>;
    this.#rates = {
      harm: dice.pick([0, 0.02, 0.05]),
      together: dice.pick([0, 0.05, 0.15]),
      clock: dice.pick([0.002, 0.01]),
    };
  }

  /** Steps that come to so many operations, or a few more. */
  draw(operations: number): Step[] {
    const steps: Step[] = [];
    for (let count = 0; count < operations; ) {
      const step = this.#step();
      steps.push(step);
      if (step.kind === 'work') count += step.acts.length;
    }
    return steps;
  }

  #step(): Step {
    const dice = this.#dice;
    const { harm, together, clock } = this.#rates;
    if (dice.chance(clock)) return { kind: 'clock', byMs: this.#clockStep() };
    if (dice.chance(0.01)) return { kind: 'reopen', handle: dice.below(6) };
    if (dice.chance(0.006)) return { kind: 'look' };
    if (dice.chance(0.001)) return { kind: 'rot', place: dice.share() };
    const count = dice.chance(together) ? 2 + dice.below(2) : 1;
    const isHarmed = dice.chance(harm);
    const acts = Array.from({ length: count }, () => ({
      handle: dice.below(6),
      operation: this.#operation(
        isHarmed || count > 1 ? (dice.weighed(CHANGES) as Kind) : dice.weighed(this.#weights),
      ),
    }));
    return { kind: 'work', acts, harm: isHarmed ? drawHarm(dice) : undefined };
  }

  /** Forwards by anything; backwards never by more than what a grace forgives. */
  #clockStep(): number {
    const dice = this.#dice;
    if (dice.chance(0.25)) return -dice.below(10 * 60_000);
    return dice.pick([1000, HOUR_MS / 2, 2 * HOUR_MS, 24 * HOUR_MS, 20 * 24 * HOUR_MS, 100 * 24 * HOUR_MS]);
  }

  #operation(kind: Kind): Operation {
    const dice = this.#dice;
    switch (kind) {
      case 'put':
        return { kind, content: this.#content(), as: dice.pick(['bytes', 'bytes', 'stream']) };
      case 'get':
      case 'has':
      case 'alias':
      case 'why':
        return { kind, content: this.#content() };
      case 'read':
        return { kind, content: this.#content(), ...this.#range() };
      case 'get-many':
        return { kind, contents: Array.from({ length: 1 + dice.below(8) }, () => this.#content()) };
      case 'flush':
      case 'list':
      case 'undelete':
      case 'maintain':
      case 'stats':
      case 'fsck':
        return { kind };
      case 'commit':
        return {
          kind,
          ...this.#commit(),
          expect: this.#expecting(),
          force: dice.chance(0.2),
          history: dice.pick(['kept', 'kept', 'kept', 'none']),
        };
      case 'edit':
        return { kind, name: dice.pick(NAMES), edits: this.#edits() };
      case 'batch':
        return this.#batch();
      case 'labels':
        return { kind, asks: this.#asks(1 + dice.below(3)) };
      case 'forget':
        return { kind, name: dice.pick(NAMES), keep: dice.pick(KEEPS) };
      case 'log':
      case 'reflog':
        return { kind, name: dice.pick(NAMES) };
      case 'view':
        return {
          kind,
          at: this.#at(),
          way: dice.pick(['entries', 'entries', 'entries', 'fs', 'tar', 'memfs']),
        };
      case 'diff':
        return { kind, before: this.#at(), after: this.#at() };
      case 'gc':
        return {
          kind,
          graceMs: dice.pick([0, 0, HOUR_MS, 24 * HOUR_MS, undefined]),
          mode: dice.chance(0.1) ? 'rehearse' : 'collect',
        };
      case 'purge':
        return { kind, content: dice.pick(this.#pure), force: dice.chance(0.1) };
      case 'repack':
        return { kind, scope: dice.pick(['geometric', 'all']) };
      case 'setting':
        return { kind, ...dice.pick(SETTINGS) };
    }
  }

  /** Long ones seldom: they take long. */
  #content(): number {
    return this.#dice.below(this.#dice.chance(0.05) ? this.#contents : this.#short);
  }

  #range(): { readonly from: number; readonly to: number } {
    const [one, other] = [this.#dice.share(), this.#dice.share()];
    return { from: Math.min(one, other), to: Math.max(one, other) };
  }

  #commit(): CommitAsk {
    const dice = this.#dice;
    if (dice.chance(0.12)) {
      const members = Array.from({ length: MANY }, (_, at) => this.#member(`many/${at % 3}/${at}`));
      return { name: dice.pick(NAMES), members };
    }
    return {
      name: dice.pick(NAMES),
      members: dice.some(PATHS, dice.below(5)).map((path) => this.#member(path)),
    };
  }

  #member(path: string): Member {
    const dice = this.#dice;
    const attributes = dice.chance(0.3) ? { [dice.pick(KEYS)]: dice.pick(['1', 'two', 'x'.repeat(30)]) } : {};
    return { path, kind: path === 'run' ? 'executable' : 'file', content: this.#content(), attributes };
  }

  #edits(): MemberEdit[] {
    const dice = this.#dice;
    return dice.some(PATHS, 1 + dice.below(2)).map((path): MemberEdit => {
      const verb = dice.weighed({ put: 6, remove: 2, attributes: 2 });
      if (verb === 'put') return { verb, member: this.#member(path) };
      if (verb === 'remove') return { verb, path };
      return { verb, path, values: { [dice.pick(KEYS)]: dice.chance(0.7) ? 'changed' : undefined } };
    });
  }

  #batch(): Operation {
    const dice = this.#dice;
    return {
      kind: 'batch',
      contents: Array.from({ length: dice.below(4) }, () => this.#content()),
      commits: dice.chance(0.6) ? [this.#commit()] : [],
      asks: dice.chance(0.3) ? this.#asks(1) : [],
      end: dice.chance(0.1) ? 'thrown' : 'done',
    };
  }

  #asks(count: number): LabelAsk[] {
    return Array.from({ length: count }, () => this.#ask());
  }

  #ask(): LabelAsk {
    const dice = this.#dice;
    const asked = { name: dice.pick(NAMES), expect: this.#expecting(), force: dice.chance(0.3) };
    const verb = dice.weighed({
      create: 6,
      move: 6,
      undo: 4,
      rename: 4,
      delete: 4,
      protect: 2,
      unprotect: 4,
      keep: 6,
    });
    switch (verb) {
      case 'create':
      case 'move':
        return { ...asked, verb, at: this.#at() };
      case 'rename':
        return { ...asked, verb, to: dice.pick(NAMES) };
      case 'keep':
        return { ...asked, verb, keep: dice.pick(KEEPS) };
      case 'undo':
      case 'delete':
      case 'protect':
      case 'unprotect':
        return { ...asked, verb };
    }
  }

  #expecting(): Expecting {
    return this.#dice.weighed({ nothing: 12, right: 4, none: 1, wrong: 1 });
  }

  #at(): At {
    const dice = this.#dice;
    if (dice.chance(0.25)) return { kind: 'known', nth: dice.below(1000) };
    return {
      kind: 'back',
      name: dice.pick(NAMES),
      generations: Number(dice.weighed({ 0: 6, 1: 3, 2: 2, 5: 1 })),
    };
  }
}

const SETTINGS: readonly { readonly key: string; readonly text: string }[] = [
  { key: 'zlib.level', text: '0' },
  { key: 'zlib.level', text: '9' },
  { key: 'pack.depth', text: '1' },
  { key: 'pack.newest', text: 'delta' },
  { key: 'gc.grace', text: '2h' },
  { key: 'user.name', text: 'soak' },
];
