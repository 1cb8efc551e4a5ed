/** The life of one store: step by step beside its model, while things go wrong. */

import { BrokenPromise } from '../../attack.ts';
import { Dice } from '../../dice.ts';
import { makeContents } from './contents.ts';
import { Crew } from './crew.ts';
import { wrongCuts } from './cuts.ts';
import { type DoneThrough, noteEffects } from './effects.ts';
import { findDivergences } from './look.ts';
import { Machine } from './machine.ts';
import { Model } from './model.ts';
import type { OpenedStore } from './open-store.ts';
import type { Act, Harm, Operation, Step } from './operation.ts';
import { explain, formatDone } from './orders.ts';
import { OwnTime } from './own-time.ts';
import { perform } from './perform.ts';
import type { Profile } from './profile.ts';
import { findWrong } from './readings.ts';
import { rotAndMend } from './rot.ts';
import { haveSameMembers } from './same-members.ts';
import { formatBook, idsToldIn, seeBook, seeHorizon, seeStrangers } from './sight.ts';
import { Words } from './words.ts';

/** 2026-01-31T00:00:00Z. */
const START_MS = 1_769_817_600_000;
/** Operations that may change labels, and those that may cut histories. */
const LABELLING: readonly Operation['kind'][] = ['commit', 'edit', 'batch', 'labels'];
const CUTTING: readonly Operation['kind'][] = ['gc', 'forget'];

/** Some contents, as of one moment: those that are to be found through a store, and those that are not. */
interface Known {
  readonly here: ReadonlySet<number>;
  readonly gone: ReadonlySet<number>;
}

export class Life implements AsyncDisposable {
  readonly #profile: Profile;
  readonly #time: OwnTime;
  readonly #machine: Machine;
  readonly #model: Model;
  readonly #archives: Map<string, string> = new Map();
  /** How many operations were done, and how often what went wrong. */
  readonly tally: Record<string, number> = { operations: 0 };
  #crew: Crew | undefined;
  #step = 0;

  constructor(profile: Profile) {
    this.#profile = profile;
    this.#time = new OwnTime(START_MS, new Dice(profile.seed + 1));
    this.#machine = new Machine(this.#time, profile.tickNs);
    this.#model = new Model(makeContents(profile.size), profile.windowDays);
  }

  async begin(): Promise<void> {
    this.#crew = await Crew.hire(this.#machine, this.#profile);
  }

