/**
 * Names that every common system holds, and takes for what they are: Windows, macOS and Linux, on the file
 * systems that they come with. Sources: "Naming Files, Paths, and Namespaces" of the Windows documentation;
 * TN1150, "HFS Plus Volume Format", for the characters that it does not see.
 */
import { decodeText } from '../bytes/text.ts';

/** Controls, separators and wildcards: no Windows file system takes them. */
const FORBIDDEN = /[\0-\x1f\x7f<>:"/\\|?*]/;
/** Windows drops these, so that `a.` is `a`. */
const DROPPED_END = /[. ]$/;
/** Devices, whatever extension follows. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3]) *(\.|$)/i;
/** HFS+ compares names as if these were not there. */
const UNSEEN = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;
/** The short names that Windows may give to `.git` and `.cas`. */
const SHORT_NAME = /^(git|cas|(gi|ca)[0-9a-f]{4})~[0-9]+$/i;
const DRIVE = /^[a-z]:/i;

/** Why not every system holds a file of this name, or `undefined`. */
export function findPortableNameFault(name: Uint8Array): string | undefined {
  const text = decodeText(name);
  if (text === undefined) return 'its name is not UTF-8';
  if (FORBIDDEN.test(text)) return 'its name has a character that Windows does not take';
  if (DROPPED_END.test(text)) return 'its name ends in a dot or a space, which Windows drops';
  if (DEVICE.test(text)) return 'its name is that of a device on Windows';
  if (SHORT_NAME.test(text) || isAlias(text)) return "its name is taken for '.git' or '.cas' elsewhere";
  return undefined;
}

/** `.git` itself is a name like any other; what is only taken for it is not. */
function isAlias(text: string): boolean {
  const folded = foldName(text);
  return (folded === '.git' || folded === '.cas') && folded !== text;
}

/**
 * What two names have in common where a system takes them for one: case, composition, unseen characters. It joins
 * some that no single system does.
 */
export function foldName(text: string): string {
  return text.replace(UNSEEN, '').normalize('NFD').toUpperCase().toLowerCase().normalize('NFD');
}

/**
 * Why a symlink might lead out of the tree, or elsewhere on another system, or `undefined`.
 *
 * @param depth of the link: 1 for a member of the root
 */
export function findPortableTargetFault(target: Uint8Array, depth: number): string | undefined {
  const text = decodeText(target);
  if (text === undefined) return 'its target is not UTF-8';
  if (/[\0-\x1f\x7f\\]/.test(text)) return 'its target has a backslash or a control character';
  if (text.startsWith('/') || DRIVE.test(text)) return 'its target is absolute';
  const names = text.split('/').filter((name) => name !== '' && name !== '.');
  const down = names.findIndex((name) => name !== '..');
  const ups = down < 0 ? names.length : down;
  if (ups >= depth) return 'its target leads out of what is exported';
  // What the names lead through may be links themselves, and then `..` is not where they came from.
  return names.includes('..', ups) ? "its target has '..' after a name" : undefined;
}
