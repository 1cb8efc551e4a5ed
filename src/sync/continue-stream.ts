/** A stream from where its receiver has it, made again from its start. */
import { createHash } from 'node:crypto';
import type { ByteStream } from '../flow/byte-stream.ts';
import type { ResumePoint } from '../wire/fetch-request.ts';

export interface ContinuedStream {
  /** How many bytes come before those of `bytes`. */
  readonly start: number;
  readonly bytes: ByteStream;
}

/**
 * The rest of a stream whose beginning its receiver has; where that is another beginning, all of it.
 *
 * @param open makes the stream anew
 * @param resume `undefined` for who has nothing
 */
export async function continueStream(
  open: () => ByteStream,
  resume: ResumePoint | undefined,
): Promise<ContinuedStream> {
  if (resume === undefined || resume.bytes === 0) return { start: 0, bytes: open() };
  const pieces = open()[Symbol.asyncIterator]();
  const hash = createHash('sha256');
  let over: Uint8Array = new Uint8Array(0);
  let missing = resume.bytes;
  while (missing > 0) {
    const { value = new Uint8Array(0), done } = await pieces.next();
    if (done === true) break; // the receiver has more than there is
    hash.update(value.subarray(0, missing));
    over = value.subarray(missing);
    missing -= value.length - over.length;
  }
  if (missing === 0 && hash.digest('hex') === resume.digest)
    return { start: resume.bytes, bytes: restOf(pieces, over) };
  await pieces.return?.();
  return { start: 0, bytes: open() };
}

async function* restOf(pieces: AsyncIterator<Uint8Array>, first: Uint8Array): ByteStream {
  try {
    if (first.length > 0) yield first;
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value;
  } finally {
    await pieces.return?.();
  }
}
