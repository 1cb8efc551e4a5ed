/** One table of exit codes, by what the user can do about it. */
import { CasError } from '../index.ts';

export const EXIT = {
  ok: 0,
  /** The answer is no: sets differ, a check found errors. */
  no: 1,
  invalidInput: 2,
  notFound: 3,
  conflict: 4,
  corrupt: 5,
  refused: 6,
  system: 7,
  /** A defect of the program itself. */
  defect: 70,
  interrupted: 130,
  /** Whoever read the output went away. */
  brokenPipe: 141,
} as const;

export function exitCodeOf(error: unknown): number {
  if (!(error instanceof CasError)) return EXIT.defect;
  switch (error.name) {
    case 'InvalidInputError':
      return EXIT.invalidInput;
    case 'NotFoundError':
      return EXIT.notFound;
    case 'ConflictError':
      return EXIT.conflict;
    case 'CorruptError':
      return EXIT.corrupt;
    case 'RefusedError':
      return EXIT.refused;
    default:
      return EXIT.system;
  }
}
