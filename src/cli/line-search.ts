/** Searches one content line by line: which lines are selected, and which stand around them. */
import type { LinePattern, Span } from './line-pattern.ts';
import type { TextBlock } from './text-blocks.ts';

export interface LineSearchOptions {
  readonly select: 'matching' | 'others';
  /** Whether lines are wanted, or how many there are, or whether there are any. */
  readonly wants: 'lines' | 'count' | 'any';
  /** Lines to be shown before and after a selected one. */
  readonly before: number;
  readonly after: number;
  /** Whether to look where in a line matches are. */
  readonly findSpans: boolean;
}

export interface FoundLine {
  readonly kind: 'match' | 'context';
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
  readonly encoding: TextBlock['encoding'];
  readonly spans: readonly Span[];
}

export class LineSearch {
  /** Lines selected so far. */
  count = 0;
  readonly #pattern: LinePattern;
  readonly #options: LineSearchOptions;
  /** Lines that may yet be context before a selected one. */
  readonly #before: FoundLine[] = [];
  #afterLeft = 0;
  #number = 0;

  constructor(pattern: LinePattern, options: LineSearchOptions) {
    this.#pattern = pattern;
    this.#options = options;
  }

  /** Whether the rest cannot change the answer. */
  get isDone(): boolean {
    return this.#options.wants === 'any' && this.count > 0;
  }

  /** Goes on with the next lines. @param found gets those to be shown, none where lines are not wanted */
  search({ text, encoding }: TextBlock, found: FoundLine[]): void {
    for (let at = 0; at < text.length && !this.isDone; ) {
      const end = text.indexOf('\n', at);
      this.#look(text.slice(at, end < 0 ? text.length : end), encoding, found);
      at = end < 0 ? text.length : end + 1;
    }
  }

  #look(line: string, encoding: TextBlock['encoding'], found: FoundLine[]): void {
    this.#number++;
    const { select, wants, before, after } = this.#options;
    const isSelected = this.#pattern.matches(line) === (select === 'matching');
    if (isSelected) this.count++;
    if (wants !== 'lines') return;
    if (isSelected) {
      found.push(...this.#before.splice(0), this.#found('match', line, encoding));
      this.#afterLeft = after;
    } else if (this.#afterLeft > 0) {
      this.#afterLeft--;
      found.push(this.#found('context', line, encoding));
    } else if (before > 0) {
      this.#before.push(this.#found('context', line, encoding));
      if (this.#before.length > before) this.#before.shift();
    }
  }

  #found(kind: FoundLine['kind'], text: string, encoding: TextBlock['encoding']): FoundLine {
    const { findSpans, select } = this.#options;
    const hasSpans = findSpans && kind === 'match' && select === 'matching';
    return { kind, number: this.#number, text, encoding, spans: hasSpans ? this.#pattern.spansIn(text) : [] };
  }
}
