/**
 * Revisions: text that names an object.
 *
 *   revision  = base step* [":" path]
 *   base      = label | id | prefix | SRI | alias
 *   id        = ["sha256:"] 64 hex digits; prefix = 4 to 63 of them; SRI = "sha256-" base64
 *   alias     = ("sha1" | "md5" | "sha512" | "git") ":" hex digits, or an SRI: ("sha1" | "md5" | "sha512") "-" base64
 *   step      = "~" [N]          N parents back along the first parents; 1 where N is left out
 *             | "@{" N "}"       what a label was N changes ago
 *             | "@{" time "}"    what it was then: YYYY-MM-DD (the end of that day) or YYYY-MM-DDTHH:MM:SSZ, UTC
 *
 * In a path `%XX` is a byte. A `@{…}` comes first, right after a label.
 */
import { parseName } from '../bytes/text.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { type Alias, findAlias } from '../hash/alias-hash.ts';
import { findIntegrityId, findObjectId, type ObjectId } from '../hash/object-id.ts';
import { parseTime } from '../object/timestamp.ts';
import { parsePath } from '../object/tree-entry.ts';

export type RevisionBase =
  | { readonly kind: 'id'; readonly id: ObjectId }
  /** A label, or where there is none of this name and it is hex, the beginning of an id. */
  | { readonly kind: 'name'; readonly name: string }
  | ({ readonly kind: 'alias' } & Alias);

export type RevisionTime =
  | { readonly kind: 'changes'; readonly count: number }
  | { readonly kind: 'time'; readonly seconds: number };

export interface Revision {
  readonly base: RevisionBase;
  readonly when: RevisionTime | undefined;
  /** How many parents back. */
  readonly generations: number;
  /** `undefined` where there is no `:`; `[]` for the root. */
  readonly path: readonly Uint8Array[] | undefined;
}

/** What a colon follows that begins no path. */
const HASH_NAME: RegExp = /^(sha256|sha1|md5|sha512|git):/;
const ALIAS_NAME: RegExp = /^(sha1|md5|sha512|git):/;
/** Of an SRI by the one hash that pages use, and stores do not keep. */
const SHA384: RegExp = /^sha384-[A-Za-z0-9+/]{64}$/;
const MAX_COUNT = 1_000_000_000;

/** @throws InvalidInputError `REVISION_INVALID`, `PATH_INVALID` */
export function parseRevision(text: string): Revision {
  const { name, when, back, path } = cutRevision(text);
  const base = parseBase(name, text);
  if (when !== undefined && base.kind !== 'name') throw invalid(text, "'@{…}' stands only after a label");
  return {
    base,
    when: when === undefined ? undefined : parseWhen(when, text),
    generations: countGenerations(back, text),
    path: path === undefined ? undefined : parsePath(parseName(path)),
  };
}

interface Cut {
  readonly name: string;
  readonly when: string | undefined;
  readonly back: string;
  readonly path: string | undefined;
}

/** By the first of each mark, so that a text of any length is cut in one pass; a time has colons of its own. */
function cutRevision(text: string): Cut {
  const start = HASH_NAME.exec(text)?.[0].length ?? 0;
  const firstColon = text.indexOf(':', start);
  const opening = text.indexOf('@{', start);
  const hasWhen = opening >= 0 && (firstColon < 0 || opening < firstColon);
  const closing = hasWhen ? text.indexOf('}', opening) : start;
  if (closing < 0) throw invalid(text, "'@{' has no '}'");
  const colon = text.indexOf(':', closing);
  const head = colon < 0 ? text : text.slice(0, colon);
  const tilde = head.indexOf('~', closing);
  const end = tilde < 0 ? head.length : tilde;
  const name = head.slice(0, hasWhen ? opening : end);
  if (hasWhen && (end !== closing + 1 || name.includes('~')))
    throw invalid(text, "'@{…}' stands right after a label");
  return {
    name,
    when: hasWhen ? head.slice(opening + 2, closing) : undefined,
    back: head.slice(end),
    path: colon < 0 ? undefined : text.slice(colon + 1),
  };
}

function parseBase(name: string, text: string): RevisionBase {
  const id = findObjectId(name) ?? findIntegrityId(name);
  if (id !== undefined) return { kind: 'id', id };
  const alias = findAlias(name);
  if (alias !== undefined) return { kind: 'alias', ...alias };
  if (name === '') throw invalid(text, 'it names nothing');
  if (ALIAS_NAME.test(name)) throw invalid(text, 'it is no whole hash');
  if (SHA384.test(name)) {
    throw new InvalidInputError('REVISION_INVALID', `not a revision: '${name}': no store knows SHA-384`, {
      hint: "name it by its SHA-256, which every store knows, or by 'sha512-…' or 'sha1-…' where they are kept",
    });
  }
  return { kind: 'name', name };
}

function parseWhen(when: string, text: string): RevisionTime {
  if (/^[0-9]{1,9}$/.test(when)) return { kind: 'changes', count: Number(when) };
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(when);
  const seconds = parseTime(isDay ? `${when}T23:59:59Z` : when);
  if (seconds === undefined) throw invalid(text, `'@{${when.slice(0, 40)}}' is no count, day or time`);
  return { kind: 'time', seconds };
}

function countGenerations(back: string, text: string): number {
  if (!/^(~[0-9]*)*$/.test(back)) throw invalid(text, "only digits may follow '~'");
  let sum = 0;
  for (const [, digits] of back.matchAll(/~([0-9]*)/g)) sum += digits === '' ? 1 : Number(digits);
  if (!(sum <= MAX_COUNT)) throw invalid(text, 'it goes too far back');
  return sum;
}

function invalid(text: string, fault: string): InvalidInputError {
  return new InvalidInputError('REVISION_INVALID', `not a revision: '${text.slice(0, 200)}': ${fault}`, {
    hint: "write a label, an id, 'label~2', 'label@{3}' or 'label@{2026-01-31}', and ':path' behind it for a part",
  });
}
