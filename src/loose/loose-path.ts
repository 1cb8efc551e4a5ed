/**
 * Where a loose object lies: `<folder>/ab/cd0123…`, the first two hex digits of its id, then the other 62.
 *
 * A file that is being written is a temporary one in `<folder>` itself.
 */
import { hexOf, type ObjectId, objectIdFromHex } from '../hash/object-id.ts';

/** The names of the 256 folders, ascending. */
export const FAN_OUT: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

export function loosePath(folder: string, id: ObjectId): string {
  const hex = hexOf(id);
  return `${folder}/${hex.slice(0, 2)}/${hex.slice(2)}`;
}

/** The id whose loose object has this name in this fan-out folder, or `undefined` when none has. */
export function findLooseId(fanOut: string, name: string): ObjectId | undefined {
  return /^[0-9a-f]{62}$/.test(name) ? objectIdFromHex(fanOut + name) : undefined;
}
