/**
 * Records of representations, as they stand in the set of the label `representations`:
 *
 *   ab/cd/<checksum>/<name>
 *
 *   checksum  64 hex digits; `ab` and `cd` are the first four
 *   name      the first 16 hex digits of the SHA-256 of the entry's attributes as a tree has them, `created` left out
 *
 * The entry is a file of that checksum; its attributes are `mediaType`, `created`, and where they are known `language`,
 * `rel` and `resource`. The same bytes stored again with the same metadata are one record, which keeps its `created`.
 */
import { hash } from 'node:crypto';
import { compareBytes } from '../bytes/compare.ts';
import { encodeText, formatName } from '../bytes/text.ts';
import { hexOf, type ObjectId, objectIdFromHex } from '../hash/object-id.ts';
import { type Attributes, encodeAttributes } from '../object/attributes.ts';
import type { TreeEntry } from '../object/tree-entry.ts';
import type { StoredObject } from '../odb/object-store.ts';
import type { WalkedEntry } from '../tree/walk.ts';
import { metadataOf, type RepresentationMetadata } from './metadata.ts';

/** The label whose set all records are. */
export const REPRESENTATIONS = 'representations';

/** A representation that is stored. */
export interface StoredRepresentation extends RepresentationMetadata {
  /** `sha256:` and 64 hex digits: what `sha256sum` prints of its bytes. */
  readonly checksum: string;
  /** In bytes. */
  readonly size: number;
  /** When it was first stored with this metadata, as `2026-01-31T12:00:00.000Z`. */
  readonly created: string;
}

const NAME_DIGITS = 16;
const PATH = /^([0-9a-f]{2})\/([0-9a-f]{2})\/(\1\2[0-9a-f]{60})\/[0-9a-f]{16}$/;
/** Where nothing says when. */
const BEGINNING: string = new Date(0).toISOString();

/** The folder of all records of these bytes, name by name. */
export function recordFolder(id: ObjectId): Uint8Array[] {
  const hex = hexOf(id);
  return [hex.slice(0, 2), hex.slice(2, 4), hex].map(encodeText);
}

/** The entry of a record. @param attributes without `created` */
export function recordEntry(
  { id, sizeBytes }: StoredObject,
  { attributes, created }: { readonly attributes: Attributes; readonly created: string },
): TreeEntry {
  const name = hash('sha256', encodeAttributes(attributes), 'hex').slice(0, NAME_DIGITS);
  return {
    name: encodeText(name),
    kind: 'file',
    id,
    sizeBytes,
    attributes: new Map([...attributes, ['created', created]]),
  };
}

/** What the entry of a record says. */
export function representationOf({ id, sizeBytes, attributes }: TreeEntry): StoredRepresentation {
  const created = attributes.get('created') ?? BEGINNING;
  return { checksum: id, ...metadataOf(attributes), size: sizeBytes, created };
}

/** The record that an entry of the set is, or `undefined` where it is something else. */
export function findRecord({ path, entry }: WalkedEntry): StoredRepresentation | undefined {
  const hex = PATH.exec(formatName(path))?.[3];
  const isRecord = hex !== undefined && entry.kind === 'file' && entry.id === objectIdFromHex(hex);
  return isRecord ? representationOf(entry) : undefined;
}

/** The records of one checksum with one more, unless it is among them: then that one stays. */
export function withRecord(records: readonly TreeEntry[], added: TreeEntry): readonly TreeEntry[] {
  const at = records.findIndex(({ name }) => compareBytes(name, added.name) >= 0);
  if (at < 0) return [...records, added];
  return compareBytes(records[at]!.name, added.name) === 0 ? records : records.toSpliced(at, 0, added);
}
