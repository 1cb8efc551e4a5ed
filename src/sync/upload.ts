/** Brings a bundle to another store, again and again from where it was cut, as long as some of it arrives. */
import { type ByteStream, observe } from '../flow/byte-stream.ts';
import { continueStream } from './continue-stream.ts';
import { Gained, insist, type TransferOptions } from './download.ts';
import type { Peer } from './peer.ts';

/**
 * @param open makes the bundle anew, the same each time
 * @returns how many bytes went this time
 * @throws as {@link Peer.upload}
 */
export async function upload(
  { peer, id }: { readonly peer: Peer; readonly id: string },
  open: () => ByteStream,
  options: TransferOptions = {},
): Promise<number> {
  const { onProgress, signal } = options;
  const watch = signal ? { signal } : {};
  let went = 0;
  let arrived = 0;
  await insist(async () => {
    const there = await peer.findUpload(id, watch);
    const hasGained = there.bytes > arrived;
    arrived = there.bytes;
    const { start, bytes } = await continueStream(open, there);
    let done = start;
    const counted = observe(bytes, ({ length }) => {
      done += length;
      went += length;
      onProgress?.({ phase: 'sending', done, unit: 'bytes', bytes: done });
    });
    try {
      await peer.upload({ id, start, bytes: counted }, watch);
    } catch (error) {
      throw hasGained ? new Gained(error) : error;
    }
  }, options);
  return went;
}
