/** The bytes of one member, handed out while the archive goes by. */
import { InvalidInputError } from '../errors/errors.ts';
import { type TarPlace, tarFault } from './fault.ts';
import { BLOCK_BYTES } from './header.ts';
import type { ArchiveInput } from './input.ts';

export class TarContent implements AsyncIterable<Uint8Array> {
  readonly #input: ArchiveInput;
  readonly #place: TarPlace;
  readonly #paddingBytes: number;
  #missingBytes: number;
  #isOver = false;

  constructor(input: ArchiveInput, sizeBytes: number, place: TarPlace) {
    this.#input = input;
    this.#place = place;
    this.#missingBytes = sizeBytes;
    this.#paddingBytes = (BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES;
  }

  /**
   * @throws InvalidInputError `TAR_TRUNCATED`; `TAR_CONTENT_GONE` once the next member was asked for
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    while (this.#missingBytes > 0) {
      if (this.#isOver) throw gone();
      const piece = (await this.#input.peek()).subarray(0, this.#missingBytes);
      if (piece.length === 0) throw truncated(this.#place);
      this.#input.advance(piece.length);
      this.#missingBytes -= piece.length;
      yield piece;
    }
  }

  /** Whether {@link finish} has nothing to wait for; then it is done. */
  tryFinish(): boolean {
    const left = this.#missingBytes + this.#paddingBytes;
    if (left > this.#input.bufferedBytes) return false;
    this.#input.advance(left);
    this.#isOver = true;
    return true;
  }

  /** Skips what was not read, and the padding: the next header starts here. */
  async finish(): Promise<void> {
    this.#isOver = true;
    if (!(await this.#input.skip(this.#missingBytes + this.#paddingBytes))) throw truncated(this.#place);
  }
}

function truncated(place: TarPlace): InvalidInputError {
  return tarFault('TAR_TRUNCATED', 'the archive ends inside it', place);
}

function gone(): InvalidInputError {
  return new InvalidInputError('TAR_CONTENT_GONE', 'cannot read a tar member after the next was asked for', {
    hint: 'read the content of each member before you go on',
  });
}
