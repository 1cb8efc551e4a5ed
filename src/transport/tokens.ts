/**
 * The token that a server wants, from CAS_TOKEN or from the user's file of tokens. A line of that file is a URL, a space
 * and a token; the token is for what lies at the URL and below it, and of several lines the longest URL wins. Lines that
 * begin with `#` say nothing.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { decodeText } from '../bytes/text.ts';
import { InvalidInputError, RefusedError } from '../errors/errors.ts';
import type { FileSystem } from '../files/file-system.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface TokenPlace {
  readonly environment: Environment;
  /** Where the user's file of tokens lies. */
  readonly files: FileSystem;
}

const MAX_FILE_BYTES: number = 2 ** 20;
/** As RFC 6750, section 2.1, spells tokens. */
const TOKEN = /^[A-Za-z0-9._~+/-]{1,4096}=*$/;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Where the user's file of tokens is. */
export function tokenFileOf(environment: Environment): string {
  const { XDG_CONFIG_HOME: xdg, APPDATA: roaming } = environment;
  const folder = process.platform === 'win32' ? roaming : xdg;
  return join(folder || join(environment['HOME'] || homedir(), '.config'), 'cas', 'tokens');
}

/**
 * The token for the store at `base`, or `undefined` where there is none.
 *
 * @throws RefusedError `TOKEN_EXPOSED` where others could read it: in the file, or on its way
 * @throws InvalidInputError `TOKEN_INVALID`
 */
export async function findToken(base: URL, place: TokenPlace): Promise<string | undefined> {
  const { environment } = place;
  const token = environment['CAS_TOKEN'] || (await tokenInFile(base, place));
  if (token === undefined) return undefined;
  if (!TOKEN.test(token))
    throw new InvalidInputError('TOKEN_INVALID', `what is given as the token for '${base.href}' is none`, {
      hint: 'take it over as it was shown: letters, digits, and -._~+/',
    });
  const isHidden = base.protocol === 'https:' || LOOPBACK.test(base.hostname);
  if (!isHidden && environment['CAS_INSECURE_TOKEN'] !== '1')
    throw new RefusedError('TOKEN_EXPOSED', `'${base.href}' would get its token over an open line`, {
      hint: 'use https, or set CAS_INSECURE_TOKEN=1 where nobody listens',
    });
  return token;
}

async function tokenInFile(base: URL, { environment, files }: TokenPlace): Promise<string | undefined> {
  const named = tokenFileOf(environment);
  if ((await files.stat(named)) === undefined) return undefined;
  const path = await files.realPath(named); // it may lie among others that are kept somewhere else
  const bytes = await files.readFile(path, MAX_FILE_BYTES);
  if (bytes === undefined) return undefined;
  const isOpen = process.platform !== 'win32' && ((await files.stat(path))?.mode ?? 0) & 0o077;
  if (isOpen)
    throw new RefusedError('TOKEN_EXPOSED', `other users may read '${path}'`, {
      hint: `close it: chmod 600 '${path}'`,
    });
  return findLine(decodeText(bytes) ?? '', base);
}

function findLine(text: string, base: URL): string | undefined {
  let best: { readonly length: number; readonly token: string } | undefined;
  for (const line of text.split(/\r?\n/)) {
    const [, prefix, token] = /^([^#\s]\S*)\s+(\S+)\s*$/.exec(line) ?? [];
    if (prefix === undefined || token === undefined || !covers(prefix, base)) continue;
    if (prefix.length > (best?.length ?? 0)) best = { length: prefix.length, token };
  }
  return best?.token;
}

function covers(prefix: string, base: URL): boolean {
  if (!URL.canParse(prefix)) return false;
  const { protocol, origin, pathname } = new URL(prefix);
  return (
    /^https?:$/.test(protocol) &&
    origin === base.origin &&
    asFolder(base.pathname).startsWith(asFolder(pathname))
  );
}

function asFolder(path: string): string {
  return path.replace(/\/*$/, '/');
}
