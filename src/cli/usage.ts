/** How a command is called: its usage line, and what is said where it was called in another way. */
import { InvalidInputError, nearestOf } from '../index.ts';
import type { CommandSpec, OptionSpec } from './command.ts';

/** Options that every command has. */
export const GLOBAL_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  store: { kind: 'text', about: 'the store to use [default: CAS_DIR, or the nearest .cas]', value: 'DIR' },
  json: { kind: 'flag', about: 'print data as JSON, one value a line' },
  quiet: { kind: 'flag', about: 'say nothing but data and errors', alias: 'q' },
  help: { kind: 'flag', about: 'show this help', alias: 'h' },
};

/** A word of the usage line: `<label>` is needed, `[paths..]` may be left out or be many. */
export interface Positional {
  readonly name: string;
  readonly isNeeded: boolean;
  readonly isMany: boolean;
}

/** The options of a command by name, its own and those of every command. */
export function optionsOf(spec: CommandSpec): Readonly<Record<string, OptionSpec>> {
  return { ...spec.options, ...GLOBAL_OPTIONS };
}

export function commandName({ usage }: CommandSpec): string {
  return usage.split(' ')[0]!;
}

export function positionalsOf({ usage }: CommandSpec): Positional[] {
  return Array.from(usage.matchAll(/([<[])([\w-]+)(\.\.)?[>\]]/g), ([, bracket, name = '', dots]) => ({
    name,
    isNeeded: bracket === '<',
    isMany: dots !== undefined,
  }));
}

/** `commit <label> [paths..]` as people write it: `commit LABEL [PATH…]`. */
export function usageOf(spec: CommandSpec): string {
  const words = positionalsOf(spec).map(({ name, isNeeded, isMany }) => {
    const shown = isMany ? `${name.toUpperCase().replace(/S$/, '')}…` : name.toUpperCase();
    return isNeeded ? shown : `[${shown}]`;
  });
  const behind = spec.behindDashes === undefined ? [] : [`[-- ${spec.behindDashes}]`];
  return [commandName(spec), ...words, ...behind].join(' ');
}

/** The parser's own words about options, as this command says them. */
export function optionError(spec: CommandSpec, message: string): InvalidInputError {
  const [first = ''] = message.split('\n');
  const [, bare] = /^Not enough arguments following: (.*)/.exec(first) ?? [];
  if (bare !== undefined) return usageError(`option '${dashed(bare)}' needs a value`, seeHelp(spec));
  const [, unknown] = /^Unknown arguments?: ([^,]*)/.exec(first) ?? [];
  if (unknown === undefined) return usageError(first.charAt(0).toLowerCase() + first.slice(1), seeHelp(spec));
  const near = nearestOf(unknown, Object.keys(optionsOf(spec)));
  const hint = near === undefined ? seeHelp(spec) : `did you mean '--${near}'?`;
  return usageError(`'cas ${commandName(spec)}' has no option '${dashed(unknown.slice(0, 80))}'`, hint);
}

/** For words that are missing, or that nobody asked for. */
export function wordsError(spec: CommandSpec, fault: string): InvalidInputError {
  return usageError(fault, `write 'cas ${usageOf(spec)}'`);
}

function usageError(fault: string, hint: string): InvalidInputError {
  return new InvalidInputError('USAGE', fault, { hint });
}

function seeHelp(spec: CommandSpec): string {
  return `see 'cas ${commandName(spec)} --help'`;
}

function dashed(option: string): string {
  return option.length === 1 ? `-${option}` : `--${option}`;
}
