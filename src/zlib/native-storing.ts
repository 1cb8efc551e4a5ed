/** The stream of content that is not worth compressing: one compressor takes its blocks in turn, and stores them. */
import { createDeflate } from 'node:zlib';
import { viewBytes } from '../bytes/concat.ts';
import { PIECE_BYTES } from './buffer-sizes.ts';
import type { BlockDeflater } from './codec.ts';

export class StoringDeflater implements BlockDeflater {
  readonly #engine = createDeflate({ level: 0, chunkSize: PIECE_BYTES });
  readonly #pieces: Uint8Array[] = [];
  readonly #ended: Promise<void>;

  constructor() {
    this.#engine.on('data', (piece: Uint8Array) => this.#pieces.push(viewBytes(piece)));
    this.#ended = new Promise((resolve, reject) => {
      this.#engine.on('end', resolve).on('error', reject);
    });
    this.#ended.catch(() => undefined); // told to whoever adds, or finishes
  }

  add(block: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#engine.write(block, (error) => (error ? reject(error) : resolve()));
    });
  }

  async finish(): Promise<readonly Uint8Array[]> {
    this.#engine.end();
    await this.#ended;
    return this.#pieces;
  }
}
