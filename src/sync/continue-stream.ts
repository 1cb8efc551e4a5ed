/** A stream from where its receiver has it, made again from its start. */
import { createHash } from 'node:crypto';
import { type ByteStream, following, gatherStream } from '../flow/byte-stream.ts';
import type { ResumePoint } from '../wire/fetch-request.ts';

export interface ContinuedStream {
  /** How many bytes come before those of `bytes`. */
  readonly start: number;
  readonly bytes: ByteStream;
}

/** A stream that can be made anew, of which so much was made as tells whether it is a short one. */
export interface BegunStream {
  readonly isShort: boolean;
  /** From its start: at first what was begun, then it is made anew. */
  readonly open: () => ByteStream;
  /** Lets go of what was begun. */
  readonly close: () => Promise<void>;
}

/** @param make makes the stream anew @param leastBytes one that has as many is not short */
export async function beginStream(make: () => ByteStream, leastBytes: number): Promise<BegunStream> {
  const pieces = gatherStream(make(), leastBytes);
  const first = await pieces.next();
  let begun: ByteStream | undefined = following(first, pieces);
  return {
    isShort: first.done === true || first.value.length < leastBytes,
    open: () => {
      const stream = begun ?? make();
      begun = undefined;
      return stream;
    },
    close: async () => void (await pieces.return(undefined)),
  };
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
