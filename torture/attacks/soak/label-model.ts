/** What labels are, were, and become, as the documentation of labels says it. */
import type { ObjectId } from '../../../src/hash/object-id.ts';

export interface ModelLabel {
  readonly id: ObjectId;
  readonly isProtected: boolean;
  readonly keep: string;
}

export type Book = ReadonlyMap<string, ModelLabel>;

/** A change of value of a label; times in seconds since 1970. */
export interface Move {
  readonly old: ObjectId | undefined;
  readonly new: ObjectId | undefined;
  readonly timeSeconds: number;
}

/** A label through all its names; it is over once another has its last name. */
export interface Lineage {
  readonly name: string;
  readonly keep: string;
  readonly moves: readonly Move[];
}

/** Labels at one moment, and all that they were. */
export interface LabelState {
  readonly book: Book;
  readonly lineages: readonly Lineage[];
  readonly ended: readonly Lineage[];
  /** Names that one label ever left to another, or took over. */
  readonly passedOn: ReadonlySet<string>;
  /** Of names that a label left for another one: as if it had been deleted there. */
  readonly left: ReadonlyMap<string, Move>;
}

export const NO_LABELS: LabelState = {
  book: new Map(),
  lineages: [],
  ended: [],
  passedOn: new Set(),
  left: new Map(),
};

/** What is asked of one label, its snapshots found. */
export type LabelRequest = {
  readonly name: string;
  /** What it has to be: a snapshot, or `none`; `undefined` asks nothing. */
  readonly expect: ObjectId | 'none' | undefined;
  readonly force: boolean;
} & (
  | { readonly verb: 'create' | 'move'; readonly id: ObjectId; readonly keep?: string }
  | { readonly verb: 'undo' | 'delete' | 'protect' | 'unprotect' }
  | { readonly verb: 'rename'; readonly to: string }
  | { readonly verb: 'keep'; readonly keep: string }
);

/** What comes of requests: a state, or one of the errors. */
export type Planned =
  | { readonly kind: 'done'; readonly state: LabelState; readonly hasChanged: boolean }
  | { readonly kind: 'refused'; readonly codes: ReadonlySet<string> };

/** All of the requests or none, each judged by the state before them. */
export function planRequests(
  state: LabelState,
  requests: readonly LabelRequest[],
  timeSeconds: number,
): Planned {
  const codes = new Set<string>();
  const after = new Map(state.book);
  const renames: Rename[] = [];
  const touched: string[] = [];
  for (const request of requests) {
    touched.push(
      request.name,
      ...(request.verb === 'rename' && request.to !== request.name ? [request.to] : []),
    );
    const label = state.book.get(request.name);
    for (const code of refusals(state, request, label)) codes.add(code);
    const next = changed(state, request, label);
    if (request.verb === 'rename' && request.to !== request.name && label !== undefined) {
      after.delete(request.name);
      after.set(request.to, label);
      renames.push({ from: request.name, to: request.to });
    } else if (next === undefined) after.delete(request.name);
    else after.set(request.name, next);
  }
  if (new Set(touched).size < touched.length) codes.add('LABEL_EDITED_TWICE');
  if (clashes(state.book, after)) codes.add('LABEL_CLASH');
  if (codes.size > 0) return { kind: 'refused', codes };
  return {
    kind: 'done',
    state: advance(state, after, renames, timeSeconds),
    hasChanged: !isSameBook(state.book, after),
  };
}

export function isSameBook(left: Book, right: Book): boolean {
  if (left.size !== right.size) return false;
  for (const [name, { id, isProtected, keep }] of left) {
    const other = right.get(name);
    if (other?.id !== id || other.isProtected !== isProtected || other.keep !== keep) return false;
  }
  return true;
}

/** The value before the last change of value of what has this name, or had it last. */
export function valueBefore({ lineages, left }: LabelState, name: string): Move | undefined {
  const lineage = lineages.find((lineage) => lineage.name === name);
  return lineage === undefined ? left.get(name) : lineage.moves.at(-1);
}

