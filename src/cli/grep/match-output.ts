/** What a search found, printed: as grep does for people, as data, or as raw names. */
import { decodeText, formatName } from '../../index.ts';
import type { Output } from '../output.ts';
import type { FoundLine } from './line-search.ts';
import type { SearchedFile } from './searched-files.ts';

export interface MatchOutputOptions {
  readonly lineNumbers: 'show' | 'hide';
  /** Whether lines that are not next to each other are told apart. */
  readonly groups: 'apart' | 'together';
}

/** Behind the name and the number of a line, by its kind. */
const SEPARATORS = { match: ':', context: '-' } as const;

export class MatchOutput {
  readonly #out: Output;
  readonly #options: MatchOutputOptions;
  #last: { readonly file: SearchedFile; readonly number: number } | undefined;

  constructor(out: Output, options: MatchOutputOptions) {
    this.#out = out;
    this.#options = options;
  }

  async lines(file: SearchedFile, lines: readonly FoundLine[]): Promise<void> {
    for (const line of lines) {
      if (this.#out.format === 'json') await this.#out.json(lineJson(file, line));
      else await this.#line(file, line);
    }
  }

  async name({ revision, path, name, rawName }: SearchedFile): Promise<void> {
    if (this.#out.format === 'json') await this.#out.json({ revision, path });
    else if (this.#out.format === 'zero') await this.#out.zero(rawName);
    else await this.#out.line(this.#out.style('magenta', name));
  }

  async count({ revision, path, name }: SearchedFile, count: number): Promise<void> {
    if (this.#out.format === 'json') await this.#out.json({ revision, path, count });
    else await this.#out.line(this.#out.style('magenta', name) + this.#separator(':') + count);
  }

  async binary({ revision, path, name }: SearchedFile): Promise<void> {
    if (this.#out.format === 'json') await this.#out.json({ revision, path, kind: 'binary' });
    else await this.#out.line(`Binary file ${name} matches`);
  }

  /** Whoever looks on has it once this resolves. */
  flush(): Promise<void> {
    return this.#out.flush();
  }

  async #line(file: SearchedFile, line: FoundLine): Promise<void> {
    const out = this.#out;
    if (this.#startsGroup(file, line)) await out.line(this.#separator('--'));
    this.#last = { file, number: line.number };
    const separator = this.#separator(SEPARATORS[line.kind]);
    const number =
      this.#options.lineNumbers === 'show' ? out.style('green', String(line.number)) + separator : '';
    const head = out.style('magenta', file.name) + separator + number;
    if (out.isTerminal) await out.line(head + this.#shown(line));
    else if (line.encoding === 'utf8') await out.line(head + line.text);
    else await out.bytes(Buffer.concat([Buffer.from(head), Buffer.from(`${line.text}\n`, 'latin1')]));
  }

  #startsGroup(file: SearchedFile, { number }: FoundLine): boolean {
    if (this.#options.groups === 'together' || this.#last === undefined) return false;
    return this.#last.file !== file || this.#last.number + 1 !== number;
  }

  /** The line as it is safe on a terminal, its matches marked. */
  #shown({ text, spans }: FoundLine): string {
    const out = this.#out;
    let shown = '';
    let at = 0;
    for (const [start, end] of spans) {
      shown += out.safe(text.slice(at, start)) + out.style(['bold', 'red'], out.safe(text.slice(start, end)));
      at = end;
    }
    return shown + out.safe(text.slice(at));
  }

  #separator(text: string): string {
    return this.#out.style('cyan', text);
  }
}

function lineJson({ revision, path }: SearchedFile, { kind, number, text, encoding }: FoundLine): object {
  const shown = encoding === 'utf8' ? text : shownBytes(text);
  return { revision, path, kind, line: number, text: shown };
}

/** A line of content that is no UTF-8 elsewhere may be so itself. */
function shownBytes(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1');
  return decodeText(bytes) ?? formatName(bytes);
}
