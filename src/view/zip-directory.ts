/** The central directory of a zip, which comes behind all members: held meanwhile, and all but its beginning deflated. */
import { promisify } from 'node:util';
import { deflateRaw, inflateRawSync } from 'node:zlib';
import { viewBytes } from '../bytes/concat.ts';
import { ArchiveBlocks } from './archive-blocks.ts';
import type { ZipMember, ZipRecords } from './zip-records.ts';

/** So many blocks are held as they are; of most archives that is all. */
const HELD_BLOCKS = 4;
const LEVEL = 1;
const deflateBeside = promisify<Uint8Array, object, Buffer>(deflateRaw);

export class ZipDirectory {
  readonly #records: ZipRecords;
  readonly #blocks = new ArchiveBlocks();
  readonly #held: Uint8Array[] = [];
  readonly #deflated: Promise<Uint8Array>[] = [];
  #count = 0;

  constructor(records: ZipRecords) {
    this.#records = records;
  }

  get count(): number {
    return this.#count;
  }

  /** How many bytes it has. */
  get bytes(): number {
    return this.#blocks.bytes;
  }

  /** @param offset of its local header */
  add(member: ZipMember, offset: number): void {
    this.#records.putCentralHeader(this.#blocks, member, offset);
    this.#count++;
  }

  /** To be awaited now and then: what was added takes less room from then on. */
  async settle(): Promise<void> {
    for (const block of this.#blocks.takeFull()) {
      if (this.#held.length < HELD_BLOCKS) this.#held.push(block);
      else this.#deflated.push(deflateBeside(block, { level: LEVEL }));
    }
    await this.#deflated.at(-1);
  }

  /** All of it. To be read once, at the end. */
  async *read(): AsyncGenerator<Uint8Array> {
    await this.settle();
    yield* this.#held;
    for (const deflated of this.#deflated) yield viewBytes(inflateRawSync(await deflated));
    yield* this.#blocks.takeAll();
  }
}
