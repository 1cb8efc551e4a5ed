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

/** @param problem a clause */
export function idxCorrupt(name: string, problem: string): Finding {
  const path = packPath(name, 'idx');
  return finding('idx-corrupt', `'${path}' is damaged: ${problem}`, {
    path,
    hint: `${REPAIR}: it makes the file again from its pack`,
  });
}

export function idxMissing(name: string): Finding {
  const path = packPath(name, 'idx');
  return finding('idx-missing', `'${path}' is missing, so that nobody finds what is in its pack`, {
    path,
    hint: `${REPAIR}: it makes the file from its pack`,
  });
}

/** @param problem a clause */
export function metaCorrupt(name: string, problem: string): Finding {
  const path = packPath(name, 'meta');
  return finding('meta-corrupt', `'${path}' is damaged: ${problem}`, {
    path,
    hint: `${REPAIR}: it makes the file again from its pack`,
  });
}

export function metaMissing(name: string): Finding {
  const path = packPath(name, 'meta');
  return finding('meta-missing', `'${path}' is missing, which makes reads of its pack slower`, {
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
