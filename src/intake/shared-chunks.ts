/**
 * Tells whether content is a version of something that is stored in chunks: then it is stored so, too, although it is
 * short enough to lie whole, and costs what is new in it.
 *
 * It goes by the content and not by its path, so that it works for what was renamed and for another label's: a part out
 * of the middle is cut, and its chunks are looked for. Cuts depend on what lies near them only, so those of a part are
 * those of the whole from its second or third chunk on.
 */
import { streamOf } from '../flow/byte-stream.ts';
import { hashBytes } from '../hash/hasher.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { chunkStream } from '../pack/chunker.ts';

/** Shorter content is never stored in chunks. */
export const MIN_CHUNKED_BYTES: number = 16 * 2 ** 20;
/** How much of the content is looked at: some sixteen chunks. */
export const SAMPLE_BYTES: number = 2 ** 20;
/** Until cuts fall where those of the whole do. */
const FIRST_TO_COUNT = 2;

/** Whether at least half of the chunks of `sample` are held. @param sample a part of the content */
export async function sharesChunks(
  sample: Uint8Array,
  holds: (id: ObjectId) => Promise<boolean>,
): Promise<boolean> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunkStream(streamOf(sample))) chunks.push(chunk);
  const counted = chunks.slice(FIRST_TO_COUNT, -1); // the last one is cut off by the end of the sample
  let held = 0;
  for (const chunk of counted) if (await holds(hashBytes(chunk))) held++;
  return held > 0 && held * 2 >= counted.length;
}
