/** From the words on the command line to a command and its arguments. */
import yargs from 'yargs';
import { Arguments, type ArgumentValue, type Command, type CommandSpec } from './command.ts';
import { commandName, optionError, optionsOf, positionalsOf, wordsError } from './usage.ts';

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
  const parser = parserOf(spec).fail((message, error) => {
    throw optionError(spec, message ?? error.message);
  });
  // Numbers are not parsed, so that what comes out is flags and texts.
  const parsed = (await parser.parseAsync(splitShortOptions(spec, words))) as Record<string, ArgumentValue>;
  const { _: plain, '--': behind = [], ...options } = parsed;
  const [given, rest] = [plain as readonly string[], behind as readonly string[]];
  // Behind dashes nothing is an option; unless it means something of its own there, it is like any other word.
  const isApart = spec.behindDashes !== undefined;
  const positionals = assignWords(spec, isApart ? given : [...given, ...rest]);
  return new Arguments({ ...options, ...positionals }, isApart ? rest : []);
}

/** Only options are left to the parser: of single words it loses a lone hyphen. */
function parserOf(spec: CommandSpec): ReturnType<typeof yargs> {
  const parser = yargs().scriptName('cas').locale('en').help(false).version(false).exitProcess(false);
  parser.strictOptions().parserConfiguration({
    'boolean-negation': false,
    'camel-case-expansion': false,
    'dot-notation': false,
    'greedy-arrays': false,
    'parse-numbers': false,
    'parse-positional-numbers': false,
    'populate--': true,
  });
  for (const [name, option] of Object.entries(optionsOf(spec))) {
    parser.option(name, {
      type: option.kind === 'flag' ? 'boolean' : 'string',
      ...(option.kind === 'texts' && { array: true }),
      ...(option.kind !== 'flag' && { requiresArg: true }),
      ...(option.alias && { alias: option.alias }),
    });
  }
  return parser;
}

/** `-mTEXT` is `-m TEXT`, as in other programs. */
function splitShortOptions(spec: CommandSpec, words: readonly string[]): string[] {
  const options = Object.values(optionsOf(spec)).filter(
    ({ kind, alias }) => kind !== 'flag' && alias !== undefined,
  );
  const letters = new Set(options.map(({ alias }) => alias));
  const end = words.indexOf('--');
  return words.flatMap((word, at) => {
    const isShort = /^-[^-]./s.test(word) && letters.has(word[1]) && (end < 0 || at < end);
    return isShort ? [word.slice(0, 2), word.slice(2)] : [word];
  });
}

/** @throws InvalidInputError `USAGE` for a word too few, or too many */
function assignWords(spec: CommandSpec, words: readonly string[]): Record<string, ArgumentValue> {
  const values: Record<string, ArgumentValue> = {};
  let at = 0;
  for (const { name, isNeeded, isMany } of positionalsOf(spec)) {
    const taken = isMany ? words.slice(at) : words.slice(at, at + 1);
    if (isNeeded && taken.length === 0)
      throw wordsError(spec, `too few words for 'cas ${commandName(spec)}'`);
    if (isMany) values[name] = taken;
    else if (taken.length > 0) values[name] = taken[0]!;
    at += taken.length;
  }
  if (at === words.length) return values;
  throw wordsError(spec, `'cas ${commandName(spec)}' does not take the word '${words[at]!.slice(0, 80)}'`);
}
