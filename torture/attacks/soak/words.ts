/** From what is asked to how it is said: the snapshots that a step is about, as they are when it begins. */
import type { ObjectId } from '../../../src/hash/object-id.ts';
import type { LabelRequest } from '../../../src/index.ts';
import type { LabelRequest as Request } from './label-model.ts';
import type { Model } from './model.ts';
import type { At, Expecting, LabelAsk } from './operation.ts';

/** A revision, and the snapshot that it should lead to, or the error. */
export interface Spot {
  readonly text: string;
  readonly id: ObjectId | undefined;
  readonly code: string | undefined;
}

const NOBODY: ObjectId = `sha256:${'0'.repeat(64)}` as ObjectId;

/** What the words of one step mean. */
export class Words {
  readonly #model: Model;
  readonly #known: readonly ObjectId[];
  readonly #book: Model['labels']['book'];
  readonly #isAlone: boolean;

  /** @param isAlone whether nothing else is done meanwhile, so that snapshots can be named by labels */
  constructor(model: Model, isAlone: boolean) {
    this.#model = model;
    this.#known = [...model.snapshots.keys()];
    this.#book = model.labels.book;
    this.#isAlone = isAlone;
  }

  spot(at: At): Spot {
    if (at.kind === 'known') {
      const id = this.#known[at.nth % Math.max(this.#known.length, 1)];
      return id === undefined
        ? { text: 'nobody', id, code: 'REVISION_NOT_FOUND' }
        : { text: id, id, code: undefined };
    }
    const start = this.#book.get(at.name)?.id;
    const from = this.#isAlone ? at.name : (start ?? 'nobody');
    const text = at.generations === 0 ? from : `${from}~${at.generations}`;
    if (start === undefined) return { text, id: undefined, code: 'REVISION_NOT_FOUND' };
    const id = this.#model.historyOf(start)[at.generations];
    if (id === undefined) return { text, id, code: 'HISTORY_TOO_SHORT' };
    return { text: this.#isAlone ? text : id, id, code: undefined };
  }

  /** What a label is said to be; `undefined` where nothing is said. */
  expected(name: string, expecting: Expecting): ObjectId | 'none' | undefined {
    const id = this.#book.get(name)?.id;
    switch (expecting) {
      case 'nothing':
        return undefined;
      case 'none':
        return 'none';
      case 'right':
        return id ?? 'none';
      case 'wrong':
        return (
          this.#known.find((other) => other !== id && this.#model.reached().has(other)) ??
          (id === undefined ? NOBODY : 'none')
        );
    }
  }

  /** As the store takes it. */
  request(ask: LabelAsk): LabelRequest {
    const expect = this.#expectedOf(ask);
    const said = { name: ask.name, force: ask.force, ...(expect !== undefined && { expect }) };
    if (ask.verb === 'create' || ask.verb === 'move')
      return { ...said, verb: ask.verb, at: this.spot(ask.at).text };
    if (ask.verb === 'rename') return { ...said, verb: ask.verb, to: ask.to };
    return ask.verb === 'keep' ? { ...said, verb: ask.verb, keep: ask.keep } : { ...said, verb: ask.verb };
  }

  /** As the model takes it; with the error where a revision leads nowhere. */
  modelled(ask: LabelAsk): { readonly request: Request; readonly code: string | undefined } {
    const said = { name: ask.name, force: ask.force, expect: this.#expectedOf(ask) };
    if (ask.verb === 'create' || ask.verb === 'move') {
      const { id = NOBODY, code } = this.spot(ask.at);
      return { request: { ...said, verb: ask.verb, id }, code };
    }
    if (ask.verb === 'rename') return { request: { ...said, verb: ask.verb, to: ask.to }, code: undefined };
    if (ask.verb === 'keep') return { request: { ...said, verb: ask.verb, keep: ask.keep }, code: undefined };
    return { request: { ...said, verb: ask.verb }, code: undefined };
  }

  #expectedOf({ name, expect, verb }: LabelAsk): ObjectId | 'none' | undefined {
    const expected = this.expected(name, expect);
    return expected === NOBODY && verb !== 'create' ? undefined : expected;
  }
}
