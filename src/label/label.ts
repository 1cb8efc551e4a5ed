/** A label, and all labels of a store at one moment. */
import { toByteString } from '../bytes/byte-string.ts';
import { compareText } from '../bytes/compare.ts';
import { encodeText } from '../bytes/text.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { Keep } from './keep.ts';
import type { LabelName } from './name.ts';

export interface Label {
  readonly name: LabelName;
  /** A snapshot. */
  readonly id: ObjectId;
  /** Never moved, renamed or deleted unless forced. */
  readonly isProtected: boolean;
  readonly keep: Keep;
}

export interface LabelState {
  /** The number of the last transaction in it; 0 before the first. */
  readonly n: number;
  /** In the order of {@link sortByName}. */
  readonly labels: ReadonlyMap<LabelName, Label>;
  /** Bytes after the last whole record: a write that was cut off, or one that is going on. */
  readonly tornBytes: number;
}

/** By the bytes of their names, as `LC_ALL=C sort` has them. */
export function sortByName<Item extends { readonly name: LabelName }>(items: Iterable<Item>): Item[] {
  const keyed = Array.from(items, (item) => ({ item, key: toByteString(encodeText(item.name)) }));
  keyed.sort((left, right) => compareText(left.key, right.key));
  return keyed.map(({ item }) => item);
}
