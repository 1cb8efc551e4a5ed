/** Edits of labels as data: each says what it changes, and what it expects to find. */
import { ConflictError, InvalidInputError, NotFoundError, RefusedError } from '../errors/errors.ts';
import { type ObjectId, parseObjectId } from '../hash/object-id.ts';
import type { LabelBook } from './book.ts';
import { formatKeep, KEEP_ALL, type Keep, parseKeep } from './keep.ts';
import type { Label } from './label.ts';
import { type LabelName, parseLabelName } from './name.ts';
import type { LabelChange } from './record.ts';

/** What an edit expects to find under its label's name when its turn comes. */
export type Expectation =
  | { readonly kind: 'any' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'present' }
  | { readonly kind: 'id'; readonly id: ObjectId };

export type LabelAction =
  /** Makes the label or moves it. What is left out stays as it was: of a new label, open, and keeping all. */
  | { readonly kind: 'set'; readonly id: ObjectId; readonly isProtected?: boolean; readonly keep?: Keep }
  /** Changes nothing where there is none. */
  | { readonly kind: 'delete' }
  /** Takes properties and history along. */
  | { readonly kind: 'rename'; readonly to: LabelName }
  | { readonly kind: 'protect' }
  | { readonly kind: 'unprotect' }
  | { readonly kind: 'keep'; readonly keep: Keep };

export interface LabelEdit {
  readonly name: LabelName;
  readonly expect: Expectation;
  readonly action: LabelAction;
  /** Also where the label is protected. @default false */
  readonly force?: boolean;
}

/**
 * What `edits` would change, in the order of a record: renames, then what is made or moved, then deletions.
 * Empty when all is so already. All are judged by the state before them, and names by the state after them.
 *
 * @throws ConflictError `LABEL_MOVED` when an expectation does not hold, or a rename leads to a label that is there
 * @throws NotFoundError `LABEL_NOT_FOUND` when there is no label where one is expected, or to rename, protect or keep
 * @throws RefusedError `LABEL_PROTECTED` when a protected label would move, be renamed or deleted unforced
 * @throws InvalidInputError `LABEL_EDITED_TWICE`, `LABEL_CLASH`, `LABEL_NAME_INVALID`, `ID_INVALID`, `KEEP_INVALID`
 */
export function planEdits(book: LabelBook, edits: readonly LabelEdit[]): LabelChange[] {
  checkNamedOnce(edits);
  const renames: LabelChange[] = [];
  const kept: LabelChange[] = [];
  const deletions: LabelChange[] = [];
  for (const edit of edits) {
    const label = book.get(edit.name);
    checkExpectation(edit.name, label, edit.expect);
    const { action } = edit;
    if (action.kind === 'rename' && action.to !== edit.name) checkAbsent(action.to, book.get(action.to));
    const changes = planEdit(edit, label);
    // A record tells a rename by its two lines side by side: no other deletion may stand before a new label.
    if (changes.length === 2) renames.push(...changes);
    else for (const change of changes) (change.new === undefined ? deletions : kept).push(change);
  }
  const changes = [...renames, ...kept, ...deletions];
  const added = changes.filter(({ old }) => old === undefined);
  const removed = changes.filter((change) => change.new === undefined);
  book.checkNames(added.map(nameOf), removed.map(nameOf));
  return changes;
}

function nameOf({ name }: LabelChange): LabelName {
  return name;
}

function checkNamedOnce(edits: readonly LabelEdit[]): void {
  const seen = new Set<string>();
  for (const { name, action } of edits) {
    const names = action.kind === 'rename' && action.to !== name ? [name, action.to] : [name];
    for (const each of names) {
      if (seen.has(parseLabelName(each))) {
        throw new InvalidInputError('LABEL_EDITED_TWICE', `label '${each}' is edited twice at once`, {
          hint: 'make one edit of it, or two transactions',
        });
      }
      seen.add(each);
    }
  }
}

/**
 * Asks of `label`, which is what `name` is now, whether a snapshot may be put there, before there is one.
 *
 * @throws as {@link planEdits} for the edit that would put it
 */
export function checkMovable(
  label: Label | undefined,
  { name, expect, force }: Omit<LabelEdit, 'action'>,
): void {
  checkExpectation(name, label, expect);
  if (label !== undefined) checkOpen(label, force);
}

function checkExpectation(name: LabelName, label: Label | undefined, expect: Expectation): void {
  switch (expect.kind) {
    case 'any':
      return;
    case 'absent':
      return checkAbsent(name, label);
    case 'present':
      if (label !== undefined) return;
      throw labelNotFound(name);
    case 'id': {
      if (label?.id === expect.id) return;
      const actual = label === undefined ? 'absent' : `at '${label.id}'`;
      throw new ConflictError('LABEL_MOVED', `label '${name}' is ${actual}, expected at '${expect.id}'`, {
        hint: 'read it again, then decide again',
      });
    }
  }
}

function checkAbsent(name: LabelName, label: Label | undefined): void {
  if (label === undefined) return;
  throw new ConflictError('LABEL_MOVED', `label '${name}' is there already, at '${label.id}'`, {
    hint: `choose another name, or move it with 'cas label move ${name} REV'`,
  });
}

/** The error for a label that must be there and is not. */
export function labelNotFound(name: LabelName): NotFoundError {
  return new NotFoundError('LABEL_NOT_FOUND', `label '${name}' not found`, { hint: "run 'cas labels'" });
}

/** Two changes, deletion first, for a rename; none where all is so already; else one. */
function planEdit(edit: LabelEdit, label: Label | undefined): LabelChange[] {
  const { name, action } = edit;
  if (action.kind === 'set') return planSet(edit, label, action);
  if (label === undefined) {
    if (action.kind === 'delete') return [];
    throw labelNotFound(name);
  }
  const { id, isProtected, keep } = label;
  switch (action.kind) {
    case 'delete':
      checkOpen(label, edit.force);
      return [{ name, old: id, new: undefined, isProtected, keep }];
    case 'rename':
      if (action.to === name) return [];
      checkOpen(label, edit.force);
      return [
        { name, old: id, new: undefined, isProtected, keep },
        { name: action.to, old: undefined, new: id, isProtected, keep },
      ];
    case 'protect':
      return changeTo(label, { ...label, isProtected: true });
    case 'unprotect':
      return changeTo(label, { ...label, isProtected: false });
    case 'keep':
      return changeTo(label, { ...label, keep: checkedKeep(action.keep) });
  }
}

function planSet(
  edit: LabelEdit,
  label: Label | undefined,
  action: LabelAction & { readonly kind: 'set' },
): LabelChange[] {
  const id = parseObjectId(action.id);
  if (label !== undefined && label.id !== id) checkOpen(label, edit.force);
  const { isProtected = label?.isProtected ?? false, keep = label?.keep ?? KEEP_ALL } = action;
  return changeTo(label, { name: edit.name, id, isProtected, keep: checkedKeep(keep) });
}

function changeTo(before: Label | undefined, after: Label): LabelChange[] {
  const { name, id, isProtected, keep } = after;
  const isSame =
    before?.id === id && before.isProtected === isProtected && formatKeep(before.keep) === formatKeep(keep);
  return isSame ? [] : [{ name, old: before?.id, new: id, isProtected, keep }];
}

function checkOpen({ name, isProtected }: Label, force = false): void {
  if (!isProtected || force) return;
  throw new RefusedError('LABEL_PROTECTED', `label '${name}' is protected`, {
    hint: `run 'cas label unprotect ${name}', or say '--force'`,
  });
}

function checkedKeep(keep: Keep): Keep {
  return parseKeep(formatKeep(keep));
}
