/** What the kernel's numbers for faults mean; the numbers are in assembly/fault.ts. */
import { CorruptError } from '../errors/errors.ts';

/** The sentence of fault -1, -2 and so on. */
const FAULTS: readonly string[] = [
  'it is no zlib stream',
  'it ends too early',
  'it has a block of no known kind',
  'the two lengths of a stored block differ',
  'the lengths of a code are invalid',
  'a code has too many or too few symbols',
  'a code stands for no symbol',
  'it repeats what lies before its start',
  'it holds more than it should',
  'it holds less than it should',
  'it ends inside a command',
  'its sizes are no sizes under 4 GiB',
  'it is made for a base of another size',
  'it claims a result of another size',
  'a command is 0',
  'it copies from outside its base',
  'it makes more than it claims',
  'it makes less than it claims',
];

/** A stream ends before it has made the content that it should. */
export const CONTENT_TOO_SHORT: number = -10;

/** @param fault a negative number, as the kernel answers */
export function inflateFault(fault: number): CorruptError {
  return new CorruptError('INFLATE_FAILED', `cannot inflate a zlib stream: ${describe(fault)}`);
}

/** @param fault a negative number, as the kernel answers */
export function deltaFault(fault: number): CorruptError {
  return new CorruptError('DELTA_INVALID', `cannot apply a delta: ${describe(fault)}`);
}

function describe(fault: number): string {
  return FAULTS[-fault - 1] ?? `fault ${fault}`;
}
