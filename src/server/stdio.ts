/** A store over two pipes, for who came by ssh and was asked there: the same requests, one connection. */
import { once } from 'node:events';
import { Duplex, type Readable, type Writable } from 'node:stream';
import { contextOf, type OpenOptions } from '../api/open.ts';

/** The name that the store has: `/s/store`. */
const NAME = 'store';

/** The pipes, and what is said of what goes through them. */
export interface StdioOptions extends OpenOptions {
  readonly input: Readable;
  readonly output: Writable;
  /** Takes a line for each request. @default nobody */
  readonly log?: (line: string) => void;
  /** Takes a line for each failure of this machine. @default nobody */
  readonly logFailure?: (line: string) => void;
}

/** Serves the store in `folder` until `input` ends, to somebody who may do all. @throws as `openStore` */
export async function serveStdio(folder: string, options: StdioOptions): Promise<void> {
  const { input, output, log = () => undefined, logFailure = () => undefined } = options;
  const [{ openServedStores, closeServedStores }, { HttpServer }, { Metrics }, { USUAL_LIMITS }] =
    await Promise.all([
      import('./served-store.ts'),
      import('./http-server.ts'),
      import('./metrics.ts'),
      import('./limits.ts'),
    ]);
  const stores = await openServedStores([{ name: NAME, folder }], await contextOf(options));
  const site = {
    stores,
    admits: 'owner',
    guardsHost: false,
    limits: USUAL_LIMITS,
    metrics: new Metrics(),
    origin: () => 'ssh:',
  } as const;
  const http = new HttpServer(site, { log, logFailure, isPatient: true });
  try {
    const pipe = Duplex.from({ readable: input, writable: output });
    const closed = once(pipe, 'close');
    http.server.emit('connection', pipe);
    await closed;
  } finally {
    await http.close();
    await closeServedStores(stores);
  }
}
