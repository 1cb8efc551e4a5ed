/** What every command is, and what it runs in. */
import type { Readable, Writable } from 'node:stream';
import type { Store } from '../index.ts';
import type { Output } from './output.ts';
import type { ProgressLine } from './progress-line.ts';

/** An option of a command, as `--name`. */
export interface OptionSpec {
  readonly kind: 'flag' | 'text' | 'texts';
  readonly about: string;
  /** One letter, for `-m`. */
  readonly alias?: string;
  /** What stands for the value in the help, such as `FILE`. */
  readonly value?: string;
}

export interface CommandSpec {
  /** The words after `cas`: `commit <label> [paths..]` is one that is needed, and any number that are not. */
  readonly usage: string;
  /** One line, lower case, an order: `store a folder or files under a label`. */
  readonly summary: string;
  /** What else to know, as paragraphs. */
  readonly about?: string;
  readonly options?: Readonly<Record<string, OptionSpec>>;
  /** What the words behind `--` are, where they are not like those before it: `PATH…`. */
  readonly behindDashes?: string;
  /** Words that a positional may be, for completion: such as the actions of `config`. */
  readonly words?: readonly string[];
  /** Commands to try, and what each does. */
  readonly examples: readonly (readonly [command: string, does: string])[];
  /** `stores`: it may add objects, so that maintenance may be due when it is done. @default 'none' */
  readonly effect?: 'none' | 'stores';
}

/** A flag, a text, or several. */
export type ArgumentValue = boolean | string | readonly string[];

/** What the user said, by name: positionals and options. */
export class Arguments {
  readonly #values: ReadonlyMap<string, ArgumentValue | undefined>;
  /** What stood behind `--`, where the command takes that apart from other words. */
  readonly rest: readonly string[];

  constructor(values: Readonly<Record<string, ArgumentValue | undefined>>, rest: readonly string[]) {
    this.#values = new Map(Object.entries(values));
    this.rest = rest;
  }

  flag(name: string): boolean {
    return this.#values.get(name) === true;
  }

  /** The text that was given, the last one where there are several, or `undefined`. */
  text(name: string): string | undefined {
    return this.texts(name).at(-1);
  }

  /** A positional that the usage demands. */
  required(name: string): string {
    return this.text(name) ?? '';
  }

  texts(name: string): readonly string[] {
    const value = this.#values.get(name);
    if (value === undefined || typeof value === 'boolean') return [];
    return typeof value === 'string' ? [value] : value;
  }
}

export interface CommandContext {
  readonly out: Output;
  /** Shown on a terminal only, and only for what takes over a second. */
  readonly progress: ProgressLine;
  readonly stdin: Readable;
  readonly stderr: Writable;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** The store that the user means: `--store`, else CAS_DIR, else the nearest `.cas`; opened at the first call. */
  readonly store: () => Promise<Store>;
  /** The folder that `--store` or CAS_DIR names, if any. */
  readonly storePath: string | undefined;
  /** Every command that there is. */
  readonly commands: readonly ListedCommand[];
  /** A line on stderr, unless `--quiet`; what a terminal would act on is escaped. */
  readonly note: (line: string) => void;
}

/** A command as the table of all has it, loaded only when it is asked for. */
export interface ListedCommand {
  readonly name: string;
  /** What it stands under in the help. */
  readonly group: string;
  readonly load: () => Promise<Command>;
}

export interface Command {
  readonly spec: CommandSpec;
  /** @returns the exit code; nothing is 0 */
  readonly run: (args: Arguments, context: CommandContext) => Promise<number | void>;
}
