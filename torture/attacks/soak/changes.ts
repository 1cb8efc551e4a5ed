/** What single operations do to labels. */

import type { ObjectId } from '../../../src/hash/object-id.ts';
import type { CommitResult } from '../../../src/index.ts';
import { type Book, type LabelRequest, type LabelState, planRequests } from './label-model.ts';
import type { Model, ModelSnapshot } from './model.ts';
import type { CommitAsk, LabelAsk, Operation } from './operation.ts';
import { haveSameMembers } from './same-members.ts';
import { editedSet, formatSet, type ModelSet, setOf } from './set-model.ts';
import type { Words } from './words.ts';

/** What is known beside the operations. */
export interface Seen {
  readonly model: Model;
  readonly words: Words;
  /** Labels afterwards. */
  readonly book: Book;
  /** Snapshots that nobody told of, as they are found afterwards. */
  readonly strangers: ReadonlyMap<ObjectId, ModelSnapshot>;
  readonly timeSeconds: number;
  /** Whether nothing else was done meanwhile. */
  readonly isAlone: boolean;
  /** Whether what failed may have been made all the same. */
  readonly isHarmed: boolean;
}

/** What an operation does to labels: errors that refuse it, or states that it may lead to, by what it said. */
export interface Changes {
  readonly codes: ReadonlySet<string>;
  /** @param value what it returned; `undefined` where it failed */
  made(value: unknown): LabelState[];
}

const refusedBy = (codes: Iterable<string>): Changes => ({ codes: new Set(codes), made: () => [] });

export function changesOf(state: LabelState, operation: Operation, seen: Seen): Changes {
  if (operation.kind === 'labels') return labelChanges(state, operation.asks, seen);
  if (operation.kind === 'batch') return batchChanges(state, operation, seen);
  if (operation.kind === 'edit') return editChanges(state, operation, seen);
  if (operation.kind !== 'commit') return { codes: new Set(), made: () => [state] };
  const { name, members, force, history } = operation;
  const expect = seen.words.expected(name, operation.expect);
  return commitChanges(state, { name, set: setOf(members), expect, force, history }, seen);
}

function editChanges(
  state: LabelState,
  { name, edits }: Extract<Operation, { kind: 'edit' }>,
  seen: Seen,
): Changes {
  const label = state.book.get(name);
  const set = editedSet(label && snapshotOf(seen, label.id)?.set, edits);
  const how = { name, expect: undefined, force: false } as const;
  if (typeof set === 'string') return refusedBy([set, ...commitRefusals(state, how, seen)]);
  return commitChanges(state, { ...how, set, history: 'kept' }, seen);
}

function labelChanges(state: LabelState, asks: readonly LabelAsk[], { words, timeSeconds }: Seen): Changes {
  const asked = asks.map((ask) => words.modelled(ask));
  const planned = planRequests(
    state,
    asked.map(({ request }) => request),
    timeSeconds,
  );
  const unknown = asked.flatMap(({ code }) => code ?? []);
  if (unknown.length > 0)
    return refusedBy([...unknown, ...(planned.kind === 'refused' ? planned.codes : [])]);
  if (planned.kind === 'refused') return refusedBy(planned.codes);
  const fits = (value: unknown): boolean => value === undefined || value === planned.hasChanged;
  return { codes: new Set(), made: (value) => (fits(value) ? [planned.state] : []) };
}

/** A commit, whatever it is of. */
interface Committed {
  readonly name: string;
  readonly set: ModelSet;
  readonly expect: ObjectId | 'none' | undefined;
  readonly force: boolean;
  readonly history: 'kept' | 'none';
}

const NOT_YET = 'sha256:to come' as ObjectId;

function requestFor(
  state: LabelState,
  {
    name,
    expect,
    force,
    history = 'kept',
  }: Omit<Committed, 'set' | 'history'> & { readonly history?: 'kept' | 'none' },
  id: ObjectId,
): LabelRequest {
  const isThere = state.book.has(name);
  const keep = history === 'none' && !isThere ? { keep: '0' } : {};
  return { name, force, expect: expect ?? (isThere ? undefined : 'none'), verb: 'move', id, ...keep };
}

function commitRefusals(
  state: LabelState,
  committed: Omit<Committed, 'set' | 'history'>,
  { timeSeconds }: Seen,
): ReadonlySet<string> {
  const planned = planRequests(state, [requestFor(state, committed, NOT_YET)], timeSeconds);
  return planned.kind === 'refused' ? planned.codes : new Set();
}

