/** What entries are looked for, by what trees say of them. */
import { decodeText, encodeText } from '../bytes/text.ts';
import { checkAttributes } from '../object/attributes.ts';
import type { TreeEntry } from '../object/tree-entry.ts';

/** Whether a value is wanted: text in which `*` stands for any characters or none, or a function. */
export type ValueTest = string | ((value: string) => boolean);

/** Which entries are wanted; all that is said must hold. */
export interface Conditions {
  /** What their attributes must be, by key: an entry without the key is not wanted. @default anything */
  readonly where?: Readonly<Record<string, ValueTest>>;
  /** The least size, in bytes; of a folder, of all in it. @default 0 */
  readonly minBytes?: number;
}

/** One key that is looked at. */
export interface KeyCondition {
  readonly key: string;
  /** The key as it begins an attribute. */
  readonly prefix: Uint8Array;
  readonly matches: (value: string) => boolean;
}

const MAX_REMEMBERED = 4096;

/** @throws InvalidInputError `ATTRIBUTE_INVALID` for a key that no attribute has */
export function compileConditions(where: Readonly<Record<string, ValueTest>> = {}): KeyCondition[] {
  return Object.entries(where).map(([key, test]) => {
    checkAttributes(new Map([[key, '']]));
    const matches = typeof test === 'string' ? compileStars(test) : test;
    return { key, prefix: encodeText(`${key}=`), matches };
  });
}

/** Whether an entry is wanted. @throws as {@link compileConditions} */
export function entryTest({ where, minBytes = 0 }: Conditions): (entry: TreeEntry) => boolean {
  const conditions = compileConditions(where);
  return ({ sizeBytes, attributes }) =>
    sizeBytes >= minBytes &&
    conditions.every(({ key, matches }) => {
      const value = attributes.get(key);
      return value !== undefined && matches(value);
    });
}

/** Judges values by their bytes, each of the last few thousand once. */
export class ValueJudge {
  readonly #matches: (value: string) => boolean;
  readonly #known = new Map<string, boolean>();

  constructor({ matches }: KeyCondition) {
    this.#matches = matches;
  }

  /** Bytes that are no text are not wanted. */
  wants(bytes: Uint8Array): boolean {
    const value = decodeText(bytes);
    if (value === undefined) return false;
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
    const isWanted = this.#matches(value);
    this.#known.set(value, isWanted);
    return isWanted;
  }
}

/**
 * Whether text is like `pattern`, in which `*` stands for any characters or none: what is between the stars is
 * searched for, so that no text of a stranger takes long.
 */
export function compileStars(pattern: string): (value: string) => boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return (value) => value === first;
  return (value) => {
    if (value.length < first.length + last.length || !value.startsWith(first)) return false;
    if (!value.endsWith(last)) return false;
    const end = value.length - last.length;
    let at = first.length;
    for (const part of others) {
      const found = value.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}
