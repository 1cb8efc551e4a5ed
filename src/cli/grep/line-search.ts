/** Searches one content for lines: which are selected, and which stand around them. */
import type { LinePattern, Span } from './line-pattern.ts';
import type { TextBlock } from './text-blocks.ts';

export interface LineSearchOptions {
  readonly select: 'matching' | 'others';
  /** Whether lines are wanted, or how many there are, or whether there are any. */
  readonly wants: 'lines' | 'count' | 'any';
  /** Lines to be shown before and after a selected one. */
  readonly before: number;
  readonly after: number;
  /** Whether lines have to be counted; if not, their numbers are 0. */
  readonly numbers: 'count' | 'skip';
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

/** Where a line begins, and where it ends, before its line break. */
interface Line {
  readonly start: number;
  readonly end: number;
}

export class LineSearch {
  /** Lines selected so far. */
  count = 0;
  readonly #pattern: LinePattern;
  readonly #options: LineSearchOptions;
  /** Lines that may yet be context before a selected one. */
  readonly #before: FoundLine[] = [];
  #afterLeft = 0;
  /** Lines that were passed. */
  #passed = 0;

  constructor(pattern: LinePattern, options: LineSearchOptions) {
    this.#pattern = pattern;
    this.#options = options;
  }

  /** Whether the rest cannot change the answer. */
  get isDone(): boolean {
    return this.#options.wants === 'any' && this.count > 0;
  }

  /** Goes on with the next lines. @param found gets those to be shown, none where lines are not wanted */
  search(block: TextBlock, found: FoundLine[]): void {
    const { text } = block;
    const { wants } = this.#options;
    for (let at = 0; at < text.length && !this.isDone; ) {
      const line = this.#nextSelected(text, at);
      if (wants === 'lines') this.#pass(block, { start: at, end: line?.start ?? text.length }, found);
      if (line === undefined) return;
      this.count++;
      if (wants === 'lines') this.#select(block, line, found);
      at = line.end + 1;
    }
  }

  #nextSelected(text: string, from: number): Line | undefined {
    const { matches, nextNear, near } = this.#pattern;
    const isMatching = this.#options.select === 'matching';
    for (let at = from; at < text.length; ) {
      const place = isMatching ? nextNear(text, at) : at;
      if (place < 0 || (place === text.length && text.endsWith('\n'))) return undefined; // behind the last line
      const line = lineAround(text, place, at);
      if (isMatching && near === 'matches') return line;
      if (matches(text.slice(line.start, line.end)) === isMatching) return line;
      at = line.end + 1;
    }
    return undefined;
  }

  /** Lines that are not selected. @param between from the start of a line to the end of a line break, or of all */
  #pass(block: TextBlock, { start, end }: Line, found: FoundLine[]): void {
    const { text } = block;
    let at = start;
    for (; this.#afterLeft > 0 && at < end; this.#afterLeft--) {
      const line = lineAround(text, at, at);
      found.push(this.#found('context', line, block));
      at = line.end + 1;
    }
    const held = startOfLast(text, { start: at, end }, this.#options.before);
    if (held > at && this.#options.numbers === 'count') this.#passed += countLines(text, at, held);
    for (at = held; at < end; ) {
      const line = lineAround(text, at, at);
      this.#before.push(this.#found('context', line, block));
      at = line.end + 1;
    }
    this.#before.splice(0, this.#before.length - this.#options.before);
  }

  #select(block: TextBlock, line: Line, found: FoundLine[]): void {
    for (const before of this.#before.splice(0)) found.push(before);
    found.push(this.#found('match', line, block));
    this.#afterLeft = this.#options.after;
  }

  #found(kind: FoundLine['kind'], { start, end }: Line, { text: all, encoding }: TextBlock): FoundLine {
    const { findSpans, select, numbers } = this.#options;
    const text = all.slice(start, end);
    const number = numbers === 'count' ? ++this.#passed : 0;
    const hasSpans = findSpans && kind === 'match' && select === 'matching';
    return { kind, number, text, encoding, spans: hasSpans ? this.#pattern.spansIn(text) : [] };
  }
}

/** The line that has a character. @param from the start of this line or of one before it */
function lineAround(text: string, at: number, from: number): Line {
  const start = at > from ? Math.max(text.lastIndexOf('\n', at - 1) + 1, from) : from;
  const end = text.indexOf('\n', at);
  return { start, end: end < 0 ? text.length : end };
}

/** Where the last `count` lines begin. @param between as for a part that ends with a line break, or with the text */
function startOfLast(text: string, { start, end }: Line, count: number): number {
  let at = end;
  for (let left = count; left > 0 && at > start; left--)
    at = at - start < 2 ? start : Math.max(text.lastIndexOf('\n', at - 2) + 1, start);
  return at;
}

function countLines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; count++) {
    const end = text.indexOf('\n', at);
    at = end < 0 ? to : end + 1;
  }
  return count;
}
