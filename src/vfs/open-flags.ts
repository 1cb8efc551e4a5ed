/** How a file is opened: the letters of `fopen`, or the system's bits. */
import { constants } from 'node:fs';

const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_SYNC, O_TRUNC, O_WRONLY } = constants;
/** The bits that say whether one reads, writes, or both. */
const O_ACCESS = O_RDONLY | O_WRONLY | O_RDWR;

const LETTERS: Readonly<Record<string, number>> = {
  r: O_RDONLY,
  rs: O_RDONLY | O_SYNC,
  'r+': O_RDWR,
  'rs+': O_RDWR | O_SYNC,
  w: O_TRUNC | O_CREAT | O_WRONLY,
  'w+': O_TRUNC | O_CREAT | O_RDWR,
  a: O_APPEND | O_CREAT | O_WRONLY,
  as: O_APPEND | O_CREAT | O_WRONLY | O_SYNC,
  'a+': O_APPEND | O_CREAT | O_RDWR,
  'as+': O_APPEND | O_CREAT | O_RDWR | O_SYNC,
};
/** The same in another order. */
const ALIASES: Readonly<Record<string, string>> = { sr: 'rs', 'sr+': 'rs+', sa: 'as', 'sa+': 'as+' };

/** @throws TypeError `ERR_INVALID_ARG_VALUE` for letters that mean nothing */
export function parseFlags(flags: string | number): number {
  if (typeof flags === 'number') return flags;
  const isExclusive = /^[wa].*x/.test(flags);
  const letters = isExclusive ? flags.replace('x', '') : flags;
  const bits = LETTERS[ALIASES[letters] ?? letters];
  if (bits !== undefined) return isExclusive ? bits | O_EXCL : bits;
  const error = new TypeError(`The argument 'flags' is invalid. Received '${flags}'`);
  throw Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' });
}

/** Whether what is opened so can be read from. */
export function canRead(bits: number): boolean {
  return (bits & O_ACCESS) !== O_WRONLY;
}

/** Whether what is opened so can be written to. */
export function canWrite(bits: number): boolean {
  return (bits & O_ACCESS) !== O_RDONLY;
}

/** Whether a file that is opened so can be changed, or is by opening it. */
export function writes(bits: number): boolean {
  return (bits & (O_WRONLY | O_RDWR | O_TRUNC)) !== 0;
}
