/** What a process that does one thing after the other says of each, and how that is read. */
import { writeSync } from 'node:fs';
import { CasError } from '../../../src/index.ts';

export interface StepReport {
  readonly step: string;
  /** `done`, `stopped`, the code of a typed error, or `died`. */
  readonly outcome: string;
  /** Of all processors. */
  readonly cpuMs: number;
}

/** Does `work`, and says what it came to. @throws what is no typed error */
export async function report(step: string, work: () => Promise<unknown>): Promise<void> {
  writeSync(1, `begin ${step}\n`);
  const before = process.cpuUsage();
  const outcome = await outcomeOf(work);
  const { user, system } = process.cpuUsage(before);
  writeSync(1, `end ${outcome} ${Math.round((user + system) / 1000)}\n`);
}

async function outcomeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'done';
  } catch (error) {
    if (error instanceof CasError) return error.code;
    if (error instanceof Error && ['AbortError', 'TimeoutError'].includes(error.name)) return 'stopped';
    throw error;
  }
}

/** @param text all that the process said */
export function readReports(text: string): StepReport[] {
  return text
    .split('begin ')
    .slice(1)
    .map((part) => {
      const [step = '', end = ''] = part.split('\n');
      const [, outcome = 'died', cpuMs = '0'] = end.split(' ');
      return { step, outcome, cpuMs: Number(cpuMs) };
    });
}
