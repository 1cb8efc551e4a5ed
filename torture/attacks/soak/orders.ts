/**
 * What labels are after operations that were done at once: some order of them explains what each of them said, and what
 * is seen afterwards. One that failed by a fault was made or was not made.
 */
import { changesOf, type Seen } from './changes.ts';
import { isSameBook, type LabelState, valueBefore } from './label-model.ts';
import type { Operation } from './operation.ts';
import { ON_PURPOSE, type Outcome } from './perform.ts';

/** An operation that was done, and what it came to. */
export interface Done {
  readonly operation: Operation;
  readonly outcome: Outcome;
}

/** How it is told that something is not there. */
const LACKING: ReadonlySet<string> = new Set([
  'OBJECT_NOT_FOUND',
  'OBJECT_MISSING',
  'OBJECT_PURGED',
  'PARENT_MISSING',
  'SNAPSHOT_INCOMPLETE',
]);

/** The labels as they are, and whether each was acknowledged; `undefined` where nothing explains what is seen. */
export function explain(
  bases: readonly LabelState[],
  done: readonly Done[],
  seen: Seen,
): LabelState | undefined {
  const changing = done.filter(({ operation }) =>
    ['commit', 'edit', 'batch', 'labels'].includes(operation.kind),
  );
  for (const base of bases) {
    const found = search(base, changing, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

function search(state: LabelState, left: readonly Done[], seen: Seen): LabelState | undefined {
  if (left.length === 0) return isSameBook(state.book, seen.book) ? state : undefined;
  for (const [at, first] of left.entries()) {
    const rest = left.filter((_, other) => other !== at);
    for (const next of statesAfter(state, first, seen)) {
      const found = search(next, rest, seen);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** What labels may be after one operation; nothing where it cannot have said what it said. */
function statesAfter(state: LabelState, { operation, outcome }: Done, seen: Seen): LabelState[] {
  const changes = changesOf(state, operation, seen);
  if (outcome.kind === 'failed') {
    const code = codeOf(outcome.error);
    const isRefused =
      outcome.error === ON_PURPOSE ||
      (code !== undefined && (changes.codes.has(code) || mayBeRefused(code, state, { operation, seen })));
    if (!seen.isHarmed) return isRefused ? [state] : [];
    return [state, ...changes.made(undefined)];
  }
  return changes.codes.size > 0 ? [] : changes.made(outcome.value);
}

/** Whether the error may be right, though nothing that is known for sure speaks for it. */
function mayBeRefused(
  code: string,
  state: LabelState,
  { operation, seen }: { readonly operation: Operation; readonly seen: Seen },
): boolean {
  if (code === 'LABEL_MOVED' || code === 'LOCKED') return !seen.isAlone; // others were quicker, or took long
  if (code === 'NOTHING_TO_UNDO') return mayBeForgotten(state, operation, seen);
  return LACKING.has(code) && mayLack(state, operation, seen);
}

/** For people. */
export function formatDone({ operation, outcome }: Done): string {
  const { kind } = operation;
  if (outcome.kind === 'done') return `${kind}: ${JSON.stringify(outcome.value)}`;
  return `${kind}: ${codeOf(outcome.error) ?? String(outcome.error)}`;
}

/** The code of a typed error. */
export function codeOf(error: unknown): string | undefined {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** Whether some snapshot that labels are asked to go to may lack something, so that they may be refused to. */
function mayLack(state: LabelState, operation: Operation, { model, words }: Seen): boolean {
  if (operation.kind !== 'labels' && operation.kind !== 'batch') return false;
  return operation.asks.some((ask) => {
    const { request } = words.modelled(ask);
    const id =
      'id' in request ? request.id : request.verb === 'undo' ? valueBefore(state, ask.name)?.old : undefined;
    return id !== undefined && !model.historyOf(id).every((each) => model.isWhole(each));
  });
}

/** Whether what is to be undone may be so long ago that the log does not tell of it any more. */
function mayBeForgotten(state: LabelState, operation: Operation, { model, timeSeconds }: Seen): boolean {
  if (operation.kind !== 'labels' && operation.kind !== 'batch') return false;
  return operation.asks.some(({ verb, name }) => {
    const move = verb === 'undo' ? valueBefore(state, name) : undefined;
    return move !== undefined && !model.isInLog(move.timeSeconds, timeSeconds);
  });
}
