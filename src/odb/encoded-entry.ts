/** An object that was compressed before it is put. */

/** An entry as it goes into a pack, and what the pack's tables say of it. */
export interface EncodedEntry {
  /** Of the object, 32 bytes. */
  readonly id: Uint8Array;
  /** Header and zlib stream. */
  readonly bytes: Uint8Array;
  /** CRC-32 of `bytes`. */
  readonly crc: number;
  /** Of the object. */
  readonly sizeBytes: number;
  /** CRC-32 of the object's bytes. */
  readonly contentCrc: number;
}
