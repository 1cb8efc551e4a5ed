/** Runs one command: finds it, reads its arguments, and turns its end into an exit code. */
import { fileError, InvalidInputError, nearestOf } from '../index.ts';
import { startMaintenance } from './auto-maintenance.ts';
import type { Command } from './command.ts';
import { COMMANDS } from './commands.ts';
import { createContext } from './context.ts';
import { EXIT } from './exit-code.ts';
import { helpOf, overview } from './help.ts';
import { type CommandLine, parseArguments, splitCommandLine } from './parse.ts';
import { reportError } from './report-error.ts';

/** @param argv the words after `cas`. Sets the exit code of the process. */
export async function run(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', leaveOnBrokenOutput);
  process.stderr.on('error', () => process.exit(EXIT.brokenPipe));
  try {
    process.exitCode = await dispatch(splitCommandLine(argv));
  } catch (error) {
    process.exitCode = reportError(error, { isJson: argv.includes('--json'), environment: process.env });
  }
}

async function dispatch({ name, words }: CommandLine): Promise<number> {
  const dashes = words.indexOf('--');
  const asksHelp = words
    .slice(0, dashes < 0 ? undefined : dashes)
    .some((word) => word === '--help' || word === '-h');
  if (name === undefined) return showOverview(words);
  if (name === 'help') return showHelp(words[0]);
  const command = await loadCommand(name);
  return asksHelp ? showHelp(name) : runCommand(command, words);
}

async function runCommand(command: Command, words: readonly string[]): Promise<number> {
  const args = await parseArguments(command, words);
  await using context = createContext(args, {
    commands: COMMANDS,
    environment: process.env,
    signal: abortOnInterrupt(),
  });
  let code: number | void;
  try {
    code = await command.run(args, context);
  } finally {
    context.progress.clear();
    if (!context.signal.aborted) await context.out.flush(); // what came before a failure, too
  }
  const store = command.spec.effect === 'stores' ? await context.opened : undefined;
  if (store !== undefined) await startMaintenance(store, context.note);
  return code ?? EXIT.ok;
}

/** @param words options, without a command's name. @throws InvalidInputError `USAGE` for any but `--help` */
async function showOverview(words: readonly string[]): Promise<number> {
  const stray = words.find((word) => word !== '--help' && word !== '-h');
  if (stray === undefined) return showHelp(undefined);
  throw new InvalidInputError('USAGE', `no command is given, only '${stray.slice(0, 80)}'`, {
    hint: "see 'cas --help'",
  });
}

async function showHelp(name: string | undefined): Promise<number> {
  process.stdout.write(name === undefined ? await overview() : helpOf((await loadCommand(name)).spec));
  return EXIT.ok;
}

async function loadCommand(name: string): Promise<Command> {
  const listed = COMMANDS.find((command) => command.name === name);
  if (listed !== undefined) return listed.load();
  const near = nearestOf(
    name,
    COMMANDS.map((command) => command.name),
  );
  throw new InvalidInputError('USAGE', `no command is named '${name}'`, {
    hint: near === undefined ? "see 'cas --help'" : `did you mean 'cas ${near}'? See 'cas --help'`,
  });
}

/** Whoever read the output went away, as `head` does: that is no error of ours. A full disk is one. */
function leaveOnBrokenOutput(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(EXIT.brokenPipe);
  const fault = fileError(error, 'write', 'standard output');
  process.exit(reportError(fault, { isJson: false, environment: process.env }));
}

/** The first Ctrl-C asks the command to stop; for the second one nobody listens, so that it ends the process. */
function abortOnInterrupt(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  return controller.signal;
}
