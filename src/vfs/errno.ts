/** Failures in the words of `node:fs`: with `errno`, `code`, `syscall` and `path`. */
import { getSystemErrorMap } from 'node:util';
import type { ByteString } from '../bytes/byte-string.ts';
import { textOfName } from './names.ts';

/** What calls fail with here. */
export type Errno =
  | 'EACCES'
  | 'EBADF'
  | 'EBUSY'
  | 'EEXIST'
  | 'EFBIG'
  | 'EINVAL'
  | 'EISDIR'
  | 'ELOOP'
  | 'EMFILE'
  | 'ENAMETOOLONG'
  | 'ENOENT'
  | 'ENOTDIR'
  | 'ENOTEMPTY'
  | 'ENOTSUP'
  | 'EPERM'
  | 'EROFS';

/** What a call was about. */
export interface CallSite {
  /** As the kernel names it, such as `open`. */
  readonly syscall: string;
  readonly path?: ByteString;
  readonly dest?: ByteString;
}

interface SystemWords {
  readonly errno: number;
  readonly message: string;
}

let words: ReadonlyMap<string, SystemWords> | undefined;

/** The error that `node:fs` throws for `code`. */
export function errnoError(code: Errno, { syscall, path, dest }: CallSite): NodeJS.ErrnoException {
  words ??= readWords();
  const { errno, message } = words.get(code)!;
  const from = path === undefined ? '' : ` '${textOfName(path)}'`;
  const to = dest === undefined ? '' : ` -> '${textOfName(dest)}'`;
  const error: NodeJS.ErrnoException & { dest?: string } = new Error(
    `${code}: ${message}, ${syscall}${from}${to}`,
  );
  error.errno = errno;
  error.code = code;
  error.syscall = syscall;
  if (path !== undefined) error.path = textOfName(path);
  if (dest !== undefined) error.dest = textOfName(dest);
  return error;
}

function readWords(): ReadonlyMap<string, SystemWords> {
  return new Map([...getSystemErrorMap()].map(([errno, [code, message]]) => [code, { errno, message }]));
}
