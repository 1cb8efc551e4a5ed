/** From the words on the command line to a command and its arguments. */
import yargs from 'yargs';
import { InvalidInputError } from '../index.ts';
import { Arguments, type ArgumentValue, type Command, type CommandSpec, type OptionSpec } from './command.ts';

/** Options that every command has. */
export const GLOBAL_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  store: { kind: 'text', about: 'the store to use [default: CAS_DIR, or the nearest .cas]', value: 'DIR' },
  json: { kind: 'flag', about: 'print data as JSON, one value a line' },
  quiet: { kind: 'flag', about: 'say nothing but data and errors', alias: 'q' },
  help: { kind: 'flag', about: 'show this help', alias: 'h' },
};

/** What stands before the command's own name: global options only. */
export interface CommandLine {
  /** `undefined` where there is no command. */
  readonly name: string | undefined;
  /** Everything but that name. */
  readonly words: readonly string[];
}

/** Finds the command's name; what is before it may only be global options. */
export function splitCommandLine(argv: readonly string[]): CommandLine {
  let at = 0;
  while (at < argv.length && argv[at]!.startsWith('-') && argv[at] !== '--')
    at += argv[at] === '--store' ? 2 : 1;
  const name = argv[at];
  return { name, words: [...argv.slice(0, at), ...argv.slice(at + 1)] };
}

/** @throws InvalidInputError `USAGE` where the words are not what the command takes */
export async function parseArguments({ spec }: Command, words: readonly string[]): Promise<Arguments> {
  const [name = ''] = spec.usage.split(' ');
  const parser = parserOf(spec)
    .help(false)
    .version(false)
    .exitProcess(false)
    .strict()
    .fail((message, error) => {
      throw error ?? usageError(name, message);
    });
  // Numbers are not parsed, so that what comes out is flags and texts.
  const parsed = (await parser.parseAsync([name, ...words])) as Record<string, ArgumentValue>;
  const { '--': rest = [], ...values } = parsed;
  return new Arguments(values, Array.isArray(rest) ? rest : []);
}

function parserOf(spec: CommandSpec): ReturnType<typeof yargs> {
  const parser = yargs().scriptName('cas').locale('en').parserConfiguration({
    'boolean-negation': false,
    'camel-case-expansion': false,
    'dot-notation': false,
    'greedy-arrays': false,
    'parse-numbers': false,
    'parse-positional-numbers': false,
    'populate--': true,
  });
  for (const [name, option] of Object.entries({ ...spec.options, ...GLOBAL_OPTIONS })) {
    parser.option(name, {
      type: option.kind === 'flag' ? 'boolean' : 'string',
      ...(option.kind === 'texts' && { array: true }),
      ...(option.kind === 'text' && { requiresArg: true }),
      ...(option.alias && { alias: option.alias }),
    });
  }
  return parser.command(
    spec.usage,
    spec.summary,
    (command) => command,
    () => {},
  );
}

function usageError(name: string, message: string): InvalidInputError {
  const [first = ''] = message.split('\n');
  const text = first.charAt(0).toLowerCase() + first.slice(1).replace(/\.$/, '');
  return new InvalidInputError('USAGE', text, { hint: `see 'cas ${name} --help'` });
}

/** The word of `known` that was most likely meant, or `undefined` when none is near. */
export function nearestOf(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: distanceOf(word, candidate) }))
    .sort((left, right) => left.distance - right.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(1, Math.floor(word.length / 3))
    ? best.candidate
    : undefined;
}

/** Levenshtein's: how many letters to change, add or drop. */
function distanceOf(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const change = row[j - 1]! + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[right.length]!;
}
