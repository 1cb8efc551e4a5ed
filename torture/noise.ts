/** Bytes that no compressor makes smaller, the same for the same seed. */
import { createCipheriv } from 'node:crypto';

/** The next so many bytes, each time it is called. */
export function noise(seed: number): (length: number) => Buffer {
  const key = Buffer.alloc(32);
  key.writeUInt32BE(seed);
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  return (length) => cipher.update(Buffer.alloc(length));
}
