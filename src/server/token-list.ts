/**
 * Who may ask a store over the network: `.cas/tokens`.
 *
 *   cas-tokens 1 LF
 *   <name> SP <read|write> SP <digest> (SP <pattern>)* LF     ascending by name
 *
 * `<digest>` is the SHA-256 of the token in hex; the token itself is kept nowhere: it is `cas_` and 32 random bytes in
 * base64url. A pattern is the name of a label, in which `*` stands for any characters or none; without any, the token
 * is for all that the store has.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { decodeText, encodeText } from '../bytes/text.ts';
import { CorruptError, InvalidInputError } from '../errors/errors.ts';
import { isLabelName } from '../label/name.ts';

/** What a token is good for. */
export type TokenScope = 'read' | 'write';

/** A token that there is, without what would let anybody use it. */
export interface KnownToken {
  /** 1 to 64 letters, digits, `.`, `_` and `-`. */
  readonly name: string;
  /** `write` is to read, too. */
  readonly scope: TokenScope;
  /** Which labels, with `*` for any characters. Empty: all of the store. */
  readonly labels: readonly string[];
}

/** A token as the file has it. */
export interface ListedToken extends KnownToken {
  /** SHA-256 of it, in hex. */
  readonly digest: string;
}

const FIRST_LINE = 'cas-tokens 1\n';
const LINE = /^([A-Za-z0-9][A-Za-z0-9._-]{0,63}) (read|write) ([0-9a-f]{64})((?: [^ ]+)*)$/;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const TOKEN_BYTES = 32;
/** No token is longer, and nothing longer is hashed. */
const MAX_TOKEN_CHARACTERS = 200;
export const MAX_TOKENS_BYTES: number = 2 ** 20;

/** A token that nobody can guess. */
export function makeToken(): string {
  return `cas_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
}

export function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export function encodeTokens(tokens: Iterable<ListedToken>): Uint8Array {
  const sorted = [...tokens].sort((left, right) => (left.name < right.name ? -1 : 1));
  const lines = sorted.map(
    ({ name, scope, digest, labels }) => `${[name, scope, digest, ...labels].join(' ')}\n`,
  );
  return encodeText(`${FIRST_LINE}${lines.join('')}`);
}

/** @throws CorruptError `TOKENS_INVALID` */
export function decodeTokens(bytes: Uint8Array): ListedToken[] {
  const text = decodeText(bytes);
  if (text?.startsWith(FIRST_LINE) !== true || !text.endsWith('\n')) throw invalidTokens();
  const lines = text.slice(FIRST_LINE.length).split('\n').slice(0, -1);
  return lines.map((line) => {
    const [, name, scope, digest, patterns = ''] = LINE.exec(line) ?? [];
    if (name === undefined || digest === undefined) throw invalidTokens();
    const labels = patterns.split(' ').slice(1);
    if (!labels.every(isPattern)) throw invalidTokens();
    return { name, scope: scope === 'write' ? 'write' : 'read', digest, labels };
  });
}

/** The one that `token` is. All are compared, and each to its end, so that time tells nothing. */
export function findToken(tokens: readonly ListedToken[], token: string): ListedToken | undefined {
  if (token.length > MAX_TOKEN_CHARACTERS) return undefined;
  const digest = createHash('sha256').update(token).digest();
  let found: ListedToken | undefined;
  for (const listed of tokens) if (timingSafeEqual(Buffer.from(listed.digest, 'hex'), digest)) found = listed;
  return found;
}

/** @throws InvalidInputError `TOKEN_INVALID` for a name or a pattern that cannot be one */
export function checkKnownToken({ name, labels }: KnownToken): void {
  if (!NAME.test(name)) throw invalidToken(`'${name.slice(0, 100)}' cannot be the name of a token`);
  const wrong = labels.find((pattern) => !isPattern(pattern));
  if (wrong !== undefined) throw invalidToken(`no label can be like '${wrong.slice(0, 300)}'`);
}

function isPattern(text: string): boolean {
  return text.length <= 255 && isLabelName(text.replaceAll('*', 'x'));
}

function invalidToken(problem: string): InvalidInputError {
  return new InvalidInputError('TOKEN_INVALID', problem, {
    hint: "take letters and digits for the name, and labels such as 'team/*'",
  });
}

function invalidTokens(): CorruptError {
  return new CorruptError('TOKENS_INVALID', "the store's list of tokens cannot be read", {
    hint: "mend the file 'tokens' in the store, or remove it and make new ones with 'cas serve token add'",
  });
}
