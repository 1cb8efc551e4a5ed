/**
 * A rolling hash: each byte shifts the sum by a bit and adds its own number, so 32 bytes decide it.
 *
 * The numbers are the lower halves of the first 256 of splitmix64, seeded with its own increment.
 * Source: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014.
 */
const INCREMENT: u64 = 0x9e3779b97f4a7c15;

const numbers: usize = memory.data(4 * 256, 8);

setNumbers();

function setNumbers(): void {
  let state: u64 = INCREMENT;
  for (let at: usize = 0; at < 256; at++) {
    state += INCREMENT;
    let mixed = state;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    store<u32>(numbers + (at << 2), (mixed ^ (mixed >> 31)) as u32);
  }
}

export function roll(hash: u32, byte: u8): u32 {
  return (hash << 1) + load<u32>(numbers + ((byte as usize) << 2));
}
