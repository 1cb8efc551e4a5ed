/** Little-endian records, written one after the other into memory that is used again. */
export class RecordWriter {
  #buffer: Buffer = Buffer.allocUnsafeSlow(16_384);
  #length = 0;

  u16(value: number): this {
    this.#length = this.#buffer.writeUInt16LE(value, this.#length);
    return this;
  }

  u32(value: number): this {
    this.#length = this.#buffer.writeUInt32LE(value, this.#length);
    return this;
  }

  /** @param value 0 to 2^53-1 */
  u64(value: number): this {
    return this.u32(value % 2 ** 32).u32(Math.floor(value / 2 ** 32));
  }

  /** @param bytes of a name: at most 4,096 */
  bytes(bytes: Uint8Array): this {
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** All that was written since the last time; good until more is written. */
  take(): Uint8Array {
    const length = this.#length;
    this.#length = 0;
    return this.#buffer.subarray(0, length);
  }
}
