/** Failures as answers: an error document, and a status by what the client can do about it. */
import { CasError, RefusedError } from '../errors/errors.ts';
import { encodeError } from '../wire/error-document.ts';
import type { Answer } from './answer.ts';

const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };
/** Of codes that say more than their class. */
const SPECIAL: ReadonlyMap<string, number> = new Map([
  ['DOCUMENT_INVALID', 400],
  ['TRANSFER_CUT', 400],
  ['TOO_LARGE', 413],
  ['TYPE_REFUSED', 415],
  ['SERVER_BUSY', 503],
]);
const STATUSES: Readonly<Record<string, number>> = {
  InvalidInputError: 400,
  NotFoundError: 404,
  ConflictError: 409,
  RefusedError: 403,
  CorruptError: 500,
  SystemError: 503,
};

/** What a failure is to who asked. */
export interface Failure {
  readonly error: unknown;
  /** Whether what was being read came from the client: then damage is of its making. */
  readonly isOfClient: boolean;
}

export function statusOf({ error, isOfClient }: Failure): number {
  if (!(error instanceof CasError)) return 500;
  if (isOfClient && error.name === 'CorruptError') return 400;
  return SPECIAL.get(error.code) ?? STATUSES[error.name] ?? 500;
}

/** Of a failure in this machine nothing is told but its code: messages name files. */
export function answerFailure(failure: Failure): Answer {
  const status = statusOf(failure);
  return {
    status,
    headers: HEADERS,
    body: encodeError(status < 500 ? failure.error : veiled(failure.error)),
  };
}

/** An error as strangers may see it: without the names of files. */
export function veiled(error: unknown): unknown {
  if (!(error instanceof CasError) || statusOf({ error, isOfClient: false }) < 500) return error;
  const Veiled = error.constructor as new (code: string, message: string, details: object) => CasError;
  return new Veiled(error.code, 'the store that was asked cannot read or write what it needs', {
    hint: 'tell whoever keeps it: its log says more',
  });
}

/** The same bytes whether there was no token or a wrong one. */
export function askForToken(): Answer {
  const error = new RefusedError('ACCESS_DENIED', 'this needs a token that is known here', {
    hint: 'ask whoever keeps the store for one',
  });
  return { status: 401, headers: { ...HEADERS, 'www-authenticate': 'Bearer' }, body: encodeError(error) };
}

/** @param methods that there are */
export function methodNotAllowed(methods: readonly string[]): Answer {
  const error = new RefusedError('METHOD_REFUSED', 'this cannot be done here', {
    hint: `it can be asked for with ${methods.join(', ')}`,
  });
  return { status: 405, headers: { ...HEADERS, allow: methods.join(', ') }, body: encodeError(error) };
}
