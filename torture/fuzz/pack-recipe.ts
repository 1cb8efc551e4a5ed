/**
 * Packs out of any bytes, right in all but what the bytes say: to change one byte of a pack would mostly break its
 * streams and checksums, and lead no further. A recipe is entries, one after the other:
 *
 *   0  1  bits 0 and 1: whole, a delta by offset, one by id, or an entry as it is; bits 2 to 4: which base, or how often
 *         a content is repeated; bit 5: compressed, or stored
 *   1  1  n
 *   2  n  content, the commands of a delta, or the entry
 */
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeVarint } from '../../src/bytes/varint.ts';
import { CasError } from '../../src/errors/errors.ts';
import { applyDelta } from '../../src/pack/delta.ts';
import type { PackItem } from '../../test/packs/pack-maker.ts';

/** An entry, and the object that it is. */
export interface RecipeEntry {
  readonly item: PackItem;
  /** `undefined` where the entry, or its base, is damaged. */
  readonly object: Uint8Array | undefined;
  /** What it is where entries that are as they are have sound copies elsewhere. */
  readonly healed: Uint8Array | undefined;
}

const MAX_OBJECT_BYTES: number = 2 ** 20;
const ZERO_SIZE = 0x10000;
const FORMS = ['whole', 'by offset', 'by id', 'as it is'] as const;

/** What a recipe says; none where it has no whole entry. */
export function followRecipe(recipe: Uint8Array): RecipeEntry[] {
  const entries: RecipeEntry[] = [];
  for (let at = 0; at + 2 <= recipe.length; at += 2 + recipe[at + 1]!)
    entries.push(entryOf(recipe[at]!, recipe.subarray(at + 2, at + 2 + recipe[at + 1]!), entries));
  return entries;
}

function entryOf(flags: number, payload: Uint8Array, before: readonly RecipeEntry[]): RecipeEntry {
  const form = FORMS[flags & 3]!;
  const number = (flags >> 2) & 7;
  const level = (flags & 0x20) === 0 ? 0 : 6;
  if (form === 'as it is' && payload.length > 0)
    return { item: { kind: 'raw', content: payload, entry: payload }, object: undefined, healed: payload };
  if (form === 'whole' || form === 'as it is' || before.length === 0) {
    const content = concatBytes(Array.from({ length: 1 + number }, () => payload)).slice();
    return { item: { kind: 'whole', content, level }, object: content, healed: content };
  }
  const base = number % before.length;
  const under = before[base]!;
  const program = programOf(under.item.content, payload);
  const object = under.object && resultOf(under.object, program);
  const healed = under.healed && resultOf(under.healed, program);
  const content = healed ?? concatBytes([Uint8Array.of(flags), program]); // only to have an id
  const by = form === 'by id' ? 'id' : 'offset';
  return { item: { kind: 'delta', base, by, program, content, level }, object, healed };
}

/** The commands, and before them the sizes that they make right. */
function programOf(base: Uint8Array, commands: Uint8Array): Uint8Array {
  return concatBytes([encodeVarint(base.length), encodeVarint(resultBytes(commands)), commands]);
}

function resultOf(base: Uint8Array, program: Uint8Array): Uint8Array | undefined {
  try {
    return applyDelta(base, program, MAX_OBJECT_BYTES);
  } catch (error) {
    if (error instanceof CasError) return undefined;
    throw error;
  }
}

/** How much commands make, as far as they go. */
function resultBytes(commands: Uint8Array): number {
  let bytes = 0;
  for (let at = 0; at < commands.length; ) {
    const code = commands[at++]!;
    if (code < 0x80) {
      bytes += code;
      at += code;
      continue;
    }
    let size = 0;
    for (let bit = 0; bit < 7; bit++) {
      if ((code & (1 << bit)) === 0) continue;
      if (bit >= 4) size += (commands[at] ?? 0) * 2 ** (8 * (bit - 4));
      at++;
    }
    bytes += size || ZERO_SIZE;
  }
  return Math.min(bytes, MAX_OBJECT_BYTES + 1);
}
