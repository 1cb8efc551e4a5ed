/** Lower-case hexadecimal, the only spelling that is written. */

const DIGITS = '0123456789abcdef';

export function formatHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** The bytes that `text` spells, or `undefined` when it is not pairs of lower-case hex digits. */
export function parseHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !isHex(text)) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = DIGITS.indexOf(text[at * 2]!) * 16 + DIGITS.indexOf(text[at * 2 + 1]!);
  }
  return bytes;
}

export function isHex(text: string): boolean {
  return /^[0-9a-f]*$/.test(text);
}
