/** Sets of files whose names some systems take for one, and others cannot hold at all. */

import { toByteString } from '../../../src/bytes/byte-string.ts';
import { concatBytes } from '../../../src/bytes/concat.ts';
import { parsePath } from '../../../src/object/tree-entry.ts';
import type { EntryToCommit } from '../../../src/source/entries.ts';
import { bytesOf } from '../../../test/tar/tar-builder.ts';
import type { Dice } from '../../dice.ts';
import { NAMES } from './hostile-members.ts';

const MOST_ENTRIES = 8;
/** Any system can hold these. */
const PLAIN = 'one two three/four three/five six seven/eight/nine'.split(' ').map(bytesOf);
const OF_WINDOWS = [
  ...'aux CON.txt com1 name. name Name NAME/x a:stream a? a|b a<b a"b tab\tbed D d/Y three/Four I i'.split(
    ' ',
  ),
  ...'\u0130 \u0131 K \u212a \u03c3 \u03c2'.split(' '),
  'name ',
];
/** Of what it renames over a longer name ntfs-3g itself makes another. */
const LONGEST_BYTES = 200;
const ODD = NAMES.harmless
  .concat(OF_WINDOWS)
  .map(bytesOf)
  .filter(({ length }) => length <= LONGEST_BYTES);

/** Drawn entries, each of its own content, no path twice and none below a file. */
export function oddSet(dice: Dice): EntryToCommit[] {
  const entries = new Map<string, EntryToCommit>();
  const count = 1 + dice.below(MOST_ENTRIES);
  for (let at = 0; at < count; at++) {
    const path = normalised(dice.chance(1 / 2) ? dice.pick(PLAIN) : dice.pick(ODD));
    const content = `${at} of ${dice.below(2 ** 30)}`;
    const kind = dice.chance(1 / 12) ? 'symlink' : 'file';
    if (![...entries.keys()].some((other) => isInside(other, toByteString(path))))
      entries.set(toByteString(path), { path, content, kind });
  }
  return [...entries.values()];
}

function normalised(path: Uint8Array): Uint8Array {
  const names = parsePath(path).flatMap((name, at) => (at === 0 ? [name] : [bytesOf('/'), name]));
  return concatBytes(names);
}

/** Whether two paths are one, or one lies in the other. */
function isInside(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}
