/** A store with labels of two teams, served, and ways to ask for it. */
import { once } from 'node:events';

import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  collectBytes,
  initStore,
  type ServeOptions,
  type Store,
  type StoreServer,
  serveStores,
} from '../../src/index.ts';
import { commitFiles } from '../store/workshop.ts';

export interface Served extends AsyncDisposable {
  readonly store: Store;
  readonly server: StoreServer;
  /** Of the log of the server. */
  readonly lines: readonly string[];
}

/** A store with `team/a` and `other/b`, each of one file, served as `site`. */
export async function serveTeams(options: ServeOptions = {}): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), 'caskit-teams-'));
  const store = await initStore(folder, { who: 'ann' });
  await commitFiles(store, 'team/a', { 'a.txt': 'of the team\n', 'long.txt': 'long\n'.repeat(400_000) });
  await commitFiles(store, 'other/b', { 'b.txt': 'of others\n' });
  const lines: string[] = [];
  const server = await serveStores({ site: folder }, { log: (line) => lines.push(line), ...options });
  const dispose = async (): Promise<void> => {
    await server.close();
    await store.close();
    await rm(folder, { recursive: true });
  };
  return { store, server, lines, [Symbol.asyncDispose]: dispose };
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Uint8Array | string;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** As `fetch`, which would decode what came, and follow where it leads. */
export async function ask(
  url: string,
  { method = 'GET', headers = {}, body }: Asking = {},
): Promise<Answered> {
  const asking = request(url, { method, headers: headers as never, agent: false }).end(body);
  asking.on('error', () => {}); // after an answer that came before all was sent
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  const bytes = await collectBytes(response);
  const text = new TextDecoder().decode(bytes);
  return { status: response.statusCode!, headers: response.headers as never, bytes, text };
}

/**
 * Sends bytes as they are, and reads what comes until the server ends it.
 *
 * @param waitMs for how long at most
 */
export async function speak(url: string, bytes: string | Uint8Array, waitMs = 5000): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((done) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
      done(text);
    };
    const timer = setTimeout(end, waitMs);
    socket.setEncoding('latin1').on('data', (piece: string) => {
      text += piece;
    });
    socket.on('error', end).on('close', end);
  });
}

/** The status of an answer that {@link speak} read; 0 where there was none. */
export function statusIn(text: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
}
