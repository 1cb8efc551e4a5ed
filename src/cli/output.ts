/** What a command prints: lines, JSON or bytes on standard output, in pieces that the reader can keep up with. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import { type ByteStream, printable } from '../index.ts';

/** How data is to be printed. */
export type OutputFormat = 'text' | 'json' | 'zero';

export interface OutputOptions {
  readonly format: OutputFormat;
  readonly isTerminal: boolean;
  readonly isColored: boolean;
  /** Once aborted, nothing more is printed: what prints for long then stops. */
  readonly signal?: AbortSignal;
}

type Style = Parameters<typeof styleText>[0];

const PIECE_CHARACTERS = 65_536;
/** Where a terminal does not tell. */
const USUAL_COLUMNS = 80;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export class Output {
  readonly format: OutputFormat;
  /** Whether a person reads it on a terminal. */
  readonly isTerminal: boolean;
  readonly #stream: Writable;
  readonly #isColored: boolean;
  readonly #signal: AbortSignal | undefined;
  #text = '';

  constructor(stream: Writable, options: OutputOptions) {
    this.#stream = stream;
    this.format = options.format;
    this.isTerminal = options.isTerminal;
    this.#isColored = options.isColored;
    this.#signal = options.signal;
  }

  /** How wide the terminal is, in characters. */
  get columns(): number {
    return (this.#stream as Partial<WriteStream>).columns || USUAL_COLUMNS;
  }

  /** A line of text. What a terminal would act on was escaped by whoever made it. */
  async line(text = ''): Promise<void> {
    this.#text += `${text}\n`;
    if (this.#text.length >= PIECE_CHARACTERS) await this.flush();
  }

  /** The raw bytes of a name, ended by a NUL, for `-z`. */
  async zero(bytes: Uint8Array): Promise<void> {
    const text = decoder.decode(bytes);
    if (text.includes('\ufffd')) await this.bytes(bytes);
    else this.#text += text;
    this.#text += '\0';
    if (this.#text.length >= PIECE_CHARACTERS) await this.flush();
  }

  /** One value as one line of JSON. */
  async json(value: unknown): Promise<void> {
    await this.line(JSON.stringify(value));
  }

  async bytes(bytes: Uint8Array): Promise<void> {
    await this.flush();
    if (bytes.length > 0) await this.#write(bytes);
  }

  async stream(stream: ByteStream): Promise<void> {
    for await (const piece of stream) await this.bytes(piece);
  }

  async flush(): Promise<void> {
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    await this.#write(text);
  }

  /** `text` in a style, on a terminal that wants colours. */
  style(style: Style, text: string): string {
    return this.#isColored ? styleText(style, text) : text;
  }

  /** Text of a stranger, safe to show. */
  safe(text: string): string {
    return printable(text);
  }

  async #write(data: string | Uint8Array): Promise<void> {
    this.#signal?.throwIfAborted();
    if (!this.#stream.write(data))
      await once(this.#stream, 'drain', this.#signal && { signal: this.#signal });
  }
}
