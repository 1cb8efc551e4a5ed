/** How a failure is told: what happened, what to do, and an exit code. */
import { CasError, printable } from '../index.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';

export interface ReportOptions {
  /** As one line of JSON on stderr. */
  readonly isJson: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const INTERRUPTED: Told = {
  code: 'INTERRUPTED',
  message: 'interrupted; nothing was changed that was not finished',
  exitCode: EXIT.interrupted,
};

/** What failed first: closing a store may fail for the same reason, which hides it. */
function firstOf(error: unknown): unknown {
  let first = error;
  while (first instanceof Error && first.name === 'SuppressedError' && 'suppressed' in first)
    first = first.suppressed;
  return first;
}

/** Writes to stderr; returns the exit code. CAS_DEBUG=1 shows where a failure came from. */
export function reportError(failure: unknown, { isJson, environment }: ReportOptions): number {
  const error = firstOf(failure);
  const told = toldOf(error);
  process.stderr.write(isJson ? `${JSON.stringify({ error: told })}\n` : textOf(told));
  const isInterrupted = told.exitCode === EXIT.interrupted;
  if (environment['CAS_DEBUG'] && error instanceof Error && !isInterrupted)
    process.stderr.write(`${stackOf(error)}\n`);
  return told.exitCode;
}

/** What a user is told of a failure. */
interface Told {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly exitCode: number;
}

function toldOf(error: unknown): Told {
  if (error instanceof CasError) {
    const { code, message, hint } = error;
    return { code, message, hint, exitCode: exitCodeOf(error) };
  }
  if (error instanceof Error && error.name === 'AbortError') return INTERRUPTED;
  return {
    code: 'DEFECT',
    message: `this is a defect of cas itself: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'run it again with CAS_DEBUG=1, and report what it prints',
    exitCode: EXIT.defect,
  };
}

function textOf({ message, hint }: Told): string {
  return `cas: ${printable(message)}\n${hint === undefined ? '' : `hint: ${printable(hint)}\n`}`;
}

function stackOf(error: Error): string {
  const below = error.cause instanceof Error ? `\ncaused by: ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${below}`;
}
