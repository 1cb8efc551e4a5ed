/** How a failure is told: what happened, what to do, and an exit code. */
import { CasError, printable } from '../index.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';

export interface ReportOptions {
  /** As one line of JSON on stderr. */
  readonly isJson: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

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
  if (error instanceof Error && error.name === 'AbortError') {
    process.stderr.write('cas: interrupted; nothing was changed that was not finished\n');
    return EXIT.interrupted;
  }
  const code = exitCodeOf(error);
  process.stderr.write(isJson ? jsonOf(error, code) : textOf(error));
  if (environment['CAS_DEBUG'] && error instanceof Error) process.stderr.write(`${stackOf(error)}\n`);
  return code;
}

function textOf(error: unknown): string {
  if (error instanceof CasError) {
    const hint = error.hint === undefined ? '' : `hint: ${printable(error.hint)}\n`;
    return `cas: ${printable(error.message)}\n${hint}`;
  }
  const text = error instanceof Error ? error.message : String(error);
  return `cas: this is a defect of cas itself: ${printable(text)}\nhint: run it again with CAS_DEBUG=1, and report what it prints\n`;
}

function jsonOf(error: unknown, exitCode: number): string {
  const { code = 'DEFECT', hint } = error instanceof CasError ? error : {};
  const message = error instanceof Error ? error.message : String(error);
  return `${JSON.stringify({ error: { code, message, ...(hint && { hint }), exitCode } })}\n`;
}

function stackOf(error: Error): string {
  const below = error.cause instanceof Error ? `\ncaused by: ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${below}`;
}
