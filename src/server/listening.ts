/** A server on a port. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { RefusedError, SystemError } from '../errors/errors.ts';
import type { RepositoryContext } from '../store/repository.ts';
import type { AccessRules } from './access.ts';
import { HttpServer, type TlsFiles } from './http-server.ts';
import { type ServerLimits, USUAL_LIMITS } from './limits.ts';
import { Metrics } from './metrics.ts';
import { closeServedStores, openServedStores, type ServedStore } from './served-store.ts';

/** A server that listens; close it, or let `await using` do so. */
export interface StoreServer extends AsyncDisposable {
  /** Where it is, such as `http://127.0.0.1:8080`; the store `site` is at `/s/site`. */
  readonly url: string;
  /** Takes no new requests, lets those at work end within a bounded time, and closes the stores. */
  close(): Promise<void>;
}

/** Who comes in a crowd is kept until there is time; who is not tries again only after seconds. */
const BACKLOG = 4096;

export interface ListeningOptions {
  readonly host: string;
  readonly port: number;
  readonly rules: AccessRules;
  /** As a site has it. */
  readonly guardsHost: boolean;
  /** Whether each store must have tokens. */
  readonly needsTokens: boolean;
  readonly tls?: TlsFiles;
  readonly limits: Partial<ServerLimits>;
  readonly log: (line: string) => void;
}

/** @throws as `serveStores` */
export async function openListening(
  folders: Readonly<Record<string, string>>,
  context: RepositoryContext,
  options: ListeningOptions,
): Promise<StoreServer> {
  const places = Object.entries(folders).map(([name, folder]) => ({ name, folder }));
  const stores = await openServedStores(places, context);
  try {
    if (options.needsTokens) for (const store of stores.values()) await checkTokens(store);
    return await listen(stores, options);
  } catch (error) {
    await closeServedStores(stores);
    throw error;
  }
}

async function listen(
  stores: ReadonlyMap<string, ServedStore>,
  { host, port, rules, guardsHost, tls, limits, log }: ListeningOptions,
): Promise<StoreServer> {
  let origin = '';
  const http = new HttpServer(
    {
      stores,
      admits: rules,
      guardsHost,
      limits: { ...USUAL_LIMITS, ...limits },
      metrics: new Metrics(),
      origin: () => origin,
    },
    { log, ...(tls && { tls }) },
  );
  try {
    http.server.listen({ host, port, backlog: BACKLOG });
    await once(http.server, 'listening');
  } catch (error) {
    await http.close();
    throw listenFailed(`${host}:${port}`, error);
  }
  const address = http.server.address() as AddressInfo;
  origin = `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= http.close().then(() => closeServedStores(stores)));
  return { url: origin, close, [Symbol.asyncDispose]: close };
}

async function checkTokens(store: ServedStore): Promise<void> {
  if ((await store.tokens()) !== undefined) return;
  throw new RefusedError(
    'TOKENS_MISSING',
    `anybody who reaches this machine could write to '${store.name}'`,
    {
      hint: "make a token first, with 'cas serve token add', or leave --write out",
    },
  );
}

function listenFailed(place: string, cause: unknown): SystemError {
  const { code = 'unknown', message } = cause as NodeJS.ErrnoException;
  return new SystemError('LISTEN_FAILED', `cannot listen at '${place}': ${message}`, {
    hint: 'choose another --port, or --port 0 for any that is free',
    errno: code,
    cause,
  });
}
