/** What is fuzzed. */
import { encodeText } from '../../src/bytes/text.ts';

/** Decoders of one format, as one function of bytes. */
export interface Target {
  readonly name: string;
  /** How many inputs a trial has: what takes a third of a second. */
  readonly inputs: number;
  /** The longest input, in bytes. @default 1024 */
  readonly maxBytes?: number;
  /** Inputs to begin with, valid ones above all. */
  readonly seeds: readonly Uint8Array[];
  /** What the format is made of: keywords, numbers, ends of lines. */
  readonly words: readonly Uint8Array[];
  /**
   * Makes right what guards the rest of an input, such as its checksum, where there is a place for it: else no input
   * that was changed would get past it.
   */
  readonly seal?: (bytes: Uint8Array) => Uint8Array;
  /**
   * Decodes it in every way that there is.
   *
   * @throws CasError where it is refused
   * @throws anything else for a fault, such as BrokenPromise where two ways do not agree
   */
  readonly run: (bytes: Uint8Array) => void | Promise<void>;
}

/**
 * Words of a format.
 *
 * @param text those that have no blanks in them, with blanks between
 * @param others as they are, in UTF-8 where they are text
 */
export function wordsOf(text: string, ...others: readonly (string | Uint8Array)[]): Uint8Array[] {
  const words = [...text.split(' ').filter((word) => word !== ''), ...others];
  return words.map((word) => (typeof word === 'string' ? encodeText(word) : word));
}

/** Each as it is, in UTF-8 where it is text. */
export function seedsOf(...seeds: readonly (string | Uint8Array)[]): Uint8Array[] {
  return wordsOf('', ...seeds);
}

/** What people type, or a stranger's file says, as text. */
export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
