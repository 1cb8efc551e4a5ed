/** What operations do to contents: what has to be found from then on, and what need not be. */

import type { Model } from './model.ts';
import type { OpenedStore } from './open-store.ts';
import type { Harm, Operation } from './operation.ts';
import type { Done } from './orders.ts';

/** An operation, and through which store it was done. */
export interface DoneThrough extends Done {
  readonly opened: OpenedStore;
}

/** When and beside what it was done. */
export interface Circumstances {
  readonly model: Model;
  /** All that are open. */
  readonly everyone: readonly OpenedStore[];
  readonly nowMs: number;
  readonly isAlone: boolean;
  /** The number of the step. */
  readonly step: number;
  readonly harm: Harm | undefined;
}

/** The least that a setting asks a collection to leave alone. */
const LEAST_GRACE_MS: number = 60 * 60 * 1000;

/** What was flushed first, then what was put, for both may have been at once; collections and purges last. */
export function noteEffects(done: readonly DoneThrough[], circumstances: Circumstances): void {
  for (const each of done) if (each.outcome.kind === 'done') noteFlushed(each, circumstances);
  for (const each of done) notePut(each, circumstances);
  for (const each of done) noteTaken(each, done, circumstances);
}

/** What was put before is durable with it. */
function noteFlushed({ operation, outcome, opened }: DoneThrough, { model }: Circumstances): void {
  const { kind } = operation;
  const flushes = ['flush', 'commit', 'edit', 'batch', 'repack'].includes(kind);
  if (!flushes && !(kind === 'labels' && outcome.kind === 'done' && outcome.value === true)) return;
  for (const [content, putMs] of opened.waiting) {
    model.stored.set(content, putMs);
    model.purged.delete(content);
  }
  opened.waiting.clear();
}

/** What was put and flushed is no hole any more; perhaps also where it was not, or failed in the end. */
function notePut({ operation, outcome, opened }: DoneThrough, { model, nowMs }: Circumstances): void {
  const isDone = outcome.kind === 'done';
  if (isDone && operation.kind === 'put') opened.waiting.set(operation.content, nowMs);
  if (isDone && operation.kind === 'batch')
    for (const content of operation.contents) model.stored.set(content, nowMs);
  for (const content of contentsPut(operation)) {
    if (isDone && operation.kind !== 'put') model.purged.delete(content);
    else if (model.purged.has(content)) model.purged.set(content, { kind: 'perhaps' });
  }
}

function contentsPut(operation: Operation): number[] {
  if (operation.kind === 'put') return [operation.content];
  if (operation.kind === 'commit') return operation.members.map(({ content }) => content);
  if (operation.kind === 'edit')
    return operation.edits.flatMap((edit) => (edit.verb === 'put' ? [edit.member.content] : []));
  if (operation.kind !== 'batch') return [];
  const committed = operation.commits.flatMap(({ members }) => members.map(({ content }) => content));
  return [...operation.contents, ...committed];
}

function noteTaken(
  { operation, outcome, opened }: DoneThrough,
  done: readonly DoneThrough[],
  circumstances: Circumstances,
): void {
  const { model, everyone, nowMs, isAlone, step } = circumstances;
  if (operation.kind === 'gc' && operation.mode === 'collect') {
    const { graceMs = LEAST_GRACE_MS } = operation;
    model.collect({ graceMs, nowMs, waiting: everyone.map(({ waiting }) => waiting) });
  }
  if (operation.kind !== 'purge') return;
  const { content } = operation;
  if (outcome.kind === 'failed' && circumstances.harm === undefined) return;
  const isWaiting = everyone.some((other) => other.waiting.has(content));
  const isGone = outcome.kind === 'done' && isAlone && !isWaiting && done.length === 1;
  model.stored.delete(content);
  for (const { waiting } of everyone) waiting.delete(content);
  model.purged.set(content, isGone ? { kind: 'gone', by: opened, step } : { kind: 'perhaps' });
}
