/** What a line is searched for: a regular expression of the language, or text as it is. */
import { InvalidInputError } from '../../index.ts';
import { wholeTextSource } from './whole-text-pattern.ts';

export interface LinePatternOptions {
  readonly text: 'regular expression' | 'fixed';
  readonly letters: 'as they are' | 'any case';
  readonly at: 'anywhere' | 'whole words';
}

/** From its first character up to, not including, its last. */
export type Span = readonly [start: number, end: number];

export interface LinePattern {
  /** Whether a line, without its line break, has a match. */
  readonly matches: (line: string) => boolean;
  /** Somewhere in the next line of a text that may have a match, from the start of a line on; -1 where there is none. */
  readonly nextNear: (text: string, from: number) => number;
  /** Whether every such line has a match. */
  readonly near: 'matches' | 'may match';
  /** All matches that are not empty, ascending. */
  readonly spansIn: (line: string) => Span[];
  /** Whether it may take long over a line: it repeats something, so that there may be very many ways to match. */
  readonly patience: 'quick' | 'may take long';
  /** What the bytes of every text with a match have in them; `undefined` where that is not known. */
  readonly needle: Buffer | undefined;
}

const SPECIAL = /[\\^$.*+?()[\]{}|/-]/g;
/** Also where a mark is meant as it is: then it is only thought to be slow. */
const REPEATS = /[*+{]|(?<!\()\?/;
const WORD_BEFORE = '(?<![\\p{L}\\p{N}_])';
const WORD_AFTER = '(?![\\p{L}\\p{N}_])';

/**
 * Lines of `pattern` are alternatives, as grep has them.
 *
 * @throws InvalidInputError `PATTERN_INVALID`
 */
export function compileLinePattern(pattern: string, options: LinePatternOptions): LinePattern {
  const { text, letters, at } = options;
  const parts = pattern.split('\n').map((part) => (text === 'fixed' ? part.replace(SPECIAL, '\\$&') : part));
  const any = parts.length === 1 && at === 'anywhere' ? parts[0]! : `(?:${parts.join('|')})`;
  const bounded = (inner: string): string =>
    at === 'anywhere' ? inner : `${WORD_BEFORE}${inner}${WORD_AFTER}`;
  const source = bounded(any);
  const flags = letters === 'any case' ? 'i' : '';
  for (const part of parts) compile(part, flags); // each by itself: brackets of one do not close those of another
  const expression = compile(source, flags);
  const global = new RegExp(expression, `${expression.flags}g`);
  const wholeText = wholeTextSource(any);
  const whole = wholeText === undefined ? undefined : compile(bounded(wholeText), `${flags}gm`);
  const isPlain = pattern !== '' && !pattern.includes('\n') && letters === 'as they are';
  const hasNeedle = isPlain && isAscii(pattern) && (text === 'fixed' || pattern.search(SPECIAL) < 0);
  return {
    matches: (line) => expression.test(line),
    nextNear: (lines, from) => (whole === undefined ? from : placeOf(whole, lines, from)),
    near: whole === undefined || /[\^$]/.test(any) ? 'may match' : 'matches',
    spansIn: (line) =>
      Array.from(line.matchAll(global), ({ index, 0: { length } }): Span => [index, index + length]).filter(
        ([start, end]) => end > start,
      ),
    patience: text === 'regular expression' && REPEATS.test(pattern) ? 'may take long' : 'quick',
    needle: hasNeedle ? Buffer.from(pattern) : undefined,
  };
}

function placeOf(global: RegExp, text: string, from: number): number {
  global.lastIndex = from;
  return global.exec(text)?.index ?? -1;
}

/** By whole characters where it can be; what the stricter syntax of that refuses may still be an expression. */
function compile(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, `${flags}u`);
  } catch {
    return compileLoosely(source, flags);
  }
}

function compileLoosely(source: string, flags: string): RegExp {
  try {
    return new RegExp(source.replace(WORD_BEFORE, '(?<!\\w)').replace(WORD_AFTER, '(?!\\w)'), flags);
  } catch (cause) {
    const [, reason = ''] = /: ([^:]*)$/.exec((cause as Error).message) ?? [];
    throw new InvalidInputError(
      'PATTERN_INVALID',
      `not a regular expression: '${source.slice(0, 100)}'${reason && `: ${reason.toLowerCase()}`}`,
      { hint: 'mend it as JavaScript reads it, or search for the text as it is with -F', cause },
    );
  }
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}
