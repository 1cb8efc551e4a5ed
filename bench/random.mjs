/** Chance and content that are the same in every run and on every machine. */
import { createCipheriv } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';

const WORDS = 256;

/**
 * Bytes without end that no compressor makes smaller.
 *
 * @param {number} seed
 * @returns {(length: number) => Buffer}
 */
export function noise(seed) {
  const key = Buffer.alloc(32);
  key.writeUInt32BE(seed);
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  return (length) => cipher.update(Buffer.alloc(length));
}

/**
 * Lines without end of made-up words, which deflate to about a third.
 *
 * @param {number} seed
 * @returns {(length: number) => Buffer}
 */
export function prose(seed) {
  const chance = noise(seed);
  const words = Array.from({ length: WORDS }, () => Buffer.from(wordOf(chance(8))));
  return (length) => {
    const text = Buffer.alloc(length);
    let at = 0;
    while (at < length) {
      for (const choice of chance(4096)) at += words[choice]?.copy(text, at) ?? 0;
      if (at < length) text[at++] = 0x0a;
    }
    return text;
  };
}

/** @param {Buffer} chance */
function wordOf(chance) {
  const letters = [...chance.subarray(1)].slice(0, 2 + ((chance[0] ?? 0) % 6));
  return `${letters.map((letter) => String.fromCodePoint(0x61 + (letter % 26))).join('')} `;
}

/** The same list in another order. @template Item @param {readonly Item[]} items @param {number} seed */
export function shuffled(items, seed) {
  const chance = noise(seed);
  const keyed = items.map((item) => ({ item, key: chance(6).readUIntBE(0, 6) }));
  return keyed.sort((one, other) => one.key - other.key).map(({ item }) => item);
}

/**
 * Writes a file, in turn 16 MiB of noise and 16 MiB of prose.
 *
 * @param {string} path
 * @param {{ sizeBytes: number, seed: number, start?: Buffer }} options `start` comes before the `sizeBytes`
 */
export function writeMixedFile(path, { sizeBytes, seed, start }) {
  const pieceBytes = 2 ** 24;
  const makers = [noise(seed), prose(seed + 1)];
  const file = openSync(path, 'w');
  if (start !== undefined) writeSync(file, start);
  for (let at = 0, turn = 0; at < sizeBytes; at += pieceBytes, turn++) {
    writeSync(file, makers[turn % 2]?.(Math.min(pieceBytes, sizeBytes - at)) ?? Buffer.alloc(0));
  }
  closeSync(file);
}
