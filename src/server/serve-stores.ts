/** Stores over http: for other stores, for browsers and for anything that reads URLs. */
import { contextOf, type OpenOptions } from '../api/open.ts';
import { InvalidInputError } from '../errors/errors.ts';
import type { TlsFiles } from './http-server.ts';
import type { ServerLimits } from './limits.ts';
import type { StoreServer } from './listening.ts';

/** What is served, to whom, and within which limits. */
export interface ServeOptions extends OpenOptions {
  /** An address of this machine. @default '127.0.0.1', which nobody else can reach */
  readonly host?: string;
  /** 0 takes any that is free. @default 0 */
  readonly port?: number;
  /** `write`: labels may be pushed, by who has a token for that, or by all where a store has none. @default 'read' */
  readonly access?: 'read' | 'write';
  /** Whether all labels may be read without a token. @default of stores that never had a token */
  readonly publicRead?: boolean;
  /** Speaks https. @default http */
  readonly tls?: TlsFiles;
  readonly limits?: Partial<ServerLimits>;
  /** Takes a line for each request, without its end. @default nobody */
  readonly log?: (line: string) => void;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/;

/**
 * Serves the stores in folders by names, which urls have: 1 to 64 letters, digits, `.`, `_` and `-`.
 *
 * @throws InvalidInputError `STORE_NAME_INVALID`, `TLS_INVALID` @throws RefusedError `TOKENS_MISSING` where anybody could
 *   write @throws SystemError `LISTEN_FAILED` @throws as `openStore`
 */
export async function serveStores(
  folders: Readonly<Record<string, string>>,
  options: ServeOptions = {},
): Promise<StoreServer> {
  const { host = '127.0.0.1', port = 0, access = 'read', publicRead = false, tls, limits, log } = options;
  for (const name of Object.keys(folders)) checkName(name);
  const { openListening } = await import('./listening.ts'); // what it needs takes time to load
  const isLoopback = LOOPBACK.test(host);
  return openListening(folders, await contextOf(options), {
    host,
    port,
    rules: { mayWrite: access === 'write', publicRead },
    guardsHost: isLoopback && !publicRead,
    needsTokens: access === 'write' && !isLoopback,
    ...(tls && { tls }),
    limits: limits ?? {},
    log: log ?? (() => undefined),
  });
}

function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw new InvalidInputError('STORE_NAME_INVALID', `no store can be served as '${name.slice(0, 100)}'`, {
    hint: 'take 1 to 64 letters and digits, and . _ - behind the first: NAME=FOLDER',
  });
}
