/** JSON of strangers. */
import { decodeText } from '../bytes/text.ts';

/** The object that `bytes` are in JSON; `undefined` where they are none, or more than `maxBytes`. */
export function parseObject(
  bytes: Uint8Array,
  maxBytes: number,
): Readonly<Record<string, unknown>> | undefined {
  const text = bytes.length > maxBytes ? undefined : decodeText(bytes);
  try {
    const json: unknown = JSON.parse(text ?? '');
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // which is all that a parser throws for
  }
}
