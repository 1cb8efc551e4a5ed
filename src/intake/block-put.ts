/** Content that becomes an entry block by block: each is compressed on another thread while this one hashes it. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { concatBytes, viewBytes } from '../bytes/concat.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { objectIdFromBytes } from '../hash/object-id.ts';
import type { EncodedEntry } from '../odb/encoded-entry.ts';
import type { BlockPut, StoredObject } from '../odb/object-store.ts';
import type { EntryType } from '../pack/entry-header.ts';
import type { BlockDeflater, ZlibLevel } from '../zlib/codec.ts';
import { isIncompressible } from '../zlib/probe.ts';
import { encodeHeader } from './encode-entry.ts';

/** How the entry is made, and where it goes. */
export interface BlockPutContext {
  readonly type: EntryType;
  readonly sizeBytes: number;
  /** Content that seems incompressible is stored, whatever the level. */
  readonly level: ZlibLevel;
  readonly openBlocks: (level: ZlibLevel) => BlockDeflater;
  /** Whether an object is held soundly: then there is no need to wait for its entry. */
  readonly isHeld: (object: StoredObject) => Promise<boolean>;
  readonly append: (entry: EncodedEntry) => Promise<void>;
}

/** @returns what takes exactly `sizeBytes`, which is more than none */
export function openBlockPut(context: BlockPutContext): BlockPut {
  return new EntryInBlocks(context);
}

class EntryInBlocks implements BlockPut {
  readonly #context: BlockPutContext;
  readonly #hasher = createHash('sha256');
  #deflater: BlockDeflater | undefined;
  #contentCrc = 0;
  #addedBytes = 0;

  constructor(context: BlockPutContext) {
    this.#context = context;
  }

  add(block: Uint8Array): Promise<void> {
    const { level, openBlocks } = this.#context;
    this.#deflater ??= openBlocks(isIncompressible(block) ? 0 : level);
    const compressed = this.#deflater.add(block);
    this.#hasher.update(block);
    this.#contentCrc = crc32(block, this.#contentCrc);
    this.#addedBytes += block.length;
    return compressed;
  }

  async finish(): Promise<StoredObject> {
    const { type, sizeBytes, isHeld, append } = this.#context;
    const deflater = this.#deflater;
    if (deflater === undefined || this.#addedBytes !== sizeBytes)
      throw sizeMismatch(this.#addedBytes, sizeBytes);
    const id = viewBytes(this.#hasher.digest());
    const object = { id: objectIdFromBytes(id), sizeBytes };
    if (!(await isHeld(object))) {
      const bytes = concatBytes([encodeHeader(type, sizeBytes), ...(await deflater.finish())]);
      await append({ id, bytes, crc: crc32(bytes), sizeBytes, contentCrc: this.#contentCrc });
    }
    return object;
  }
}

function sizeMismatch(addedBytes: number, sizeBytes: number): InvalidInputError {
  return new InvalidInputError('SIZE_MISMATCH', `${addedBytes} bytes were added, not ${sizeBytes}`);
}
