/** Where labels go when they come from elsewhere: forward along their history, unless somebody insists. */
import { ConflictError } from '../errors/errors.ts';
import { type Horizon, isAbsence, walkHistory } from '../graph/history.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { LabelBook } from '../label/book.ts';
import { type LabelEdit, planEdits } from '../label/edit.ts';
import type { Label, LabelState } from '../label/label.ts';
import type { LabelName } from '../label/name.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import type { BundledLabel } from '../wire/bundle-header.ts';

/** What becomes of a label. */
export interface ReceivedLabel {
  readonly name: LabelName;
  /** `undefined` where there was none. */
  readonly before: ObjectId | undefined;
  readonly after: ObjectId;
  /** `forced`: what it was is not in the history of what it is. */
  readonly kind: 'created' | 'forwarded' | 'forced' | 'unchanged';
}

/** What must hold for labels to become what they are to be. */
export interface LabelTerms {
  /** `force` moves labels that are protected, or would not go forward. */
  readonly conflicts: 'refuse' | 'force';
  /** What a label that is received must be before, or `undefined`: not there. @default what it is found to be */
  readonly expect?: ReadonlyMap<LabelName, ObjectId | undefined>;
  /** Labels that go in the same turn, each with what it must be before. @default none */
  readonly remove?: ReadonlyMap<LabelName, ObjectId>;
}

export interface JudgeContext {
  /** What is here and what has arrived. */
  readonly objects: ObjectReader;
  readonly horizon: Horizon;
  /** What labels are. */
  readonly now: LabelState;
  readonly terms: LabelTerms;
}

/** What becomes of labels, and the edits that make them so, where nobody else is at them meanwhile. */
export interface JudgedLabels {
  readonly labels: readonly ReceivedLabel[];
  readonly edits: readonly LabelEdit[];
}

/**
 * @throws ConflictError `NOT_FAST_FORWARD` where a label would lose what it is, `LABEL_MOVED`
 * @throws RefusedError `LABEL_PROTECTED` @throws InvalidInputError `LABEL_CLASH`, `LABEL_EDITED_TWICE`
 */
export async function judgeLabels(
  received: readonly BundledLabel[],
  context: JudgeContext,
): Promise<JudgedLabels> {
  const { n, labels } = context.now;
  const edits = editsFor(received, context);
  planEdits(new LabelBook(n, labels.values()), edits);
  const judged: ReceivedLabel[] = [];
  for (const { name, id } of received) {
    const label = labels.get(name);
    judged.push({ name, before: label?.id, after: id, kind: await judge(label, id, context) });
  }
  return { labels: judged, edits };
}

function editsFor(received: readonly BundledLabel[], { now, terms }: JudgeContext): LabelEdit[] {
  const { expect, remove = [] } = terms;
  const force = terms.conflicts === 'force';
  const moves = received.map(({ name, id }): LabelEdit => {
    const before = expect?.has(name) === true ? expect.get(name) : now.labels.get(name)?.id;
    return {
      name,
      expect: before === undefined ? { kind: 'absent' } : { kind: 'id', id: before },
      action: { kind: 'set', id },
      force,
    };
  });
  const removals = Array.from(remove, ([name, id]): LabelEdit => {
    return { name, expect: { kind: 'id', id }, action: { kind: 'delete' }, force };
  });
  return [...moves, ...removals];
}

async function judge(
  label: Label | undefined,
  id: ObjectId,
  { objects, horizon, terms }: JudgeContext,
): Promise<ReceivedLabel['kind']> {
  if (label === undefined) return 'created';
  if (label.id === id) return 'unchanged';
  if (await isAncestor(objects, { ancestor: label.id, of: id, horizon })) return 'forwarded';
  if (terms.conflicts === 'force') return 'forced';
  throw new ConflictError(
    'NOT_FAST_FORWARD',
    `label '${label.name}' is at '${label.id}', which '${id}' does not follow`,
    {
      hint: 'bring both together first, or replace it with --force',
    },
  );
}

/** Whether `ancestor` is in the history of `of`, as far as that is here. */
export async function isAncestor(
  objects: ObjectReader,
  {
    ancestor,
    of,
    horizon,
  }: { readonly ancestor: ObjectId; readonly of: ObjectId; readonly horizon: Horizon },
): Promise<boolean> {
  try {
    for await (const { id } of walkHistory(objects, of, horizon)) if (id === ancestor) return true;
    return false;
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
}
