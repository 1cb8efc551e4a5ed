/** What documents of lines have in common: `cas-<kind> 1 LF`, lines of words, an empty line. */
import { equalBytes } from '../bytes/compare.ts';
import { decodeText, encodeText } from '../bytes/text.ts';
import { CorruptError, RefusedError } from '../errors/errors.ts';
import { findObjectId, type ObjectId } from '../hash/object-id.ts';
import { isLabelName, type LabelName } from '../label/name.ts';

/** A kind of document, and how much of it is read. */
export interface DocumentKind {
  /** The first word of its first line, such as `cas-fetch`. */
  readonly name: string;
  /** What it is called in messages, such as `the request`. */
  readonly subject: string;
  readonly maxBytes: number;
}

/** What stands behind the first word. */
const VERSION = /^ [1-9]\d{0,7}\n/;
const NUMBER = /^(0|[1-9]\d{0,15})$/;
const DIGEST = /^[0-9a-f]{64}$/;

/** @param lines in their order, without their ends */
export function encodeLines(kind: DocumentKind, lines: readonly string[]): Uint8Array {
  return encodeText(`${kind.name} 1\n${lines.map((line) => `${line}\n`).join('')}\n`);
}

/**
 * Where lines end in `bytes`, their empty line included; what follows is none of theirs.
 *
 * @returns `undefined` where they do not end there
 */
export function findLinesEnd(bytes: Uint8Array): number | undefined {
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1))
    if (bytes[at + 1] === LF) return at + 2;
  return undefined;
}

const LF = 0x0a;

/**
 * The lines of a document, each as its words.
 *
 * @throws CorruptError `DOCUMENT_INVALID` @throws RefusedError `DOCUMENT_TOO_NEW` for one of another version
 */
export function decodeLines(kind: DocumentKind, bytes: Uint8Array): string[][] {
  const text = bytes.length > kind.maxBytes ? undefined : decodeText(bytes);
  if (text === undefined) throw invalidDocument(kind, 'it is no text, or too long');
  const first = `${kind.name} 1\n`;
  if (!text.startsWith(first)) {
    if (!text.startsWith(kind.name) || !VERSION.test(text.slice(kind.name.length, kind.name.length + 10)))
      throw invalidDocument(kind, `it does not begin with '${kind.name}'`);
    throw new RefusedError('DOCUMENT_TOO_NEW', `${kind.subject} is of a version that is not known here`, {
      hint: 'upgrade caskit at this end, or use an older one at the other',
    });
  }
  if (!text.endsWith('\n\n') && text !== `${first}\n`) throw invalidDocument(kind, 'it does not end');
  const lines = text.slice(first.length, -1).split('\n').slice(0, -1);
  return lines.map((line) => line.split(' '));
}

/** What was read must be what would be written: every document has one encoding. @throws CorruptError `DOCUMENT_INVALID` */
export function checkCanonical(kind: DocumentKind, bytes: Uint8Array, again: Uint8Array): void {
  if (!equalBytes(bytes, again)) throw invalidDocument(kind, 'its lines are out of order, or there twice');
}

/** @param problem what is wrong, for the message */
export function invalidDocument({ subject }: DocumentKind, problem: string): CorruptError {
  return new CorruptError('DOCUMENT_INVALID', `${subject} cannot be read: ${problem}`, {
    hint: 'try again; where it stays so, one of both ends is no caskit, or damaged',
  });
}

/** The words of lines as values, or an error that names the document. */
export class Words {
  readonly #kind: DocumentKind;

  constructor(kind: DocumentKind) {
    this.#kind = kind;
  }

  /** `sha256:` and 64 hex digits. */
  id(word: string | undefined): ObjectId {
    const id = word?.startsWith('sha256:') ? findObjectId(word) : undefined;
    return id ?? this.#fail('an id in it is none');
  }

  /** An id, or `-` for none. */
  idOrNone(word: string | undefined): ObjectId | undefined {
    return word === '-' ? undefined : this.id(word);
  }

  name(word: string | undefined): LabelName {
    return word !== undefined && isLabelName(word) ? word : this.#fail('a label in it has no name');
  }

  /** 0 to 2^53-1, in decimal. */
  number(word: string | undefined): number {
    const value = word !== undefined && NUMBER.test(word) ? Number(word) : Number.NaN;
    return Number.isSafeInteger(value) ? value : this.#fail('a number in it is none');
  }

  /** 64 hex digits. */
  digest(word: string | undefined): string {
    return word !== undefined && DIGEST.test(word) ? word : this.#fail('a digest in it is none');
  }

  /** For a line that is not as any should be. */
  unknown(): never {
    return this.#fail('a line of it cannot be read');
  }

  #fail(problem: string): never {
    throw invalidDocument(this.#kind, problem);
  }
}
