/** Deflate streams that no compressor writes, bit by bit: any codes, sound or not, and any bits behind them. */
import * as fc from 'fast-check';

/** The order in which a block tells the lengths of the code of its lengths (RFC 1951, section 3.2.7). */
const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

export class BitWriter {
  readonly #bits: number[] = [];

  /** The lowest `count` bits of `value`, lowest first. */
  write(value: number, count: number): this {
    for (let bit = 0; bit < count; bit++) this.#bits.push((value >> bit) & 1);
    return this;
  }

  /** The bits of a code, which are written highest first. */
  code(value: number, length: number): this {
    for (let bit = length - 1; bit >= 0; bit--) this.#bits.push((value >> bit) & 1);
    return this;
  }

  /** As a zlib stream, with an Adler-32 of zeros. */
  toStream(): Uint8Array {
    const body = new Uint8Array(Math.ceil(this.#bits.length / 8));
    for (const [at, bit] of this.#bits.entries()) body[at >> 3]! |= bit << (at & 7);
    return Uint8Array.from([0x78, 0x9c, ...body, 0, 0, 0, 0]);
  }
}

/** The codes of a block, each a length a symbol, 0 for none. */
export interface Codes {
  readonly literals: readonly number[];
  readonly distances: readonly number[];
}

/** A last block with `codes`, whose lengths are written in four bits each and never repeated. */
export function startBlock({ literals, distances }: Codes): BitWriter {
  const writer = new BitWriter().write(1, 1).write(2, 2);
  writer
    .write(literals.length - 257, 5)
    .write(distances.length - 1, 5)
    .write(15, 4);
  for (const symbol of LENGTH_ORDER) writer.write(symbol < 16 ? 4 : 0, 3);
  for (const length of [...literals, ...distances]) writer.code(length, 4);
  return writer;
}

/** The lengths of a complete code of `symbols` symbols at most, by splitting leaves; none over 15. */
function completeCode(symbols: number, choices: readonly number[]): number[] {
  const lengths = [0];
  for (const choice of choices) {
    if (lengths.length >= symbols) break;
    const at = choice % lengths.length;
    const length = lengths[at]! + 1;
    if (length <= 15) lengths.splice(at, 1, length, length);
  }
  return lengths;
}

/** `lengths` given to some of `symbols` symbols, the first of them to `sure`. */
function spread(
  lengths: readonly number[],
  { symbols, order, sure }: { symbols: number; order: readonly number[]; sure: number },
): number[] {
  const left = Array.from({ length: symbols }, (_, symbol) => symbol).filter((symbol) => symbol !== sure);
  const code = Array.from({ length: symbols }, () => 0);
  for (const [at, length] of lengths.entries()) {
    const symbol = at === 0 ? sure : left.splice(order[at % order.length]! % left.length, 1)[0]!;
    code[symbol] = length;
  }
  return code;
}

/** Up to 286 and 30 symbols; complete, as compressors make them. */
const anyCompleteCodes = (): fc.Arbitrary<Codes> =>
  fc
    .record({
      splits: fc.array(fc.nat(), { minLength: 1, maxLength: 300, size: 'max' }),
      distanceSplits: fc.array(fc.nat(), { maxLength: 40, size: 'max' }),
      order: fc.array(fc.nat(), { minLength: 1, maxLength: 300, size: 'max' }),
      isDeep: fc.boolean(), // the last leaf is split again and again: the longest codes there are
    })
    .map(({ splits, distanceSplits, order, isDeep }) => {
      const choices = isDeep ? splits.map((_, at) => at) : splits;
      return {
        literals: spread(completeCode(286, choices), { symbols: 286, order, sure: 256 }),
        distances: spread(completeCode(30, distanceSplits), { symbols: 30, order, sure: 0 }),
      };
    });

/** Lengths that are wrong in some place, or everywhere. */
const anyCodes = (): fc.Arbitrary<Codes> =>
  fc.oneof(
    { weight: 4, arbitrary: anyCompleteCodes() },
    {
      weight: 1,
      arbitrary: fc
        .tuple(anyCompleteCodes(), fc.nat(315), fc.nat(15))
        .map(([{ literals, distances }, at, length]) => ({
          literals: literals.with(Math.min(at, 285), length),
          distances: at < 286 ? distances : distances.with(at - 286, length),
        })),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        literals: fc.array(fc.nat(15), { minLength: 257, maxLength: 288 }),
        distances: fc.array(fc.nat(15), { minLength: 1, maxLength: 32 }),
      }),
    },
  );

/** One block with any codes, and any bits of content. */
export const anyBlock = (): fc.Arbitrary<Uint8Array> =>
  fc.tuple(anyCodes(), fc.uint8Array({ maxLength: 200 })).map(([codes, content]) => {
    const writer = startBlock(codes);
    for (const byte of content) writer.write(byte, 8);
    return writer.toStream();
  });
