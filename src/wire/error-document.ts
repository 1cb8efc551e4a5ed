/**
 * What went wrong at the other end: one JSON object with `name`, `code`, `message` and, where there is one, `hint`, at
 * most 16 KiB. Of an error that nobody meant to throw nothing is told but that there was one.
 */
import { encodeText, escapeText } from '../bytes/text.ts';
import {
  CasError,
  ConflictError,
  CorruptError,
  InvalidInputError,
  NotFoundError,
  RefusedError,
  SystemError,
} from '../errors/errors.ts';
import { parseObject } from './json-object.ts';

const CLASSES = new Map(
  [InvalidInputError, NotFoundError, ConflictError, CorruptError, RefusedError, SystemError].map((each) => [
    each.name,
    each,
  ]),
);
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;
const MAX_TEXT_LENGTH = 2000;
/** No error is told in more. */
export const MAX_ERROR_BYTES: number = 16 * 1024;

/** What may be told of `error` to whoever asked. */
export function encodeError(error: unknown): Uint8Array {
  const { name, code, message, hint } = error instanceof CasError ? error : unexpected();
  return encodeText(
    `${JSON.stringify({ name, code, message: shortened(message), ...(hint && { hint: shortened(hint) }) })}\n`,
  );
}

/**
 * What another end told, as an error of its class to be thrown here.
 *
 * @returns `undefined` where `bytes` tell of none: then what answered is no caskit
 */
export function decodeError(bytes: Uint8Array): CasError | undefined {
  const told = parseObject(bytes, MAX_ERROR_BYTES);
  const { name, code, message, hint } = told ?? {};
  const Class = typeof name === 'string' ? CLASSES.get(name) : undefined;
  if (Class === undefined || typeof code !== 'string' || !CODE.test(code) || typeof message !== 'string')
    return undefined;
  return new Class(
    code,
    escapeText(shortened(message)),
    typeof hint === 'string' ? { hint: escapeText(shortened(hint)) } : {},
  );
}

function unexpected(): CasError {
  return new SystemError('PEER_FAILED', 'something went wrong at the other end', {
    hint: 'try again; its log says more',
  });
}

function shortened(text: string): string {
  return text.length <= MAX_TEXT_LENGTH ? text : `${text.slice(0, MAX_TEXT_LENGTH)}…`;
}
