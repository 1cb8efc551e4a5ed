/** What a request is for, by its request target (RFC 9112, section 3.2). Names are bytes, as in a store. */
import { decodeText } from '../bytes/text.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { findNameFault } from '../object/tree-entry.ts';

export interface Target {
  /** The parts of the path, unescaped. */
  readonly names: readonly Uint8Array[];
  /** Whether it ends with `/`. */
  readonly isFolder: boolean;
  readonly query: URLSearchParams;
}

const ABSOLUTE = /^https?:\/\/[^/?#]*/i;
const ESCAPE = /^[0-9a-f]{2}$/i;
/** What may stand in a path as it is (RFC 3986, section 3.3), and a few that browsers leave as they are. */
const PLAIN = /^[\w\-.~!$&'()*+,;=:@[\]|^`{}"<>]$/;
const MAX_NAMES = 1010;

/**
 * @throws InvalidInputError `TARGET_INVALID` for a path with `..`, an empty part, or an escape that is none
 */
export function parseTarget(text: string): Target {
  const local = text.replace(ABSOLUTE, '') || '/';
  const [path = '', query = ''] = local.split(/\?(.*)/s);
  if (!path.startsWith('/')) throw invalidTarget();
  const parts = path.slice(1).split('/');
  const isFolder = parts.at(-1) === '';
  if (isFolder) parts.pop();
  if (parts.length > MAX_NAMES) throw invalidTarget();
  return { names: parts.map(parsePart), isFolder, query: new URLSearchParams(query) };
}

function parsePart(part: string): Uint8Array {
  const bytes: number[] = [];
  for (let at = 0; at < part.length; at++) {
    const character = part[at]!;
    const digits = part.slice(at + 1, at + 3);
    if (character === '%' && ESCAPE.test(digits)) {
      bytes.push(Number.parseInt(digits, 16));
      at += 2;
    } else if (PLAIN.test(character)) bytes.push(character.charCodeAt(0));
    else throw invalidTarget();
  }
  const name = Uint8Array.from(bytes);
  if (findNameFault(name) !== undefined) throw invalidTarget();
  return name;
}

/** One name for the path of a URL. */
export function escapePart(name: Uint8Array): string {
  return Array.from(name, (byte) => {
    const character = String.fromCharCode(byte);
    return /[\w\-.~]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

/** Names as text; `undefined` where one of them is none. */
export function textOf(names: readonly Uint8Array[]): readonly string[] | undefined {
  const texts = names.map(decodeText);
  return texts.every((text) => text !== undefined) ? (texts as string[]) : undefined;
}

function invalidTarget(): InvalidInputError {
  return new InvalidInputError('TARGET_INVALID', 'this path cannot be asked for', {
    hint: 'write each name as it is in the store, escaped as in any url',
  });
}
