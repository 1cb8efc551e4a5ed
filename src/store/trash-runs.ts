/** The runs that left something in the trash: `<trash>/<time>`, one folder each. */
import { toByteString } from '../bytes/byte-string.ts';
import type { FolderEntry } from '../files/file-system.ts';

const RUN = /^(0|[1-9][0-9]{0,15})$/;
const PACK = /^(pack-[0-9a-f]{64})\.(pack|meta|idx)$/;

/** When the runs began, in milliseconds since 1970, the latest first. @param entries of the trash */
export function runTimesOf(entries: readonly FolderEntry[]): number[] {
  const names = entries.map(({ name }) => toByteString(name)).filter((name) => RUN.test(name));
  return names.map(Number).sort((left, right) => right - left);
}

/** Where a run leaves what it takes. @param trash `objects/trash` */
export function runFolderOf(trash: string, timeMs: number): string {
  return `${trash}/${timeMs}`;
}

/** The names of packs any of whose files are in a folder. */
export function packsAmong(entries: readonly FolderEntry[]): Set<string> {
  return new Set(entries.flatMap(({ name }) => PACK.exec(toByteString(name))?.[1] ?? []));
}
