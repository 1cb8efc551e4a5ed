/** The calls of an overlay that all three faces have. */
import { LOOKING_CALLS } from '../vfs/calls.ts';
import type { Call } from '../vfs/view-state.ts';
import { copyFile } from './copying.ts';
import { link, mkdir, mkdtemp, symlink } from './making.ts';
import { access, chmod, chown, fchmod, fchown, futimes, lchmod, lchown, lutimes, utimes } from './marks.ts';
import { open } from './opening.ts';
import { rm, rmdir, unlink } from './removing.ts';
import { rename } from './renaming.ts';
import { copyNow } from './tree-copy.ts';
import { appendFile, ftruncate, truncate, write, writeFile, writev } from './writing.ts';

const CHANGING_CALLS = {
  access,
  appendFile,
  chmod,
  chown,
  copyFile,
  cp: copyNow,
  fchmod,
  fchown,
  ftruncate,
  futimes,
  lchmod,
  lchown,
  link,
  lutimes,
  mkdir,
  mkdtemp,
  open,
  rename,
  rm,
  rmdir,
  symlink,
  truncate,
  unlink,
  utimes,
  write,
  writeFile,
  writev,
};

/** Their state is that of an overlay, and no other is ever given to them. */
export const OVERLAY_CALLS: Readonly<Record<string, Call>> = {
  ...LOOKING_CALLS,
  ...(CHANGING_CALLS as unknown as Readonly<Record<string, Call>>),
};
