/** Sets of members, as a store should hold them. */
import type { ObjectId } from '../../../src/hash/object-id.ts';
import type { Member, MemberEdit } from './operation.ts';

/** What is at a path; a folder has no content. */
export interface ModelMember {
  readonly kind: 'file' | 'executable' | 'folder';
  /** The number of its content; -1 of a folder. */
  readonly content: number;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Members by their paths. */
export type ModelSet = ReadonlyMap<string, ModelMember>;

const FOLDER: ModelMember = { kind: 'folder', content: -1, attributes: {} };

export function setOf(members: readonly Member[]): ModelSet {
  const set = new Map<string, ModelMember>();
  for (const member of members) put(set, member);
  return set;
}

/** The set after edits, or the code of the error. */
export function editedSet(before: ModelSet | undefined, edits: readonly MemberEdit[]): ModelSet | string {
  if (before === undefined && edits.some(({ verb }) => verb !== 'put')) return 'LABEL_NOT_FOUND';
  const set = new Map(before);
  for (const edit of edits) {
    const path = edit.verb === 'put' ? edit.member.path : edit.path;
    const there = before?.get(path);
    if (edit.verb === 'put') put(set, edit.member);
    else if (there === undefined) return 'PATH_NOT_FOUND';
    else if (edit.verb === 'remove') set.delete(path);
    else set.set(path, { ...there, attributes: definedOf({ ...there.attributes, ...edit.values }) });
  }
  return set;
}

/** The same text for the same set: a line a member. @param idOf of the content of a number */
export function formatSet(set: ModelSet, idOf: (content: number) => ObjectId): string {
  const lines = Array.from(set, ([path, { kind, content, attributes }]) =>
    formatMember(path, {
      kind,
      id: content < 0 ? '' : idOf(content),
      attributes: Object.entries(attributes),
    }),
  );
  return lines.sort().join('\n');
}

/** A line of {@link formatSet}. */
export function formatMember(
  path: string,
  {
    kind,
    id,
    attributes,
  }: { readonly kind: string; readonly id: string; readonly attributes: Iterable<readonly [string, string]> },
): string {
  const pairs = Array.from(attributes, ([key, value]) => `${key}=${value}`);
  return [path, kind, kind === 'folder' ? '' : id, ...pairs.sort()].join(' ');
}

function put(set: Map<string, ModelMember>, { path, kind, content, attributes }: Member): void {
  for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) {
    const folder = path.slice(0, at);
    if (!set.has(folder)) set.set(folder, FOLDER);
  }
  set.set(path, { kind, content, attributes });
}

function definedOf(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}
