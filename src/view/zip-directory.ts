/** What a zip has to remember of its members until its end: numbers, and no names. */
import type { ZipMember, ZipMethod, ZipRecords } from './zip-records.ts';

/** What the tree says again at the end. */
export type NamedMember = Pick<ZipMember, 'name' | 'kind' | 'timeSeconds' | 'sizeBytes'>;

const FLAG_DEFLATED = 1;
const FLAG_STREAMED = 2;

export class ZipDirectory {
  readonly #records: ZipRecords;
  readonly #contentCrcs: number[] = [];
  readonly #packedBytes: number[] = [];
  readonly #offsets: number[] = [];
  readonly #flags: number[] = [];

  constructor(records: ZipRecords) {
    this.#records = records;
  }

  /** @param offset of its local header */
  add({ contentCrc, packedBytes, method, isStreamed }: ZipMember, offset: number): void {
    this.#contentCrcs.push(contentCrc);
    this.#packedBytes.push(packedBytes);
    this.#offsets.push(offset);
    this.#flags.push((method === 8 ? FLAG_DEFLATED : 0) | (isStreamed ? FLAG_STREAMED : 0));
  }

  /** The central header of a member. @param number in the order in which they were added */
  encode(number: number, named: NamedMember): Uint8Array {
    const flags = this.#flags[number]!;
    const method: ZipMethod = (flags & FLAG_DEFLATED) === 0 ? 0 : 8;
    const member: ZipMember = {
      ...named,
      method,
      isStreamed: (flags & FLAG_STREAMED) !== 0,
      contentCrc: this.#contentCrcs[number]!,
      packedBytes: this.#packedBytes[number]!,
    };
    return this.#records.centralHeader(member, this.#offsets[number]!);
  }
}
