/** Errors between threads: what is sent keeps neither class nor code, unless they are sent beside it. */
import {
  CasError,
  ConflictError,
  CorruptError,
  type ErrorDetails,
  InvalidInputError,
  NotFoundError,
  RefusedError,
  SystemError,
} from '../errors/errors.ts';

type ClassName =
  | 'InvalidInputError'
  | 'NotFoundError'
  | 'ConflictError'
  | 'CorruptError'
  | 'RefusedError'
  | 'SystemError';

type ErrorClass = new (
  code: string,
  message: string,
  details: ErrorDetails & { readonly errno?: string },
) => CasError;

const CLASSES: Readonly<Record<ClassName, ErrorClass>> = {
  InvalidInputError,
  NotFoundError,
  ConflictError,
  CorruptError,
  RefusedError,
  SystemError,
};

/** An error of this project, as plain data; any other, as it is or as its text. */
export type CarriedError =
  | {
      readonly kind: 'own';
      readonly className: ClassName;
      readonly code: string;
      readonly message: string;
      readonly hint: string | undefined;
      readonly errno: string | undefined;
      readonly cause: CarriedError | undefined;
      readonly stack: string | undefined;
    }
  | { readonly kind: 'other'; readonly error: Error };

/** More causes below one another than any error here has. */
const MAX_CAUSES = 8;

/** `error` in a shape that another thread can be sent. */
export function packError(error: unknown, depth: number = MAX_CAUSES): CarriedError {
  if (!(error instanceof CasError)) return { kind: 'other', error: plainError(error) };
  const { name, code, message, hint, cause, stack } = error;
  return {
    kind: 'own',
    className: name as ClassName, // there are no other classes
    code,
    message,
    hint,
    errno: error instanceof SystemError ? error.errno : undefined,
    cause: cause === undefined || depth === 0 ? undefined : packError(cause, depth - 1),
    stack,
  };
}

/** The error that was packed, of its own class again. */
export function unpackError(carried: CarriedError): Error {
  if (carried.kind === 'other') return carried.error;
  const { className, code, message, hint, errno, cause, stack } = carried;
  const details = {
    ...(hint !== undefined && { hint }),
    ...(errno !== undefined && { errno }),
    ...(cause !== undefined && { cause: unpackError(cause) }),
  };
  const error = new CLASSES[className](code, message, details);
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** What it carries beside its text may be a function, which no other thread can be sent. */
function plainError(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const plain = new Error(error.message);
  plain.name = error.name;
  if (error.stack !== undefined) plain.stack = error.stack;
  return plain;
}
