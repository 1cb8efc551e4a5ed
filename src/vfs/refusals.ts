/** What would change a view: it fails as on a disk that is mounted to be read. */
import { type CallSite, errnoError } from './errno.ts';
import { bytesOfPath, type PathLike } from './names.ts';

/** Every call of `node:fs` that writes, and what the kernel calls it. */
export const WRITERS = {
  appendFile: 'open',
  chmod: 'chmod',
  chown: 'chown',
  copyFile: 'copyfile',
  cp: 'cp',
  lchmod: 'chmod',
  lchown: 'lchown',
  link: 'link',
  lutimes: 'lutime',
  mkdtemp: 'mkdtemp',
  rename: 'rename',
  rm: 'rm',
  rmdir: 'rmdir',
  symlink: 'symlink',
  truncate: 'open',
  unlink: 'unlink',
  utimes: 'utime',
  writeFile: 'open',
} as const;

/** Those that take a descriptor, which here can only be read from. */
export const DESCRIPTOR_WRITERS = {
  fchmod: 'fchmod',
  fchown: 'fchown',
  ftruncate: 'ftruncate',
  futimes: 'futime',
  write: 'write',
  writev: 'write',
} as const;

/** @param path or a descriptor, of which all that can be refused is to write @throws `EROFS`, always */
export function refuse(syscall: string, path: PathLike | number): never {
  const onDescriptor = syscall === 'open' ? 'write' : syscall;
  const site: CallSite =
    typeof path === 'number' ? { syscall: onDescriptor } : { syscall, path: bytesOfPath(path) };
  throw errnoError('EROFS', site);
}
