/** Where labels go when they come from elsewhere: forward along their history, unless somebody insists. */
import { ConflictError } from '../errors/errors.ts';
import { type Horizon, isAbsence, walkHistory } from '../graph/history.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { checkMovable, type LabelEdit } from '../label/edit.ts';
import type { Label } from '../label/label.ts';
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

export interface JudgeContext {
  /** What is here and what has arrived. */
  readonly objects: ObjectReader;
  readonly horizon: Horizon;
  /** What labels are now, by name. */
  readonly labels: ReadonlyMap<LabelName, Label>;
  /** `force` moves labels that are protected, or would not go forward. */
  readonly conflicts: 'refuse' | 'force';
}

/**
 * @throws ConflictError `NOT_FAST_FORWARD` where a label would lose what it is
 * @throws RefusedError `LABEL_PROTECTED`
 */
export async function judgeLabels(
  received: readonly BundledLabel[],
  context: JudgeContext,
): Promise<ReceivedLabel[]> {
  const judged: ReceivedLabel[] = [];
  for (const { name, id } of received) {
    const label = context.labels.get(name);
    if (label?.id !== id)
      checkMovable(label, { name, expect: { kind: 'any' }, force: context.conflicts === 'force' });
    judged.push({ name, before: label?.id, after: id, kind: await judge(label, id, context) });
  }
  return judged;
}

/** What makes them so, where nobody else was at them meanwhile. */
export function editsFor(
  judged: readonly ReceivedLabel[],
  conflicts: JudgeContext['conflicts'],
): LabelEdit[] {
  return judged
    .filter(({ kind }) => kind !== 'unchanged')
    .map(({ name, before, after }) => ({
      name,
      expect: before === undefined ? { kind: 'absent' } : { kind: 'id', id: before },
      action: { kind: 'set', id: after },
      force: conflicts === 'force',
    }));
}

async function judge(
  label: Label | undefined,
  id: ObjectId,
  { objects, horizon, conflicts }: JudgeContext,
): Promise<ReceivedLabel['kind']> {
  if (label === undefined) return 'created';
  if (label.id === id) return 'unchanged';
  if (await isAncestor(objects, { ancestor: label.id, of: id, horizon })) return 'forwarded';
  if (conflicts === 'force') return 'forced';
  throw new ConflictError(
    'NOT_FAST_FORWARD',
    `label '${label.name}' is at '${label.id}', which '${id}' does not follow`,
    {
      hint: 'bring both together first, or replace it with --force',
    },
  );
}

async function isAncestor(
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
