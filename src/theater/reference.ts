/**
 * References to what stores hold, as text.
 *
 *   store://<store id>/hash/<40 hex digits>      a content
 *   store://<store id>/<label>                   what a label names
 *   store:hash:<40 hex digits>                   the same in the one store that there once was; only read
 *   store:<label>
 *
 * In a label of the first two `%XX` is a byte: control characters are written so, a `%` that would read as one, and the
 * slash of a label that begins with `hash/`. An id is as a folder may be named: no slash, no control character.
 */
import { decodeText, encodeText, formatName, parseName } from '../bytes/text.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { ContentRef, isContentHash } from './content-ref.ts';

/** What a reference says. */
export type Reference = HashReference | LabelReference;

/** Names a content. */
export interface HashReference {
  readonly kind: 'hash';
  /** Absent where there is only one store. */
  readonly storeId?: string;
  readonly ref: ContentRef;
}

/** Names a label, and so what it names. */
export interface LabelReference {
  readonly kind: 'label';
  /** Absent where there is only one store. */
  readonly storeId?: string;
  readonly label: string;
}

const SCHEME = 'store:';
const MAX_ID_BYTES = 255;
const BAD_ID = /^(?:$|\.)|[/\\\0-\x1f\x7f]/;

/** @throws InvalidInputError `REFERENCE_INVALID`, `STORE_ID_INVALID` */
export function parseReference(text: string): Reference {
  if (!text.startsWith(SCHEME)) throw invalid(text);
  if (!text.startsWith(`${SCHEME}//`)) return parseOld(text);
  const rest = text.slice(SCHEME.length + 2);
  const slash = rest.indexOf('/');
  if (slash < 0 || slash === rest.length - 1) throw invalid(text);
  const storeId = checkStoreId(rest.slice(0, slash));
  const path = rest.slice(slash + 1);
  if (path.startsWith('hash/')) return { kind: 'hash', storeId, ref: parseHash(path.slice(5), text) };
  const label = decodeText(parseName(path));
  if (label === undefined) throw invalid(text);
  return { kind: 'label', storeId, label };
}

/** The text that {@link parseReference} reads back. @throws InvalidInputError `REFERENCE_INVALID` without an id */
export function formatReference(reference: Reference): string {
  const { storeId } = reference;
  if (storeId === undefined) throw invalid(reference.kind);
  const start = `store://${checkStoreId(storeId)}/`;
  if (reference.kind === 'hash') return `${start}hash/${reference.ref.hash}`;
  const label = formatName(encodeText(reference.label));
  if (label === '') throw invalid(start);
  return start + label.replace(/^hash\//, 'hash%2F');
}

/**
 * An id as a store may have it.
 *
 * @throws InvalidInputError `STORE_ID_INVALID` for none, over 255 bytes, a dot at its start, a slash or a control character
 */
export function checkStoreId(id: string): string {
  if (!BAD_ID.test(id) && id.isWellFormed() && encodeText(id).length <= MAX_ID_BYTES) return id;
  throw new InvalidInputError('STORE_ID_INVALID', `no store can have the id '${shorten(id)}'`, {
    hint: 'choose one that a folder may have as its name, with no slash and no dot at its start',
  });
}

function parseOld(text: string): Reference {
  const rest = text.slice(SCHEME.length);
  if (rest.startsWith('hash:')) return { kind: 'hash', ref: parseHash(rest.slice(5), text) };
  if (rest === '') throw invalid(text);
  return { kind: 'label', label: rest };
}

function parseHash(hex: string, text: string): ContentRef {
  if (!isContentHash(hex)) throw invalid(text);
  return new ContentRef(hex);
}

function invalid(text: string): InvalidInputError {
  return new InvalidInputError('REFERENCE_INVALID', `'${shorten(text)}' is no reference to a store`, {
    hint: "write 'store://ID/hash/HASH', of 40 lower-case hex digits, or 'store://ID/LABEL'",
  });
}

function shorten(text: string): string {
  return formatName(encodeText(text.length > 100 ? `${text.slice(0, 100)}…` : text));
}
