/** What a command prints: lines, JSON or bytes on standard output, in pieces that the reader can keep up with. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { styleText } from 'node:util';
import { type ByteStream, printable } from '../index.ts';

/** How data is to be printed. */
export type OutputFormat = 'text' | 'json' | 'zero';

type Style = Parameters<typeof styleText>[0];

const PIECE_CHARACTERS = 65_536;

export class Output {
  readonly format: OutputFormat;
  /** Whether a person reads it on a terminal. */
  readonly isTerminal: boolean;
  readonly #stream: Writable;
  readonly #isColored: boolean;
  #text = '';

  constructor(
    stream: Writable,
    options: { readonly format: OutputFormat; readonly isTerminal: boolean; readonly isColored: boolean },
  ) {
    this.#stream = stream;
    this.format = options.format;
    this.isTerminal = options.isTerminal;
    this.#isColored = options.isColored;
  }

  /** A line of text. What a terminal would act on was escaped by whoever made it. */
  async line(text = ''): Promise<void> {
    this.#text += `${text}\n`;
    if (this.#text.length >= PIECE_CHARACTERS) await this.flush();
  }

  /** A name and its raw bytes, ended by a NUL, for `-z`. */
  async zero(bytes: Uint8Array): Promise<void> {
    await this.bytes(bytes);
    this.#text += '\0';
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
    if (!this.#stream.write(data)) await once(this.#stream, 'drain');
  }
}