  /** @throws BrokenPromise */
  async take(step: Step): Promise<void> {
    this.#step++;
    const crew = this.#crew!;
    switch (step.kind) {
      case 'work':
        return this.#work(step.acts, step.harm);
      case 'reopen':
        return crew.reopen(step.handle, this.#step);
      case 'clock':
        this.#count('clock steps');
        return this.#time.step(step.byMs);
      case 'rot':
        return this.#rot(step.place);
      case 'look':
        return this.#look(crew.at(this.#step));
    }
  }

  /** The last look, through all that are open, and as it is found by who comes after. @throws BrokenPromise */
  async end(): Promise<void> {
    const crew = this.#crew!;
    for (const member of crew.members) await this.#look(member);
    await crew.reopen(0, this.#step);
    await this.#look(crew.at(0));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#crew?.[Symbol.asyncDispose]();
    } finally {
      this.#time[Symbol.dispose]();
    }
  }

  async #work(acts: readonly Act[], harm: Harm | undefined): Promise<void> {
    const [model, crew] = [this.#model, this.#crew!];
    const isAlone = acts.length === 1;
    const words = new Words(model, isAlone);
    if (acts.some(({ operation }) => operation.kind === 'gc' && operation.graceMs === 0))
      this.#time.catchUp(); // without a grace, nothing forgives a clock that ran backwards
    const before = acts.map(({ handle }) => this.#knownTo(crew.at(handle)));
    const done = await this.#doAll(acts, words, harm);
    const happened = harm && (await crew.recover(harm, done, this.#step));
    if (happened !== undefined) this.#count(happened);
    await this.#seeLabels(done, words, harm);
    await this.#seeCuts(done, harm);
    const nowMs = this.#time.nowMs;
    noteEffects(done, { model, everyone: crew.members, nowMs, isAlone, harm, step: this.#step });
    this.#judge(done, { words, harm, before });
    if (happened === 'power cuts' || happened === 'deaths') await this.#look(crew.at(0));
  }

  async #doAll(acts: readonly Act[], words: Words, harm: Harm | undefined): Promise<DoneThrough[]> {
    const crew = this.#crew!;
    if (harm?.kind === 'errors') this.#machine.fail(harm);
    else if (harm !== undefined) crew.at(acts[0]!.handle).process.die(harm.calls);
    this.#machine.isBusy = acts.length > 1;
    this.#machine.diesAtOnce = harm?.kind === 'cut';
    const { contents } = this.#model;
    const done = await Promise.all(
      acts.map(async ({ handle, operation }): Promise<DoneThrough> => {
        const opened = crew.at(handle);
        const outcome = await perform({ store: opened.store, contents, words }, operation);
        return { operation, opened, outcome };
      }),
    );
    this.#machine.isBusy = false;
    this.#machine.diesAtOnce = false;
    this.#machine.heal();
    this.#count('operations', acts.length);
    if (acts.length > 1) this.#count('at once');
    return done;
  }

  /** Learns what labels are, where something may have changed them. */
  async #seeLabels(done: readonly DoneThrough[], words: Words, harm: Harm | undefined): Promise<void> {
    if (harm === undefined && !isAnyOf(done, LABELLING)) return;
    const model = this.#model;
    const before = model.labels;
    const observer = this.#crew!.at(this.#step);
    const book = await seeBook(observer);
    const starts = [...Array.from(book.values(), ({ id }) => id), ...done.flatMap(idsToldIn)];
    const strangers = await seeStrangers(observer, starts, model);
    const timeSeconds = Math.floor(this.#time.nowMs / 1000);
    const seen = {
      model,
      words,
      book,
      strangers,
      timeSeconds,
      isAlone: done.length === 1,
      isHarmed: harm !== undefined,
    };
    const after = explain([before, ...model.earlier], done, seen);
    if (after === undefined) {
      const said = done.map(formatDone).join('; ');
      throw this.#broken([
        `labels were ${formatBook(before.book)} and are ${formatBook(book)} after ${said}`,
      ]);
    }
    for (const [id, snapshot] of strangers) model.snapshots.set(id, snapshot);
    model.labels = after;
    if (before === after) return;
    model.earlier = harm === undefined ? [] : [...model.earlier, before];
  }

  /** Learns where histories end, where something may have cut them. */
  async #seeCuts(done: readonly DoneThrough[], harm: Harm | undefined): Promise<void> {
    if (harm === undefined && !isAnyOf(done, CUTTING)) return;
    const model = this.#model;
    const horizon = await seeHorizon(this.#crew!.at(this.#step));
    const nowSeconds = Math.floor(this.#time.nowMs / 1000);
    const wrong = wrongCuts(model, { horizon, done, harm, nowSeconds });
    if (wrong !== undefined) throw this.#broken([wrong]);
    if (!haveSameMembers(horizon, model.horizon)) model.horizon = horizon;
    if (harm === undefined) model.durableHorizon = horizon;
  }

  #judge(
    done: readonly DoneThrough[],
    {
      words,
      harm,
      before,
    }: { readonly words: Words; readonly harm: Harm | undefined; readonly before: readonly Known[] },
  ): void {
    const wrong = done.flatMap(({ operation, outcome, opened }, at) => {
      const [then, now] = [before[at]!, this.#knownTo(opened)];
      return (
        findWrong(operation, outcome, {
          model: this.#model,
          words,
          isSure: (content) => then.here.has(content) && now.here.has(content),
          isGone: (content) => then.gone.has(content) && now.gone.has(content),
          isAlone: done.length === 1,
          isDead: opened.process.isDead,
          isHarmed: harm !== undefined,
          hasAliases: this.#profile.hasAliases,
          archives: this.#archives,
        }) ?? []
      );
    });
    if (wrong.length > 0) throw this.#broken(wrong);
  }

  async #rot(place: number): Promise<void> {
    const opened = this.#crew!.at(this.#step);
    const wrong = await rotAndMend(this.#machine, { opened, model: this.#model, place });
    if (wrong === undefined) return;
    this.#count('turned bits');
    if (wrong.length > 0) throw this.#broken(wrong);
    for (const member of this.#crew!.members) await this.#look(member);
  }

  async #look(opened: OpenedStore): Promise<void> {
    this.#count('looks');
    const wrong = await findDivergences(opened, this.#model, this.#time.nowMs);
    if (wrong.length > 0) throw this.#broken(wrong);
  }

  #knownTo(opened: OpenedStore): Known {
    const model = this.#model;
    const here = [...model.reachedContents(), ...model.stored.keys(), ...opened.waiting.keys()];
    const gone = [...model.purged].filter(
      ([, purged]) => purged.kind === 'gone' && (purged.by === opened || purged.step < opened.openedAt),
    );
    return {
      here: new Set(here.filter((content) => !model.purged.has(content))),
      gone: new Set(gone.map(([content]) => content)),
    };
  }

  #broken(wrong: readonly string[]): BrokenPromise {
    return new BrokenPromise([`step ${this.#step}`, ...wrong]);
  }

  #count(what: string, times = 1): void {
    this.tally[what] = (this.tally[what] ?? 0) + times;
  }
}

function isAnyOf(done: readonly DoneThrough[], kinds: readonly Operation['kind'][]): boolean {
  return done.some(({ operation }) => kinds.includes(operation.kind));
}
