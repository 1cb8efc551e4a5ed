/** From the words on the command line to a command and its arguments. */
import yargs from 'yargs';
import { CasError, InvalidInputError } from '../index.ts';
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
      throw error instanceof CasError ? error : usageError(spec, message ?? error.message);
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

/** The parser's own words, as this command says them. */
function usageError(spec: CommandSpec, message: string): InvalidInputError {
  const [name = ''] = spec.usage.split(' ');
  const [first = ''] = message.split('\n');
  const [, few] = /^(?:Not enough|Missing) .*: got (\d+), need at least \d+/.exec(first) ?? [];
  const [, unknown] = /^Unknown arguments?: ([^,]*)/.exec(first) ?? [];
  const [, bare] = /^Not enough arguments following: (.*)/.exec(first) ?? [];
  if (few !== undefined) return usage(`too few words for '${name}'`, `write 'cas ${usageOf(spec)}'`);
  if (bare !== undefined) return usage(`option '${dashed(bare)}' needs a value`, `see 'cas ${name} --help'`);
  if (unknown !== undefined) return unknownWord(spec, unknown);
  return usage(first.charAt(0).toLowerCase() + first.slice(1).replace(/\.$/, ''), `see 'cas ${name} --help'`);
}

/** An option that does not exist, or a word too many: the parser does not say which of the two. */
function unknownWord(spec: CommandSpec, word: string): InvalidInputError {
  const [name = ''] = spec.usage.split(' ');
  const near = nearestOf(word, [...Object.keys(spec.options ?? {}), ...Object.keys(GLOBAL_OPTIONS)]);
  const hint = near === undefined ? `write 'cas ${usageOf(spec)}'` : `did you mean '--${near}'?`;
  return usage(`'${name}' takes no '${word.slice(0, 80)}'`, hint);
}

function dashed(option: string): string {
  return option.length === 1 ? `-${option}` : `--${option}`;
}

function usage(fault: string, hint: string): InvalidInputError {
  return new InvalidInputError('USAGE', fault, { hint });
}

/** `commit <label> [paths..]` as people write it: `commit LABEL [PATH…]`. */
export function usageOf({ usage }: CommandSpec): string {
  return usage
    .replace(/<([\w-]+)\.\.>/g, (_, name: string) => `${singular(name)}…`)
    .replace(/\[([\w-]+)\.\.\]/g, (_, name: string) => `[${singular(name)}…]`)
    .replace(/<([\w-]+)>/g, (_, name: string) => name.toUpperCase())
    .replace(/\[([\w-]+)\]/g, (_, name: string) => `[${name.toUpperCase()}]`);
}

function singular(name: string): string {
  return name.toUpperCase().replace(/S$/, '');
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

/** How many letters to change, add, drop or swap with the next: the optimal string alignment distance. */
function distanceOf(left: string, right: string): number {
  const rows = [Array.from({ length: right.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= left.length; i++) {
    const [above, row] = [rows[i - 1]!, [i]];
    for (let j = 1; j <= right.length; j++) {
      const change = above[j - 1]! + (left[i - 1] === right[j - 1] ? 0 : 1);
      const isSwapped = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      const swap = isSwapped ? rows[i - 2]![j - 2]! + 1 : change;
      row.push(Math.min(change, swap, above[j]! + 1, row[j - 1]! + 1));
    }
    rows.push(row);
  }
  return rows[left.length]![right.length]!;
}
