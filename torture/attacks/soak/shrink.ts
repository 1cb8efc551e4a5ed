/** The few steps out of many that still break something. */

/**
 * Leaves out ever smaller parts, from the end on, as long as it breaks without them. Source: delta debugging (Zeller and
 * Hildebrandt, 2002), its complements only.
 *
 * @param breaks whether these still do, each time from a fresh start
 * @param most items gone through, over which nothing more is tried
 */
export async function shrink<Item>(
  items: readonly Item[],
  breaks: (items: readonly Item[]) => Promise<boolean>,
  most: number,
): Promise<readonly Item[]> {
  let left = items;
  let tried = 0;
  for (let size = Math.ceil(left.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let end = left.length; end > 0 && tried < most; end -= size) {
      const without = [...left.slice(0, Math.max(end - size, 0)), ...left.slice(end)];
      tried += without.length;
      if (await breaks(without)) left = without;
    }
  }
  return left;
}