function refusals(state: LabelState, request: LabelRequest, label: ModelLabel | undefined): string[] {
  const { verb, expect, name, force } = request;
  const codes: string[] = [];
  if (expect === 'none' || (expect === undefined && verb === 'create')) {
    if (label !== undefined) codes.push('LABEL_MOVED');
  } else if (expect !== undefined) {
    if (label?.id !== expect) codes.push('LABEL_MOVED');
  } else if (label === undefined) codes.push('LABEL_NOT_FOUND');
  if (label === undefined && ['rename', 'protect', 'unprotect', 'keep'].includes(verb))
    codes.push('LABEL_NOT_FOUND');
  if (verb === 'undo' && valueBefore(state, name)?.old === undefined) codes.push('NOTHING_TO_UNDO');
  if (verb === 'rename' && request.to !== name && state.book.has(request.to)) codes.push('LABEL_MOVED');
  if (label?.isProtected === true && !force && movesValue(state, request, label))
    codes.push('LABEL_PROTECTED');
  return codes;
}

function movesValue(state: LabelState, request: LabelRequest, label: ModelLabel): boolean {
  switch (request.verb) {
    case 'create':
    case 'move':
      return request.id !== label.id;
    case 'undo':
      return valueBefore(state, request.name)?.old !== label.id;
    case 'rename':
      return request.to !== request.name;
    case 'delete':
      return true;
    case 'protect':
    case 'unprotect':
    case 'keep':
      return false;
  }
}

function changed(
  state: LabelState,
  request: LabelRequest,
  label: ModelLabel | undefined,
): ModelLabel | undefined {
  const { verb } = request;
  const fresh = { isProtected: false, keep: 'all' };
  switch (verb) {
    case 'create':
    case 'move':
      return {
        ...fresh,
        ...label,
        id: request.id,
        ...(request.keep !== undefined && { keep: request.keep }),
      };
    case 'undo': {
      const id = valueBefore(state, request.name)?.old;
      return id === undefined ? label : { ...fresh, ...label, id };
    }
    case 'delete':
      return undefined;
    case 'protect':
    case 'unprotect':
      return label && { ...label, isProtected: verb === 'protect' };
    case 'keep':
      return label && { ...label, keep: request.keep };
    case 'rename':
      return label;
  }
}

/** Whether a name that came stands in the way of another: as a folder of it, or as the same in another case. */
function clashes(before: Book, after: Book): boolean {
  const folded = [...after.keys()].map((name) => ({ name, fold: name.toLowerCase() }));
  return folded.some(
    ({ name, fold }) =>
      !before.has(name) &&
      folded.some(
        (other) =>
          other.name !== name &&
          (other.fold === fold || other.fold.startsWith(`${fold}/`) || fold.startsWith(`${other.fold}/`)),
      ),
  );
}

interface Rename {
  readonly from: string;
  readonly to: string;
}

function advance(state: LabelState, book: Book, renames: readonly Rename[], timeSeconds: number): LabelState {
  let { lineages, ended } = state;
  const left = new Map(state.left);
  for (const { from, to } of renames) {
    left.set(from, { old: state.book.get(from)!.id, new: undefined, timeSeconds });
    const replaced = lineages.filter(({ name }) => name === to);
    ended = [...ended, ...replaced];
    lineages = lineages
      .filter((lineage) => !replaced.includes(lineage))
      .map((lineage) => (lineage.name === from ? { ...lineage, name: to } : lineage));
  }
  const sources = new Map(renames.map(({ from, to }) => [to, from]));
  for (const name of new Set([...state.book.keys(), ...book.keys()])) {
    const old = state.book.get(sources.get(name) ?? name)?.id;
    const label = book.get(name);
    if (renames.some(({ from }) => from === name)) continue;
    const known = lineages.find((lineage) => lineage.name === name) ?? { name, keep: 'all', moves: [] };
    const moves = old === label?.id ? known.moves : [...known.moves, { old, new: label?.id, timeSeconds }];
    const next = { ...known, moves, keep: label?.keep ?? known.keep };
    lineages = [...lineages.filter((lineage) => lineage.name !== name), next];
  }
  const passedOn =
    renames.length === 0
      ? state.passedOn
      : new Set([...state.passedOn, ...renames.flatMap(({ from, to }) => [from, to])]);
  return { book, lineages, ended, passedOn, left };
}
