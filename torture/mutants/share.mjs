/** Which mutants are tried where all are too many. */
import { crc32 } from 'node:zlib';

/**
 * @typedef {object} Mutant
 * @property {string} fileName absolute
 * @property {{ start: Position, end: Position }} location
 * @property {string} replacement
 */

/** @typedef {{ line: number, column: number }} Position */

/**
 * Always the same for the same source: share 1/9 is a third of share 1/3.
 *
 * @param {Mutant} mutant
 * @param {string} [share] such as `2/3`, the second of three parts that are about as large. All, if left out
 */
export function isInShare({ fileName, location: { start, end }, replacement }, share = '1/1') {
  const [part = 1, parts = 1] = share.split('/').map(Number);
  const path = fileName.slice(fileName.lastIndexOf('/src/') + 1);
  const text = [path, start.line, start.column, end.line, end.column, replacement].join(' ');
  return crc32(text) % parts === part - 1;
}
