/** Brings labels of this store forward to where another store has them, as it was last heard of. */

import { isAncestor } from '../bundle/received-labels.ts';
import { ConflictError, InvalidInputError, RefusedError } from '../errors/errors.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { LabelEdit } from '../label/edit.ts';
import type { LabelName } from '../label/name.ts';
import { readHorizon } from '../store/horizon.ts';
import type { Repository } from '../store/repository.ts';
import { updateLabels } from '../store/update-labels.ts';
import type { BundledLabel } from '../wire/bundle-header.ts';

/** What became of a label of this store. */
export interface AdvancedLabel {
  readonly name: LabelName;
  /** What it was; `undefined` where there was none. */
  readonly before: ObjectId | undefined;
  /** What the other store has. */
  readonly there: ObjectId;
  /** `ahead`: it has what the other store has in its history. `diverged`, `refused`: it stays as it was. */
  readonly kind: 'created' | 'forwarded' | 'unchanged' | 'ahead' | 'diverged' | 'refused';
  /** Why it was refused, or that both have changed. */
  readonly problem?: string;
}

export interface AdvanceOptions {
  /** Who asks, for the label log. */
  readonly who: string;
  /** Why, for the label log. */
  readonly reason: string;
}

/** Each label for itself: one that cannot go forward stays, and is told; never is one resolved by overwriting. */
export async function advanceLabels(
  repository: Repository,
  theirs: readonly BundledLabel[],
  options: AdvanceOptions,
): Promise<AdvancedLabel[]> {
  const judged: AdvancedLabel[] = [];
  for (const label of theirs) judged.push(await judge(repository, label));
  const movable = judged.filter(({ kind }) => kind === 'created' || kind === 'forwarded');
  if (movable.length === 0) return judged;
  try {
    await updateLabels(repository, movable.map(editFor), options);
    return judged;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return oneByOne(repository, judged, options);
  }
}

async function judge(repository: Repository, { name, id }: BundledLabel): Promise<AdvancedLabel> {
  const { labels, files, layout, named } = repository;
  const before = (await labels.get(name))?.id;
  const label = { name, before, there: id };
  if (before === undefined) return { ...label, kind: 'created' };
  if (before === id) return { ...label, kind: 'unchanged' };
  const horizon = await readHorizon(files, layout.horizon);
  if (await isAncestor(named, { ancestor: before, of: id, horizon })) return { ...label, kind: 'forwarded' };
  if (await isAncestor(named, { ancestor: id, of: before, horizon })) return { ...label, kind: 'ahead' };
  return { ...label, kind: 'diverged', problem: 'both have changed it' };
}

/** All at once was refused: those that can go forward do, the others say why not. */
async function oneByOne(
  repository: Repository,
  judged: readonly AdvancedLabel[],
  options: AdvanceOptions,
): Promise<AdvancedLabel[]> {
  const advanced: AdvancedLabel[] = [];
  for (const label of judged) {
    const isMovable = label.kind === 'created' || label.kind === 'forwarded';
    advanced.push(isMovable ? await moveOne(repository, label, options) : label);
  }
  return advanced;
}

async function moveOne(
  repository: Repository,
  label: AdvancedLabel,
  options: AdvanceOptions,
): Promise<AdvancedLabel> {
  try {
    await updateLabels(repository, [editFor(label)], options);
    return label;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { ...label, kind: 'refused', problem: error.message };
  }
}

function editFor({ name, before, there }: AdvancedLabel): LabelEdit {
  const expect: LabelEdit['expect'] = before === undefined ? { kind: 'absent' } : { kind: 'id', id: before };
  return { name, expect, action: { kind: 'set', id: there } };
}

/** Protected, moved meanwhile, or in the way of another name. */
function isRefusal(error: unknown): error is ConflictError | RefusedError | InvalidInputError {
  return (
    (error instanceof ConflictError && error.code === 'LABEL_MOVED') ||
    (error instanceof RefusedError && error.code === 'LABEL_PROTECTED') ||
    (error instanceof InvalidInputError && error.code === 'LABEL_CLASH')
  );
}
