/** Content as text to search: blocks of whole lines, so that no more of it is held than a block. */
import { isAscii } from 'node:buffer';
import { type ByteStream, decodeText } from '../../index.ts';

/** Whole lines; the last of a content may lack its line break. */
export interface TextBlock {
  readonly text: string;
  /** What is not well-formed UTF-8 is taken a character a byte. */
  readonly encoding: 'utf8' | 'latin1';
}

const BLOCK_BYTES: number = 2 ** 20;
/** A longer line of a stream is taken in pieces. */
export const MAX_LINE_BYTES: number = 2 ** 24;
/** So much of its beginning tells whether content is text, as git has it. */
const BINARY_BYTES = 8000;
const LINE_BREAK = 0x0a;

/** Whether content that begins like this is no text: it has a NUL. */
export function isBinary(beginning: Uint8Array): boolean {
  return beginning.subarray(0, BINARY_BYTES).includes(0);
}

export function decodeBlock(bytes: Uint8Array): TextBlock {
  const characters = (): string =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  if (isAscii(bytes)) return { text: characters(), encoding: 'utf8' }; // the same, and sooner
  const text = decodeText(bytes);
  return text === undefined ? { text: characters(), encoding: 'latin1' } : { text, encoding: 'utf8' };
}

/** The bytes of blocks; a block is as long as its last line needs it to be. */
export function* cutBlocks(content: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < content.length; ) {
    const end = endOfBlock(content, at);
    yield content.subarray(at, end);
    at = end;
  }
}

function endOfBlock(content: Uint8Array, at: number): number {
  const full = at + BLOCK_BYTES;
  if (full >= content.length) return content.length;
  const last = content.lastIndexOf(LINE_BREAK, full - 1);
  if (last >= at) return last + 1;
  const next = content.indexOf(LINE_BREAK, full);
  return next < 0 ? content.length : next + 1;
}

/** As {@link cutBlocks}, of what comes piece by piece. */
export async function* gatherBlocks(content: ByteStream): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of content) {
    pieces.push(piece);
    length += piece.length;
    if (length < BLOCK_BYTES || (length < MAX_LINE_BYTES && !piece.includes(LINE_BREAK))) continue;
    const gathered = Buffer.concat(pieces);
    const end = gathered.lastIndexOf(LINE_BREAK) + 1 || length;
    yield gathered.subarray(0, end);
    pieces = [gathered.subarray(end)];
    length -= end;
  }
  if (length > 0) yield Buffer.concat(pieces);
}
