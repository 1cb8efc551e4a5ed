/** What is done to repositories, to see what becomes of them: nothing has to hold here, it is only counted. */
import type { Counts, Ground } from '../attack.ts';
import type { Subject } from './subject.ts';
import type { Findings } from './ward.ts';

/** What a fault did to a repository, once. */
export interface Trial {
  readonly counts: Counts;
  /** What a subject's programs said where something was wrong. */
  readonly complaints: readonly string[];
}

/** A fault that is ready to befall one subject. */
export interface Harm extends AsyncDisposable {
  /** The same seed does the same, as far as processes and disks allow. */
  attempt(seed: number): Promise<Trial>;
}

/** A fault that leaves nothing behind from one trial to the next. */
export function eachAnew(attempt: (seed: number) => Promise<Trial>): Harm {
  return { attempt, [Symbol.asyncDispose]: async () => {} };
}

/** A way to harm repositories of any subject. */
export interface Fault {
  readonly name: string;
  /** What is counted of each trial, in the order in which it is told. */
  readonly outcomes: readonly string[];
  /** Why it cannot be brought about on this machine; `undefined` where it can. */
  missing(): string | undefined;
  begin(subject: Subject, ground: Ground): Promise<Harm>;
}

/** What {@link countFindings} counts. */
export const FINDINGS: readonly string[] = ['lost', 'check fails', 'by hand', 'unusable'];

/** What was found of one repository, as 0 or 1 each. */
export function countFindings({ lost, checkFails, needsHand, unusable }: Findings): Counts {
  return {
    lost: Number(lost),
    'check fails': Number(checkFails),
    'by hand': Number(needsHand),
    unusable: Number(unusable),
  };
}
