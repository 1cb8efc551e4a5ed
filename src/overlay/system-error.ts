/** Errors that the runtime's own calls make of what they found, before or without asking the system. */
import { constants } from 'node:os';

export interface SystemFault {
  /** What is the matter, as a sentence begins. */
  readonly problem: string;
  readonly syscall: string;
  /** Of the system's errors, the nearest. */
  readonly code: keyof typeof constants.errno;
  readonly detail: string;
  readonly path: string;
}

/** @param code such as `ERR_FS_EISDIR` */
export function systemError(code: string, fault: SystemFault): Error {
  const { problem, syscall, code: errnoCode, detail, path } = fault;
  const errno = constants.errno[errnoCode];
  const error = new Error(`${problem}: ${syscall} returned ${errnoCode} (${detail}) ${path}`);
  const info = { code: errnoCode, message: detail, path, syscall, errno };
  return Object.assign(error, { name: 'SystemError', code, info, errno, syscall, path });
}
