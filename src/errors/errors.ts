/**
 * The failure vocabulary. A class answers "what can the caller do", a code answers "what happened".
 *
 * A message is lower case, says the failure first and its subject in single quotes, and has no full stop;
 * a hint is an order to the reader.
 */

export interface ErrorDetails {
  /** What to do about it, as an order: `run 'cas fsck'`. */
  readonly hint?: string;
  /** The error below this one, kept so that nothing is lost between floors. */
  readonly cause?: unknown;
}

/** What every error that this library means to throw is an instance of. */
export abstract class CasError extends Error {
  /** Names what happened, in `UPPER_SNAKE_CASE`; stable, to switch on. */
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
  }
}

/** The caller gave something that can never work: mend the input. */
export class InvalidInputError extends CasError {
  override readonly name: string = 'InvalidInputError';
}

/** What was asked for is not here, and nothing is damaged: ask for something else, or fetch it. */
export class NotFoundError extends CasError {
  override readonly name: string = 'NotFoundError';
}

/** Somebody else was first: read again and decide again. */
export class ConflictError extends CasError {
  override readonly name: string = 'ConflictError';
}

/** Stored bytes are not what was written: restore them from another copy. */
export class CorruptError extends CasError {
  override readonly name: string = 'CorruptError';
}

/** A rule forbids it, such as a protected label or a limit: change the rule, or say that you mean it. */
export class RefusedError extends CasError {
  override readonly name: string = 'RefusedError';
}

/** The machine said no, such as a full disk or a missing permission: mend that, then try again. */
export class SystemError extends CasError {
  override readonly name: string = 'SystemError';
  /** The operating system's own name, such as `ENOSPC`; absent where there is none. */
  readonly errno: string | undefined;

  constructor(code: string, message: string, details: ErrorDetails & { readonly errno?: string } = {}) {
    super(code, message, details);
    this.errno = details.errno;
  }
}
