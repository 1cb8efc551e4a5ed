/** Searches contents as they come, and prints what it finds; Ctrl-C ends it whatever the pattern. */
import { type ByteStream, collectBytes, type ObjectId } from '../../index.ts';
import type { ProgressLine } from '../progress-line.ts';
import type { LinePattern } from './line-pattern.ts';
import { type FoundLine, LineSearch, type LineSearchOptions } from './line-search.ts';
import type { MatchOutput } from './match-output.ts';
import type { SearchedContent, SearchedFile } from './searched-files.ts';
import { runStoppable } from './stoppable.ts';
import { cutBlocks, decodeBlock, gatherBlocks, isBinary } from './text-blocks.ts';

export interface ContentSearchOptions {
  readonly lines: LineSearchOptions;
  readonly output: MatchOutput;
  readonly progress: ProgressLine;
  readonly signal: AbortSignal;
}

interface Finding {
  readonly search: LineSearch;
  readonly lines: readonly FoundLine[];
  readonly isBinary: boolean;
}

/** A longer stream is searched as it comes, and proved at its end. */
const WHOLE_BYTES: number = 4 * 2 ** 20;
/** So many contents in which nothing was found are remembered, not to be read again in another version. */
const MAX_KNOWN = 100_000;

export class ContentSearch {
  foundAny = false;
  readonly #pattern: LinePattern;
  readonly #options: ContentSearchOptions;
  readonly #known = new Set<ObjectId>();
  #files = 0;
  #bytes = 0;

  constructor(pattern: LinePattern, options: ContentSearchOptions) {
    this.#pattern = pattern;
    this.#options = options;
  }

  /** Whether nothing was found in this content before. */
  isKnown(id: ObjectId): boolean {
    return this.#known.has(id);
  }

  /** @throws DOMException `AbortError` where it was stopped */
  async add(contents: readonly SearchedContent[]): Promise<void> {
    this.#options.signal.throwIfAborted();
    const whole = this.#run(() => contents.map(({ content }) => this.#searchWhole(content)));
    for (const [at, { file, content, sizeBytes }] of contents.entries()) {
      const finding = whole[at];
      if (finding !== undefined) await this.#print(file, finding);
      else await this.#addStream(file, content as ByteStream);
      this.#options.progress.show({
        phase: 'searching',
        done: ++this.#files,
        unit: 'files',
        bytes: (this.#bytes += sizeBytes),
      });
    }
    await this.#options.output.flush(); // the next may take long
  }

  /** What may take for ever is done so that it can be stopped, which costs time itself. */
  #run<Value>(work: () => Value): Value {
    return this.#pattern.patience === 'quick' ? work() : runStoppable(work);
  }

  /** `undefined` for a stream. */
  #searchWhole(content: Uint8Array | ByteStream): Finding | undefined {
    if (!(content instanceof Uint8Array)) return undefined;
    const binary = isBinary(content);
    const search = this.#open(binary);
    const lines: FoundLine[] = [];
    if (!this.#isHopeless(content)) {
      for (const block of cutBlocks(content)) if (!search.isDone) search.search(decodeBlock(block), lines);
    }
    return { search, lines, isBinary: binary };
  }

  async #addStream(file: SearchedFile, content: ByteStream): Promise<void> {
    if (file.entry.sizeBytes <= WHOLE_BYTES) {
      const bytes = await collectBytes(content, { maxBytes: WHOLE_BYTES });
      return this.#print(
        file,
        this.#run(() => this.#searchWhole(bytes)!),
      );
    }
    let search: LineSearch | undefined;
    let binary = false;
    for await (const block of gatherBlocks(content)) {
      this.#options.signal.throwIfAborted();
      if (search === undefined) {
        binary = isBinary(block);
        search = this.#open(binary);
      }
      const lines: FoundLine[] = [];
      this.#run(() => search!.search(decodeBlock(block), lines));
      await this.#printLines(file, lines);
      if (search.isDone) break;
    }
    if (search !== undefined) await this.#print(file, { search, lines: [], isBinary: binary });
  }

  /** A search of one content. @param binary so that only whether there is a match is told */
  #open(binary: boolean): LineSearch {
    const { lines } = this.#options;
    return new LineSearch(
      this.#pattern,
      binary && lines.wants === 'lines' ? { ...lines, wants: 'any' } : lines,
    );
  }

  /** Whether no line can match, as far as one look at all bytes tells. */
  #isHopeless(content: Uint8Array): boolean {
    const { needle } = this.#pattern;
    if (needle === undefined || this.#options.lines.select === 'others') return false;
    return !Buffer.from(content.buffer, content.byteOffset, content.length).includes(needle);
  }

  async #print(file: SearchedFile, { search, lines, isBinary: binary }: Finding): Promise<void> {
    const {
      output,
      lines: { wants },
    } = this.#options;
    if (search.count === 0) {
      if (this.#known.size < MAX_KNOWN) this.#known.add(file.entry.id);
      return;
    }
    this.foundAny = true;
    this.#options.progress.clear();
    if (wants === 'any') await output.name(file);
    else if (wants === 'count') await output.count(file, search.count);
    else if (binary) await output.binary(file);
    else await output.lines(file, lines);
  }

  async #printLines(file: SearchedFile, lines: readonly FoundLine[]): Promise<void> {
    if (lines.length > 0) this.#options.progress.clear();
    await this.#options.output.lines(file, lines);
  }
}
