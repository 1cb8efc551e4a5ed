/** How an input becomes another one: by some small changes, each of a kind that finds faults. */
import { encodeText } from '../../src/bytes/text.ts';
import type { RandomNumber } from '../dice.ts';

/** What a mutation has at hand. */
export interface Surroundings {
  readonly random: RandomNumber;
  /** What the format is made of. */
  readonly words: readonly Uint8Array[];
  /** Another input, of which a part may be taken. */
  readonly other: Uint8Array;
  readonly maxBytes: number;
}

type Change = (bytes: Uint8Array, around: Surroundings) => Uint8Array;

const NOTHING = new Uint8Array(0);
/** 1, 2, 4 or 8 changes, each as often. */
const CHANGE_POWERS = 4;
const SHORT_RANGE_BYTES = 16;

/** Bytes at which rules of formats change. */
const EDGE_BYTES: readonly number[] = [
  0x00, 0x01, 0x0a, 0x20, 0x2e, 0x2f, 0x30, 0x37, 0x39, 0x3d, 0x7e, 0x7f, 0x80, 0x81, 0xc0, 0xfe, 0xff,
];
/** Numbers likewise; as fields of two, four and eight bytes, as varints, and as text. */
const EDGE_NUMBERS: readonly number[] = [
  -1,
  0,
  1,
  2,
  7,
  31,
  127,
  128,
  255,
  256,
  511,
  512,
  4095,
  65_535,
  65_536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 53,
];
const EDGE_TEXTS: readonly string[] = [
  ...EDGE_NUMBERS.flatMap((number) => [`${number}`, number.toString(8)]),
  ...'00 01 -0 1e3 0x10 1.5 9007199254740993 99999999999999999999 77777777777'.split(' '),
];
const VARINT_BYTES: readonly number[] = [1, 4, 7, 8, 9, 10];
const EDGES: readonly Uint8Array[] = [
  ...EDGE_TEXTS.map(encodeText),
  ...EDGE_NUMBERS.flatMap((number) => [2, 4, 8].flatMap((width) => fieldsOf(number, width))),
  ...VARINT_BYTES.map((length) => new Uint8Array(length).fill(0x80, 0, length - 1)), // longer than need be
  ...VARINT_BYTES.map((length) => new Uint8Array(length).fill(0xff, 0, length - 1).fill(0x7f, length - 1)),
];

/** Both orders of the bytes. */
function fieldsOf(number: number, width: number): Uint8Array[] {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt.asIntN(64, BigInt(number)));
  const field = bytes.slice(8 - width);
  return [field, field.toReversed()];
}

const CHANGES: readonly Change[] = [
  inPlace((bytes, at, { random }) => (bytes[at]! ^= 1 << random(8))),
  inPlace((bytes, at, { random }) => (bytes[at] = random(256))),
  inPlace((bytes, at, { random }) => (bytes[at] = EDGE_BYTES[random(EDGE_BYTES.length)]!)),
  inPlace((bytes, at, { random }) => (bytes[at]! += random(33) - 16)),
  inPlace((bytes, at, { random }) => bytes.fill(bytes[at]!, at, at + random(40))),
  inPlace((bytes, at, around) => put(bytes, at, edgeOf(around))),
  inPlace((bytes, at, around) => put(bytes, at, wordOf(around))),
  inPlace((bytes, at, { random }) => put(bytes, at, partOf(bytes, random).slice())),
  inPlace((bytes, at, { random, other }) => put(bytes, at, partOf(other, random))),
  (bytes, around) => insert(bytes, around, edgeOf(around)),
  (bytes, around) => insert(bytes, around, wordOf(around)),
  (bytes, around) => insert(bytes, around, partOf(bytes, around.random)),
  (bytes, around) => insert(bytes, around, partOf(around.other, around.random)),
  (bytes, { random }) => replace(bytes, partOf(bytes, random), NOTHING),
  (bytes, { random, other }) => replace(bytes, partOf(bytes, random), partOf(other, random)),
  (bytes, { random, other }) =>
    replace(bytes, bytes.subarray(random(bytes.length + 1)), tailOf(other, random)),
  replaceDigits,
];

/** Another input, made of `bytes`; never longer than `maxBytes`. */
export function mutate(bytes: Uint8Array, around: Surroundings): Uint8Array {
  const { random, maxBytes } = around;
  let mutated: Uint8Array = new Uint8Array(bytes); // also of a Buffer, whose `slice` does not copy
  for (let left = 2 ** random(CHANGE_POWERS); left > 0; left--) {
    mutated = CHANGES[random(CHANGES.length)]!(mutated, around);
    if (mutated.length > maxBytes) mutated = mutated.slice(0, maxBytes);
  }
  return mutated;
}

function inPlace(change: (bytes: Uint8Array, at: number, around: Surroundings) => unknown): Change {
  return (bytes, around) => {
    if (bytes.length > 0) change(bytes, around.random(bytes.length), around);
    return bytes;
  };
}

function put(bytes: Uint8Array, at: number, part: Uint8Array): void {
  bytes.set(part.subarray(0, bytes.length - at), at);
}

function insert(bytes: Uint8Array, { random }: Surroundings, part: Uint8Array): Uint8Array {
  const at = random(bytes.length + 1);
  return replace(bytes, bytes.subarray(at, at), part);
}

/** @param part of `bytes`, a view */
function replace(bytes: Uint8Array, part: Uint8Array, by: Uint8Array): Uint8Array {
  const from = part.byteOffset - bytes.byteOffset;
  const replaced = new Uint8Array(bytes.length - part.length + by.length);
  replaced.set(bytes.subarray(0, from));
  replaced.set(by, from);
  replaced.set(bytes.subarray(from + part.length), from + by.length);
  return replaced;
}

/** A number in decimal, in place of one that is there. */
function replaceDigits(bytes: Uint8Array, around: Surroundings): Uint8Array {
  const { random } = around;
  let from = random(bytes.length + 1);
  while (from < bytes.length && !isDigit(bytes[from]!)) from++;
  let to = from;
  while (to < bytes.length && isDigit(bytes[to]!)) to++;
  const text = EDGE_TEXTS[random(EDGE_TEXTS.length)]!;
  return to === from ? bytes : replace(bytes, bytes.subarray(from, to), encodeText(text));
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Mostly a short one. */
function partOf(bytes: Uint8Array, random: RandomNumber): Uint8Array {
  const at = random(bytes.length + 1);
  const most = random(4) === 0 ? bytes.length - at : Math.min(SHORT_RANGE_BYTES, bytes.length - at);
  return bytes.subarray(at, at + random(most + 1));
}

function tailOf(bytes: Uint8Array, random: RandomNumber): Uint8Array {
  return bytes.subarray(random(bytes.length + 1));
}

function edgeOf({ random }: Surroundings): Uint8Array {
  return EDGES[random(EDGES.length)]!;
}

function wordOf({ random, words }: Surroundings): Uint8Array {
  return words[random(words.length)] ?? NOTHING;
}
