/** A thread that compresses what is put. */
import { serveCrew } from '../flow/crew.ts';
import { chooseCodec } from '../zlib/choose.ts';
import type { ZlibCodec, ZlibLevel } from '../zlib/codec.ts';
import { type ContentBatch, type EntryBatch, encodeBatch } from './entry-batch.ts';

/** What all workers of one import are given. */
export interface EntryWork {
  readonly codec: ZlibCodec['name'];
  readonly level: ZlibLevel;
}

let chosen: Promise<ZlibCodec> | undefined;

serveCrew<ContentBatch, EntryBatch>(async (batch, data) => {
  const { codec: name, level } = data as EntryWork;
  chosen ??= chooseCodec(name);
  const answer = encodeBatch(batch, { codec: await chosen, level });
  const { lengths, crcs, contentCrcs, entries } = answer;
  return {
    answer,
    transfer: [lengths, crcs, contentCrcs, entries].map(({ buffer }) => buffer as ArrayBuffer),
  };
});