function commitChanges(state: LabelState, committed: Committed, seen: Seen): Changes {
  const codes = commitRefusals(state, committed, seen);
  if (codes.size > 0) return refusedBy(codes);
  const { model, timeSeconds } = seen;
  const before = state.book.get(committed.name);
  const text = formatSet(committed.set, model.idOf);
  const isSame = before !== undefined && textOf(seen, before.id) === text;
  const movedTo = (id: ObjectId): LabelState[] => {
    const planned = planRequests(state, [requestFor(state, committed, id)], timeSeconds);
    return planned.kind === 'done' ? [planned.state] : [];
  };
  const parents = before === undefined || committed.history === 'none' ? [] : [before.id];
  return {
    codes,
    made: (value) => {
      if (value === undefined)
        return isSame ? [state] : strangersLike(seen, { text, parents }).flatMap(movedTo);
      const { kind, id, parent } = value as CommitResult;
      if (isSame) return kind === 'unchanged' && id === before.id ? [state] : [];
      if (kind !== 'committed' || parent !== before?.id || !isLike(seen, id, { text, parents })) return [];
      return movedTo(id);
    },
  };
}

interface Look {
  readonly text: string;
  readonly parents: readonly ObjectId[];
}

/** Those that hold a set, and come after what they should; or else one that nothing is known of any more. */
function strangersLike(seen: Seen, look: Look): ObjectId[] {
  const known = [...seen.strangers.keys(), ...seen.model.snapshots.keys()];
  return [...known.filter((id) => isLike(seen, id, look)), NOT_YET];
}

function isLike(seen: Seen, id: ObjectId, { text, parents }: Look): boolean {
  return textOf(seen, id) === text && haveSameMembers(snapshotOf(seen, id)?.parents ?? [], parents);
}

function snapshotOf({ strangers, model }: Seen, id: ObjectId): ModelSnapshot | undefined {
  return strangers.get(id) ?? model.snapshots.get(id);
}

function textOf(seen: Seen, id: ObjectId): string | undefined {
  const snapshot = snapshotOf(seen, id);
  return snapshot && formatSet(snapshot.set, seen.model.idOf);
}

/** All its commits and requests are one change. */
function batchChanges(
  state: LabelState,
  {
    commits,
    asks,
    end,
  }: {
    readonly commits: readonly CommitAsk[];
    readonly asks: readonly LabelAsk[];
    readonly end: 'done' | 'thrown';
  },
  seen: Seen,
): Changes {
  if (end === 'thrown') return { codes: new Set(['thrown']), made: () => [] };
  const { model, words, timeSeconds } = seen;
  const asked = asks.map((ask) => words.modelled(ask));
  const looks = commits.map(({ name, members }) => {
    const before = state.book.get(name);
    const text = formatSet(setOf(members), model.idOf);
    const isSame = before !== undefined && textOf(seen, before.id) === text;
    return { name, before, text, isSame, parents: before === undefined ? [] : [before.id] };
  });
  const planWith = (ids: readonly ObjectId[]): ReturnType<typeof planRequests> => {
    const commitRequests = looks.flatMap(({ name, before, isSame }, at): LabelRequest[] =>
      isSame ? [] : [{ name, force: false, verb: 'move', id: ids[at]!, expect: before?.id ?? 'none' }],
    );
    return planRequests(state, [...commitRequests, ...asked.map(({ request }) => request)], timeSeconds);
  };
  const rehearsed = planWith(looks.map(() => NOT_YET));
  const unknown = asked.flatMap(({ code }) => code ?? []);
  if (rehearsed.kind === 'refused' || unknown.length > 0)
    return refusedBy([...unknown, ...(rehearsed.kind === 'refused' ? rehearsed.codes : [])]);
  const reached = (ids: readonly ObjectId[]): LabelState[] => {
    const planned = planWith(ids);
    return planned.kind === 'done' ? [planned.state] : [];
  };
  return {
    codes: new Set(),
    made: (value) => {
      if (value === undefined) {
        const choices = looks.map((look) => (look.isSame ? [NOT_YET] : strangersLike(seen, look)));
        return combinations(choices).flatMap(reached);
      }
      const ids = value as ObjectId[];
      const fits = looks.every((look, at) =>
        look.isSame ? ids[at] === look.before!.id : isLike(seen, ids[at]!, look),
      );
      return fits ? reached(ids) : [];
    },
  };
}

function combinations<Value>(choices: readonly (readonly Value[])[]): Value[][] {
  return choices.reduce<Value[][]>(
    (found, values) => found.flatMap((before) => values.map((value) => [...before, value])),
    [[]],
  );
}
