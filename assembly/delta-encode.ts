/**
 * The search for a short delta program: greedy, from the first byte of the target to the last.
 *
 * At each place the offset of the last copy is tried first, since most differences replace some bytes by as
 * many others; then the places of the base that start with the same eight bytes. A match is extended back
 * over bytes that were about to be inserted.
 */
import { hashAt, SEED_BYTES } from './delta-index';
import {
  outputEnd,
  outputIsFull,
  outputRoom,
  startOutput,
  writeCopies,
  writeInserts,
  writeSize,
} from './delta-output';
import { matchLength } from './match';

/** A match on the last offset that is this long is not worth a search for a longer one. */
const LONG_ENOUGH: u32 = 48;
/** A match of this length ends the search along a chain. */
const LONGEST_SEARCHED: u32 = 4096;

let base: usize = 0;
let baseBytes: u32 = 0;
let target: usize = 0;
let targetBytes: u32 = 0;
let pending: u32 = 0; // the first byte of the target that no command makes yet

/** The best match at a place: `matchBytes` from `matchOffset` of the base on, of which `matchBack` lie before it. */
let matchOffset: u32 = 0;
let matchBytes: u32 = 0;
let matchBack: u32 = 0;

/**
 * Writes the program that makes the target of the base to `out`.
 *
 * @param minCopy the shortest match that is copied
 * @param tries how many places of a chain are looked at
 * @returns its length, or 0 as soon as it is clear that it would pass `maxBytes`
 */
export function encodeDelta(
  ofBase: usize,
  ofBaseBytes: u32,
  index: usize,
  headBits: u32,
  step: u32,
  ofTarget: usize,
  ofTargetBytes: u32,
  out: usize,
  maxBytes: u32,
  minCopy: u32,
  tries: u32,
): u32 {
  base = ofBase;
  baseBytes = ofBaseBytes;
  target = ofTarget;
  targetBytes = ofTargetBytes;
  startOutput(out, maxBytes);
  writeSize(baseBytes);
  writeSize(targetBytes);
  pending = 0;
  if (!encodeMatches(index, headBits, step, max<u32>(minCopy, 1), tries)) return 0;
  writeInserts(target + pending, targetBytes - pending);
  return outputIsFull() ? 0 : ((outputEnd() - out) as u32);
}

/** @returns false where it gave up, since more is pending than there is room for */
function encodeMatches(index: usize, headBits: u32, step: u32, minCopy: u32, tries: u32): bool {
  let at = copyCommonStart(minCopy);
  let room = outputRoom();
  let shift: i32 = 0; // the offset of the last copy in the base, less its place in the target
  while (at + SEED_BYTES <= targetBytes) {
    if (at - pending > room) return false;
    matchBytes = 0;
    matchBack = 0;
    matchShifted(at, shift);
    if (matchBytes < LONG_ENOUGH) matchChain(at, index, headBits, step, tries);
    if (matchBytes < minCopy) {
      at++;
      continue;
    }
    const start = at - matchBack;
    writeInserts(target + pending, start - pending);
    writeCopies(matchOffset, matchBytes);
    room = outputRoom();
    shift = (matchOffset as i32) - (start as i32);
    at = start + matchBytes;
    pending = at;
  }
  return true;
}

/** Files of two versions mostly start alike. @returns where the search begins */
function copyCommonStart(minCopy: u32): u32 {
  const common = matchLength(base, target, min<u32>(baseBytes, targetBytes));
  if (common < minCopy) return 0;
  writeCopies(0, common);
  pending = common;
  return common;
}

/** Sets the match to what lies at the offset of the last copy, if that is one. */
function matchShifted(at: u32, shift: i32): void {
  if (at == pending) return; // there the last copy has just ended
  const offset = (at as i32) + shift;
  if (offset < 0 || (offset as u32) + SEED_BYTES > baseBytes) return;
  if (load<u64>(base + offset) != load<u64>(target + at)) return;
  considerMatch(at, offset);
}

function matchChain(at: u32, index: usize, headBits: u32, step: u32, tries: u32): void {
  const seed = load<u64>(target + at);
  const rest = index + ((4 as usize) << headBits);
  let place = load<u32>(index + ((hashAt(target + at, headBits) as usize) << 2));
  for (let left = tries; place != 0 && left > 0; left--) {
    const offset = (place - 1) * step;
    if (load<u64>(base + offset) == seed && considerMatch(at, offset) > LONGEST_SEARCHED) return;
    place = load<u32>(rest + (((place - 1) as usize) << 2));
  }
}

/** Remembers the match of `at` with `offset` if it is longer than the best. @returns its length from `at` on */
function considerMatch(at: u32, offset: u32): u32 {
  const ahead = matchLength(base + offset, target + at, min<u32>(baseBytes - offset, targetBytes - at));
  const mostBack = min<u32>(at - pending, offset);
  if (ahead + mostBack <= matchBytes) return ahead;
  let back: u32 = 0;
  while (back < mostBack && load<u8>(base + offset - back - 1) == load<u8>(target + at - back - 1)) back++;
  if (ahead + back > matchBytes) {
    matchBytes = ahead + back;
    matchBack = back;
    matchOffset = offset - back;
  }
  return ahead;
}
