/**
 * Those rows of a tree that are wanted, and its folders, without what lies between them.
 *
 *   pick
 *     0   8   the size, a float
 *     8   4   where the id is, from the start of the tree
 *     12  4   what assembly/tree.ts says of the entry; WANTED_BIT where the row is wanted
 *     16  4   where its line ends, from the start of the lines
 *     20  4   unused
 *
 * A line is the path, a slash where it is a folder, and a new line.
 */
const ROW_BYTES: usize = 48;
const PICK_BYTES: usize = 24;
const NAME_MASK: u32 = 0xff;
const FOLDER_BIT: u32 = 1 << 8;
const WANTED_BIT: u32 = 1 << 31;

const SPACE: u32 = 0x20;
const TILDE: u32 = 0x7e;
const PERCENT: u32 = 0x25;
const SLASH: u32 = 0x2f;
const NEW_LINE: u32 = 0x0a;

let sum: f64 = 0;
let linesStart: usize = 0;
let lineEnd: usize = 0;
let arePlain: bool = true;

/** Of all the rows that were picked from last. */
export function pickedSum(): f64 {
  return sum;
}

/** Whether every byte of the lines that were made last, but for their ends, is one that a terminal shows as it is. */
export function linesArePlain(): bool {
  return arePlain;
}

/** Unmarks rows whose value is not wanted. @param verdicts a byte for each number, 0 or 1, from number 0 on */
export function judgeRows(count: u32, numbers: usize, verdicts: usize, marks: usize): void {
  for (let row: usize = 0; row < (count as usize); row++) {
    const verdict = load<u8>(verdicts + (load<u32>(numbers + (row << 2)) as usize));
    store<u8>(marks + row, load<u8>(marks + row) & verdict);
  }
}

/**
 * @param marks a byte a row, 1 where it is wanted if it has `minBytes`
 * @param prefix what stands before each name in a line
 * @returns how many were picked
 */
export function pickRows(
  tree: usize,
  rows: usize,
  count: u32,
  marks: usize,
  minBytes: f64,
  prefix: usize,
  prefixBytes: u32,
  picks: usize,
  lines: usize,
): u32 {
  sum = 0;
  linesStart = lines;
  lineEnd = lines;
  arePlain = true;
  let pick = picks;
  for (let at: usize = 0; at < (count as usize); at++) {
    const row = rows + at * ROW_BYTES;
    const size = load<f64>(row, 32);
    const facts = load<u32>(row, 40);
    sum += size;
    const isWanted = load<u8>(marks + at) != 0 && size >= minBytes;
    if (!isWanted && (facts & FOLDER_BIT) == 0) continue;
    const id = load<u32>(row, 44);
    store<f64>(pick, size);
    store<u32>(pick, id, 8);
    store<u32>(pick, isWanted ? facts | WANTED_BIT : facts, 12);
    writeLine(tree + (id as usize) - 1, facts, prefix, prefixBytes);
    store<u32>(pick, (lineEnd - linesStart) as u32, 16);
    pick += PICK_BYTES;
  }
  return ((pick - picks) / PICK_BYTES) as u32;
}

function writeLine(nameEnd: usize, facts: u32, prefix: usize, prefixBytes: u32): void {
  memory.copy(lineEnd, prefix, prefixBytes);
  lineEnd += prefixBytes;
  for (let at = nameEnd - ((facts & NAME_MASK) as usize); at < nameEnd; at++, lineEnd++) {
    const byte: u32 = load<u8>(at);
    if (byte < SPACE || byte > TILDE || byte == PERCENT) arePlain = false;
    store<u8>(lineEnd, byte);
  }
  if ((facts & FOLDER_BIT) != 0) store<u8>(lineEnd++, SLASH);
  store<u8>(lineEnd++, NEW_LINE);
}
