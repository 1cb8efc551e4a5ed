/** Where a command runs: its streams, its store, and how it is stopped. */
import { addAbortSignal } from 'node:stream';
import { isatty } from 'node:tty';
import { findStore, openStore, type Store } from '../index.ts';
import type { Arguments, CommandContext } from './command.ts';
import { EXIT } from './exit-code.ts';
import { identityOf } from './identity.ts';
import { Output } from './output.ts';
import { ProgressLine } from './progress-line.ts';

/** The context of this process. Disposing it closes the store, where one was opened. */
export function createContext(args: Arguments): CommandContext & AsyncDisposable {
  const { stdout, stderr, env } = process;
  const signal = abortOnInterrupt();
  const isQuiet = args.flag('quiet');
  const isTerminal = isatty(1);
  const storePath = args.text('store') ?? (env['CAS_DIR'] || undefined);
  const progress = new ProgressLine(isatty(2) && !isQuiet ? stderr : undefined);
  const note = (line: string): void => {
    progress.clear();
    if (!isQuiet) stderr.write(`${line}\n`);
  };
  let opened: Promise<Store> | undefined;
  return {
    out: new Output(stdout, {
      format: args.flag('json') ? 'json' : args.flag('zero') ? 'zero' : 'text',
      isTerminal,
      isColored: isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb',
      signal,
    }),
    progress,
    /** Asked for only by what reads it, as it costs time to open; whoever waits for it is woken by Ctrl-C. */
    get stdin() {
      return addAbortSignal(signal, process.stdin);
    },
    stderr,
    cwd: process.cwd(),
    environment: env,
    signal,
    storePath,
    note,
    store: () => (opened ??= openMeant(storePath, note)),
    [Symbol.asyncDispose]: async () => {
      progress.clear();
      await (await opened?.catch(() => undefined))?.close();
    },
  };
}

async function openMeant(storePath: string | undefined, note: (line: string) => void): Promise<Store> {
  const path = storePath ?? (await findStore(process.cwd()));
  const store = await openStore(path, { who: identityOf(process.env) });
  for (const warning of store.warnings) note(`cas: warning: ${warning}`);
  return store;
}

/** The first Ctrl-C asks the command to stop, the second one stops it. */
function abortOnInterrupt(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => {
    controller.abort();
    process.once('SIGINT', () => process.exit(EXIT.interrupted));
  });
  return controller.signal;
}
