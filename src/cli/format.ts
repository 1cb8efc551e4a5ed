/** How numbers and ids read in a terminal. */
import { hexOf, type ObjectId } from '../index.ts';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
const SHORT_DIGITS = 12;

/** Three digits at most and a decimal unit: `1.23 MB`. */
export function formatSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const rounded = Number(bytes.toPrecision(3)); // first, for 999,600 bytes are 1.00 MB
  const power = Math.min(Math.floor(Math.log10(rounded) / 3), UNITS.length - 1);
  return `${(rounded / 1000 ** power).toPrecision(3)} ${UNITS[power]}`;
}

/** Enough of an id for a person to tell it from others. */
export function shortId(id: ObjectId): string {
  return hexOf(id).slice(0, SHORT_DIGITS);
}

/** `1 file`, `2 files`, `4,452 files`. */
export function count(number: number, noun: string): string {
  return `${formatCount(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** With a comma between thousands. */
export function formatCount(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}
