/** Where another store is, as people write it: a folder, `http(s)://…`, `ssh://…` or `HOST:PATH`. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { escapeText } from '../bytes/text.ts';
import { InvalidInputError } from '../errors/errors.ts';

export type Address = FolderAddress | HttpAddress | SshAddress;

export interface FolderAddress {
  readonly kind: 'folder';
  /** Absolute. */
  readonly path: string;
}

export interface HttpAddress {
  readonly kind: 'http';
  /** Without user, query, fragment, and slash at its end. */
  readonly base: URL;
}

/** None of its parts can be taken for an option. */
export interface SshAddress {
  readonly kind: 'ssh';
  readonly user: string | undefined;
  /** A name, an address, or an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number | undefined;
  /** At the other end; one that is not absolute starts where the user's shell does. */
  readonly path: string;
}

const MAX_LENGTH = 4096;
const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
const IPV6 = /^[0-9A-Fa-f:.]+(?:%[A-Za-z0-9._-]+)?$/;
const SSH_URL = /^ssh:\/\/(?:([^@/]*)@)?(?:\[([^\]/]*)\]|([^:/[\]]*))(?::(\d{1,5}))?(\/.*)$/s;
const SSH_WORDS = /^(?:([^@/:]*)@)?(?:\[([^\]/]*)\]|([^:/[\]]*)):(.+)$/s;
const CONTROL = /[\0-\x1f\x7f]/;

/**
 * @param text whatever has `://` is a URL; else what has a colon before its first slash is `HOST:PATH`, but for the
 * letter of a drive on Windows; anything else is a folder
 * @throws InvalidInputError `URL_INVALID`
 */
export function parseAddress(text: string): Address {
  if (text === '' || text.length > MAX_LENGTH || CONTROL.test(text)) throw invalid(text, 'it names nothing');
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1]?.toLowerCase();
  if (scheme === 'http' || scheme === 'https') return httpAddress(text);
  if (scheme === 'ssh') return sshAddress(text, SSH_URL.exec(text));
  if (scheme === 'file') return { kind: 'folder', path: pathOf(text) };
  if (scheme !== undefined) throw invalid(text, `'${scheme}' is no way to a store`);
  const isDrive = process.platform === 'win32' && /^[A-Za-z]:/.test(text);
  if (isDrive || !/^[^/]*:/.test(text)) return { kind: 'folder', path: resolve(text) };
  const [whole, user, ipv6, host, path] = SSH_WORDS.exec(text) ?? [];
  return sshAddress(text, whole === undefined ? null : [whole, user, ipv6, host, undefined, path]);
}

/** The address as a URL, or as a path; without secrets, safe to show. */
export function formatAddress(address: Address): string {
  switch (address.kind) {
    case 'folder':
      return address.path;
    case 'http':
      return address.base.href;
    case 'ssh': {
      const { user, host, port, path } = address;
      const place = `${user === undefined ? '' : `${user}@`}${host.includes(':') ? `[${host}]` : host}`;
      const isAbsolute = path.startsWith('/');
      if (port === undefined && !isAbsolute) return `${place}:${path}`;
      return `ssh://${place}${port === undefined ? '' : `:${port}`}${isAbsolute ? '' : '/~/'}${path}`;
    }
  }
}

function httpAddress(text: string): HttpAddress {
  const base = /^https?:\/\/[^/]/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (base === undefined) throw invalid(text, 'it is no URL');
  if (base.username !== '' || base.password !== '')
    throw new InvalidInputError('URL_INVALID', 'a URL with a user or a password in it is not used', {
      hint: 'leave it out of the URL, and put a token into CAS_TOKEN',
    });
  if (base.search !== '' || base.hash !== '') throw invalid(text, 'it has a query, or a fragment');
  base.pathname = base.pathname.replace(/\/+$/, '');
  return { kind: 'http', base };
}

function sshAddress(text: string, match: readonly (string | undefined)[] | null): SshAddress {
  if (match === null) throw invalid(text, 'it has no host, or no path');
  const [, user, ipv6, name, portText, written = ''] = match;
  const host = ipv6 ?? name ?? '';
  if (user !== undefined && !NAME.test(user)) throw invalid(text, 'its user is none');
  if (!(ipv6 === undefined ? NAME : IPV6).test(host)) throw invalid(text, 'its host is none');
  const port = portText === undefined ? undefined : Number(portText);
  if (port === 0 || (port ?? 0) > 65_535) throw invalid(text, 'its port is none');
  const path = written.replace(/^\/~\//, ''); // from where the user's shell starts
  if (path === '') throw invalid(text, 'its path is none');
  return { kind: 'ssh', user, host, port, path };
}

function pathOf(text: string): string {
  try {
    return fileURLToPath(text);
  } catch (error) {
    throw invalid(text, 'it names no folder of this machine', error);
  }
}

function invalid(text: string, problem: string, cause?: unknown): InvalidInputError {
  const isUrl = text.includes('://');
  const secretless = isUrl ? text.replace(/^(\w+:\/\/)[^@/]*@/, '$1').replace(/[?#].*/s, '…') : text;
  const shown = escapeText(secretless.length > 200 ? `${secretless.slice(0, 200)}…` : secretless);
  return new InvalidInputError('URL_INVALID', `'${shown}' leads to no store: ${problem}`, {
    hint: "give a folder, 'http(s)://HOST/s/NAME', 'ssh://[USER@]HOST/PATH' or '[USER@]HOST:PATH'",
    cause,
  });
}
