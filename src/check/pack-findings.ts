/** What is said of packs that are not as they should be. */
import type { ObjectId } from '../hash/object-id.ts';
import { type Finding, finding } from './finding.ts';

const REPAIR = "run 'cas fsck --repair'";

/** The path of one of a pack's files, from the store's folder on. @param name `pack-<64 hex digits>` */
export function packPath(name: string, ending: 'pack' | 'idx' | 'meta'): string {
  return `objects/pack/${name}.${ending}`;
}

/** @param problem a clause */
export function packCorrupt(name: string, problem: string): Finding {
  const path = packPath(name, 'pack');
  return finding('pack-corrupt', `'${path}' is damaged: ${problem}`, {
    path,
    hint: `${REPAIR}: it copies all that is sound in it, and moves it away`,
  });
}

/** A file that stands beside a pack, and is made from it. */
type Table = 'idx' | 'meta';

/** What it means that a table is not there. */
const MISSED: Readonly<Record<Table, string>> = {
  idx: 'so that nobody finds what is in its pack',
  meta: 'which makes reads of its pack slower',
};

/** @param problem a clause */
export function tableCorrupt(name: string, table: Table, problem: string): Finding {
  const path = packPath(name, table);
  return finding(`${table}-corrupt`, `'${path}' is damaged: ${problem}`, {
    path,
    hint: `${REPAIR}: it makes the file again from its pack`,
  });
}

export function tableMissing(name: string, table: Table): Finding {
  const path = packPath(name, table);
  return finding(`${table}-missing`, `'${path}' is missing, ${MISSED[table]}`, {
    path,
    hint: `${REPAIR}: it makes the file from its pack`,
  });
}

/** @param reason a clause */
export function packedObjectCorrupt(
  name: string,
  object: ObjectId,
  fault: { readonly offset: number; readonly reason: string },
): Finding {
  const path = packPath(name, 'pack');
  const { offset, reason } = fault;
  return finding('object-corrupt', `object '${object}' is damaged in '${path}' at ${offset}: ${reason}`, {
    object,
    path,
    hint: `${REPAIR}, which takes any other copy; where there is none, put its bytes again from a good copy`,
  });
}
