/** How many of the first `most` bytes at two places are equal. */
export function matchLength(left: usize, right: usize, most: u32): u32 {
  let length: u32 = 0;
  while (length + 8 <= most) {
    const difference = load<u64>(left + length) ^ load<u64>(right + length);
    if (difference != 0) return length + ((ctz<u64>(difference) >> 3) as u32);
    length += 8;
  }
  while (length < most && load<u8>(left + length) == load<u8>(right + length)) length++;
  return length;
}

export function equal(left: usize, right: usize, bytes: u32): bool {
  return matchLength(left, right, bytes) == bytes;
}
