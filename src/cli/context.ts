/** Where a command runs: its streams, its store, and how it is stopped. */
import { addAbortSignal } from 'node:stream';
import { isatty } from 'node:tty';
import { findStore, openStore, printable, type Store } from '../index.ts';
import type { Arguments, CommandContext } from './command.ts';
import { identityOf } from './identity.ts';
import { Output } from './output.ts';
import { ProgressLine } from './progress-line.ts';

/** What is not said on the command line. */
export type Surroundings = Pick<CommandContext, 'commands' | 'environment' | 'signal'>;

/** A context that closes the store when it is disposed, where one was opened. */
export interface OwnContext extends CommandContext, AsyncDisposable {
  /** The store of {@link CommandContext.store}, where the command asked for it. */
  readonly opened: Promise<Store> | undefined;
}

/** The context of a command in this process. */
export function createContext(args: Arguments, { commands, environment, signal }: Surroundings): OwnContext {
  const { stdout, stderr } = process;
  const isQuiet = args.flag('quiet');
  const isTerminal = isatty(1);
  const storePath = args.text('store') ?? (environment['CAS_DIR'] || undefined);
  const progress = new ProgressLine(isatty(2) && !isQuiet ? stderr : undefined);
  const note = (line: string): void => {
    progress.clear();
    if (!isQuiet) stderr.write(`${printable(line)}\n`);
  };
  let opened: Promise<Store> | undefined;
  return {
    out: new Output(stdout, {
      format: args.flag('json') ? 'json' : args.flag('zero') ? 'zero' : 'text',
      isTerminal,
      isColored: isTerminal && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb',
      signal,
    }),
    progress,
    /** Asked for only by what reads it, as it costs time to open; whoever waits for it is woken by Ctrl-C. */
    get stdin() {
      return addAbortSignal(signal, process.stdin);
    },
    stderr,
    cwd: process.cwd(),
    environment,
    signal,
    commands,
    storePath,
    note,
    store: () => (opened ??= openMeant(storePath, { environment, note })),
    get opened() {
      return opened;
    },
    [Symbol.asyncDispose]: async () => {
      progress.clear();
      await (await opened?.catch(() => undefined))?.close();
    },
  };
}

async function openMeant(
  storePath: string | undefined,
  { environment, note }: Pick<CommandContext, 'environment' | 'note'>,
): Promise<Store> {
  const path = storePath ?? (await findStore(process.cwd()));
  const store = await openStore(path, { who: identityOf(environment) });
  for (const warning of store.warnings) note(`cas: warning: ${warning}`);
  return store;
}
