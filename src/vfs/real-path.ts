/**
 * `realpath`, in its two kinds. That of the runtime makes away with `..` before it looks, and asks for the names one by
 * one: it fails at the first that is not there. The native one leaves all to the system.
 */
import { posix } from 'node:path';
import type { ByteString } from '../bytes/byte-string.ts';
import { errnoError } from './errno.ts';
import { MAX_LINKS, pathOf, targetOf } from './find.ts';
import { find } from './found-node.ts';
import { bytesOfPath, type EncodingOption, encodeName, encodingOf, type PathLike } from './names.ts';
import type { Folder } from './node.ts';
import type { ViewState } from './view-state.ts';
import type { Work } from './work.ts';

/** @throws as `lstat` of the first name that is not there, and as `stat` of a symlink that leads nowhere */
export function* realpath(
  { root }: ViewState,
  path: PathLike,
  options?: EncodingOption,
): Work<string | Buffer> {
  let wanted = resolve('/', bytesOfPath(path));
  for (let links = 0; ; links++) {
    if (links > MAX_LINKS) throw errnoError('ELOOP', { syscall: 'stat', path: wanted });
    const followed = yield* followFirst(root, wanted);
    if (followed === undefined) return encodeName(wanted, encodingOf(options));
    wanted = followed;
  }
}

/** @throws as the system's own */
export function* realpathNative(
  { root }: ViewState,
  path: PathLike,
  options?: EncodingOption,
): Work<string | Buffer> {
  const node = yield* find(root, { syscall: 'realpath', path: bytesOfPath(path) }, 'follow');
  return encodeName(pathOf(node), encodingOf(options));
}

/** `path` with its first symlink followed; `undefined` where there is none in it. */
function* followFirst(root: Folder, path: ByteString): Work<ByteString | undefined> {
  for (let slash = path.indexOf('/', 1); ; slash = path.indexOf('/', slash + 1)) {
    const base = (slash < 0 ? path : path.slice(0, slash)) as ByteString;
    const node = yield* find(root, { syscall: 'lstat', path: base }, 'keep');
    if (node.kind === 'symlink') {
      yield* find(root, { syscall: 'stat', path: base }, 'follow');
      return resolve(posix.dirname(base), yield* targetOf(node), slash < 0 ? '' : path.slice(slash + 1));
    }
    if (slash < 0) return undefined;
  }
}

function resolve(...parts: string[]): ByteString {
  return posix.resolve(...parts) as ByteString;
}
