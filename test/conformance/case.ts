/** One suite for many subjects: a case is data, and what a subject cannot do is said with a reason. */
import { test } from 'vitest';

/** A known failure of one subject. A waived case that passes fails the run, so waivers cannot rot. */
export interface Waiver {
  readonly case: string;
  readonly reason: string;
}

export interface Case<Subject> {
  readonly title: string;
  /** Why the case does not apply, or `undefined` when it does. */
  readonly skipIf?: (subject: Subject) => string | undefined;
  readonly run: (subject: Subject) => Promise<void>;
}

/** Registers every case as a test; each opens a subject of its own, so there is no order and nothing left over. */
export function runCases<Subject extends AsyncDisposable>(
  cases: readonly Case<Subject>[],
  open: () => Promise<Subject>,
  waivers: readonly Waiver[] = [],
): void {
  for (const stray of waivers.filter((waiver) => !cases.some(({ title }) => title === waiver.case))) {
    throw new Error(`waiver for an unknown case: '${stray.case}'`);
  }
  for (const { title, run, skipIf } of cases) {
    const waiver = waivers.find((entry) => entry.case === title);
    test(title, { fails: waiver !== undefined }, async (context) => {
      await using subject = await open();
      const reason = skipIf?.(subject);
      if (reason !== undefined) context.skip(reason);
      await run(subject);
    });
  }
}
