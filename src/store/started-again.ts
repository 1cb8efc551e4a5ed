/** Streams whose source may be moved before anybody reads of it. */
import type { ByteStream } from '../flow/byte-stream.ts';
import { isDamage } from '../odb/first-sound.ts';
import { isGone } from '../packs/pack-bytes.ts';

/** What was moved, or removed, after it was found and before its first byte was read, is looked for once more. */
export async function* startedAgain(
  content: ByteStream,
  again: () => Promise<ByteStream | undefined>,
): AsyncGenerator<Uint8Array> {
  let isStarted = false;
  try {
    for await (const piece of content) {
      isStarted = true;
      yield piece;
    }
  } catch (error) {
    if (isStarted || !(isDamage(error) || isGone(error))) throw error;
    const other = await again();
    if (other === undefined) throw error;
    yield* other;
  }
}
