/** Single calls to `node:fs`: what they take as a path, and what their failures become. */
import { errnoOf, fileError } from './file-error.ts';
import type { FilePath } from './file-system.ts';

/** `node:fs` takes bytes as a `Buffer`; this one is a view of them, not a copy. */
export function nodePath(path: FilePath): string | Buffer {
  return typeof path === 'string' ? path : Buffer.from(path.buffer, path.byteOffset, path.byteLength);
}

/** What `call` answers. @throws its failure as one of ours */
export function attempt<Value>(action: string, path: FilePath, call: () => Value): Value {
  try {
    return call();
  } catch (error) {
    throw fileError(error, action, path);
  }
}

/** As {@link attempt}; `undefined` where the system answers `errno`. */
export function attemptUnless<Value>(
  errno: string,
  action: string,
  path: FilePath,
  call: () => Value,
): Value | undefined {
  try {
    return call();
  } catch (error) {
    if (errnoOf(error) === errno) return undefined;
    throw fileError(error, action, path);
  }
}
