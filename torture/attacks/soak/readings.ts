/** Whether what was read is what the model says. */
import { equalBytes } from '../../../src/bytes/compare.ts';
import type { ObjectId } from '../../../src/hash/object-id.ts';
import type { LabelHistoryEntry } from '../../../src/index.ts';
import { isAmbiguous } from './contents.ts';
import { wrongError } from './failures.ts';
import { isSameBook, type LabelState } from './label-model.ts';
import type { Model } from './model.ts';
import type { Operation } from './operation.ts';
import type { Outcome } from './perform.ts';
import { haveSameMembers } from './same-members.ts';
import { formatSet } from './set-model.ts';
import { bookOf } from './sight.ts';
import type { Words } from './words.ts';

type Of<Kind extends Operation['kind']> = Extract<Operation, { kind: Kind }>;

/** How far what was read can be foretold. */
export interface Reading {
  readonly model: Model;
  readonly words: Words;
  /** Contents that were to be found through this store from the beginning to the end. */
  readonly isSure: (content: number) => boolean;
  /** Contents that were not to be found. */
  readonly isGone: (content: number) => boolean;
  /** Whether nothing else was done meanwhile. */
  readonly isAlone: boolean;
  /** Whether who read is dead since. */
  readonly isDead: boolean;
  /** Whether something was made to fail. */
  readonly isHarmed: boolean;
  /** Whether other hashes are kept from the store's beginning on. */
  readonly hasAliases: boolean;
  /** Hashes of the archives of snapshots, as they were first seen. */
  readonly archives: Map<string, string>;
}

/** What is wrong, in words; `undefined` where nothing is. */
export function findWrong(operation: Operation, outcome: Outcome, reading: Reading): string | undefined {
  const wrong =
    outcome.kind === 'done'
      ? wrongValue(operation, outcome.value, reading)
      : wrongError(operation, outcome.error, reading);
  return wrong === undefined ? undefined : `${operation.kind}: ${wrong}`;
}

function wrongValue(operation: Operation, value: unknown, reading: Reading): string | undefined {
  const { model, isSure, isGone, isAlone } = reading;
  switch (operation.kind) {
    case 'put':
      return value === model.idOf(operation.content) ? undefined : `the id is ${String(value)}`;
    case 'get':
      if (isGone(operation.content)) return 'what was purged is there';
      return equalBytes(value as Uint8Array, model.contents[operation.content]!.bytes)
        ? undefined
        : 'other bytes';
    case 'has':
      if (value === true && isGone(operation.content)) return 'what was purged is there';
      return value === false && isSure(operation.content) ? 'what was put is not there' : undefined;
    case 'alias':
      return wrongAlias(operation, value as ObjectId | undefined, reading);
    case 'read':
    case 'get-many':
      return value === true ? undefined : 'other bytes';
    case 'why':
      return isAlone && value === 0 && isInLabel(operation.content, model)
        ? 'no reason for what a label reaches'
        : undefined;
    case 'fsck':
      return (value as string[]).filter((line) => line.startsWith('error')).join('; ') || undefined;
    case 'list':
      return isAlone && !isSameBook(bookOf(value as Parameters<typeof bookOf>[0]), model.labels.book)
        ? 'other labels'
        : undefined;
    case 'log':
      return isAlone ? wrongHistory(operation.name, value as ObjectId[], model) : undefined;
    case 'reflog':
      return isAlone ? wrongLog(operation.name, value as LabelHistoryEntry[], model.labels) : undefined;
    case 'view':
      return isAlone ? wrongView(operation, value as string, reading) : undefined;
    case 'diff':
      return isAlone ? wrongDiff(operation, value as string[], reading) : undefined;
    case 'flush':
    case 'undelete':
    case 'maintain':
    case 'stats':
    case 'commit':
    case 'edit':
    case 'batch':
    case 'labels':
    case 'forget':
    case 'gc':
    case 'purge':
    case 'repack':
    case 'setting':
      return undefined; // what it did is looked at elsewhere
  }
}

function isInLabel(content: number, model: Model): boolean {
  return [...model.labels.book.values()].some(({ id }) => model.contentsOf(id).includes(content));
}

function wrongAlias(
  { content }: { readonly content: number },
  found: ObjectId | undefined,
  reading: Reading,
): string | undefined {
  const { model, isSure, hasAliases } = reading;
  if (found !== undefined) return found === model.idOf(content) ? undefined : `another object, ${found}`;
  return hasAliases && isSure(content) && !isAmbiguous(model.contents[content]!)
    ? 'none for what is there'
    : undefined;
}

function wrongHistory(name: string, ids: readonly ObjectId[], model: Model): string | undefined {
  const label = model.labels.book.get(name);
  const expected = label === undefined ? [] : model.historyOf(label.id);
  return haveSameMembers(ids, expected) ? undefined : `${ids.length} snapshots instead of ${expected.length}`;
}

/** The newest changes of value; older ones may have been dropped. */
function wrongLog(
  name: string,
  entries: readonly LabelHistoryEntry[],
  { book, lineages, passedOn }: LabelState,
): string | undefined {
  const moves = entries.filter((entry) => entry.old !== entry.new);
  const lineage = lineages.find((one) => one.name === name);
  if (lineage === undefined || passedOn.has(name) || !book.has(name)) return undefined;
  const expected = lineage.moves.toReversed();
  const isLike = moves.every((move, at) => move.old === expected[at]?.old && move.new === expected[at]?.new);
  return isLike ? undefined : `${moves.length} changes that are not the last of ${expected.length}`;
}

function wrongView(
  { at, way }: Of<'view'>,
  shown: string,
  { model, words, archives }: Reading,
): string | undefined {
  const { id, code } = words.spot(at);
  if (id === undefined) return `it was to fail with ${code}`;
  if (way === 'tar') {
    const before = archives.get(id) ?? shown;
    archives.set(id, before);
    return before === shown ? undefined : 'another archive than before';
  }
  const set = model.snapshots.get(id)!.set;
  const expected =
    way === 'entries'
      ? set
      : new Map([...set].map(([path, member]) => [path, { ...member, attributes: {} }]));
  return shown === formatSet(expected, model.idOf) ? undefined : `another set:\n${shown}\n`;
}

function wrongDiff(
  { before, after }: Of<'diff'>,
  changes: readonly string[],
  { model, words }: Reading,
): string | undefined {
  const [left, right] = [words.spot(before).id, words.spot(after).id].map(
    (id) => id && model.snapshots.get(id)?.set,
  );
  if (left === undefined || right === undefined) return 'it was to fail';
  const expected: string[] = [];
  for (const path of new Set([...left.keys(), ...right.keys()])) {
    const [old, now] = [left.get(path), right.get(path)];
    if (old === undefined) expected.push(`added ${path}`);
    else if (now === undefined) expected.push(`removed ${path}`);
    else if (formatSet(new Map([[path, old]]), model.idOf) !== formatSet(new Map([[path, now]]), model.idOf))
      expected.push(`changed ${path}`);
  }
  return haveSameMembers(expected, changes)
    ? undefined
    : `${changes.join(', ')} instead of ${expected.join(', ')}`;
}
