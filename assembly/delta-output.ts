/** A delta program in the making, that stops before it is longer than it may be. Its layout: delta-apply.ts. */
const MAX_INSERT: u32 = 127;
/** Three bytes of size. */
const MAX_COPY: u32 = 0xffffff;
/** The command, four bytes of offset, three of size. */
const MAX_COPY_COMMAND: u32 = 8;
const MAX_SIZE_BYTES: u32 = 5;

let next: usize = 0;
let end: usize = 0;
let isFull: bool = false;

export function startOutput(out: usize, maxBytes: u32): void {
  next = out;
  end = out + maxBytes;
  isFull = false;
}

/** Whether something was left out because there was no room for it: then the program is worth nothing. */
export function outputIsFull(): bool {
  return isFull;
}

/** Bytes that there is room for. */
export function outputRoom(): u32 {
  return isFull ? 0 : ((end - next) as u32);
}

export function outputEnd(): usize {
  return next;
}

export function writeSize(size: u32): void {
  if (!hasRoom(MAX_SIZE_BYTES)) return;
  let left = size;
  while (left >= 128) {
    store<u8>(next++, (left | 128) as u8);
    left >>= 7;
  }
  store<u8>(next++, left as u8);
}

export function writeInserts(from: usize, bytes: u32): void {
  if (bytes == 0 || !hasRoom(bytes + (bytes + MAX_INSERT - 1) / MAX_INSERT)) return;
  let left = bytes;
  while (left > 0) {
    const size = min<u32>(left, MAX_INSERT);
    store<u8>(next++, size as u8);
    memory.copy(next, from + (bytes - left), size);
    next += size;
    left -= size;
  }
}

export function writeCopies(offset: u32, bytes: u32): void {
  let left = bytes;
  while (left > 0 && hasRoom(MAX_COPY_COMMAND)) {
    const size = min<u32>(left, MAX_COPY);
    writeCopy(offset + (bytes - left), size);
    left -= size;
  }
}

function writeCopy(offset: u32, size: u32): void {
  const command = next++;
  const bits = writeParts(offset, 4) | (writeParts(size, 3) << 4);
  store<u8>(command, (128 | bits) as u8);
}

/** Writes the bytes of `value` that are not 0, lowest first. @returns a bit for each byte that was written */
function writeParts(value: u32, bytes: u32): u32 {
  let bits: u32 = 0;
  for (let at: u32 = 0; at < bytes; at++) {
    const part = (value >> (8 * at)) & 255;
    if (part == 0) continue;
    store<u8>(next++, part as u8);
    bits |= 1 << at;
  }
  return bits;
}

function hasRoom(bytes: u32): bool {
  if (bytes > ((end - next) as u32)) isFull = true;
  return !isFull;
}
