/** Whether a whole tree can be written on every common system, and is the same there. */
import { decodeText, formatName } from '../bytes/text.ts';
import { RefusedError } from '../errors/errors.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import type { WalkedEntry } from '../tree/walk.ts';
import { readTarget } from './content.ts';
import { findPortableNameFault, findPortableTargetFault, foldName } from './portable-name.ts';

/**
 * Reads every symlink that `walk` comes to, and no file.
 *
 * @throws RefusedError `NOT_PORTABLE` for the first entry that some system would refuse, misread or merge with
 *   another one, and for a symlink whose target is absolute or leads out of the tree
 */
export async function checkPortable(walk: AsyncIterable<WalkedEntry>, objects: ObjectReader): Promise<void> {
  const folders: Map<string, Uint8Array>[] = [];
  for await (const walked of walk) {
    folders.length = Math.min(folders.length, walked.depth);
    if (folders.length < walked.depth) folders.push(new Map());
    const fault =
      findPortableNameFault(walked.entry.name) ??
      findTwinFault(folders.at(-1)!, walked.entry.name) ??
      (await findTargetFault(objects, walked));
    if (fault !== undefined) throw notPortable(walked, fault);
  }
}

/** @param names of the folder so far, by what they are folded to */
function findTwinFault(names: Map<string, Uint8Array>, name: Uint8Array): string | undefined {
  const folded = foldName(decodeText(name) ?? '');
  const twin = names.get(folded);
  names.set(folded, name);
  return twin && `its name and '${formatName(twin)}' are one name on some systems`;
}

async function findTargetFault(objects: ObjectReader, walked: WalkedEntry): Promise<string | undefined> {
  if (walked.entry.kind !== 'symlink') return undefined;
  return findPortableTargetFault(await readTarget(objects, walked), walked.depth);
}

function notPortable({ path }: WalkedEntry, fault: string): RefusedError {
  return new RefusedError('NOT_PORTABLE', `cannot export '${formatName(path)}' to every system: ${fault}`, {
    hint: "rename it, or export with the profile 'posix'",
  });
}
