/** Contents that are compressed together on another thread: what is sent there, and what comes back. */
import { joinBytes } from '../bytes/concat.ts';
import type { EncodedEntry } from '../odb/encoded-entry.ts';
import type { BaseType } from '../pack/entry-header.ts';
import { type EntryOptions, encodeEntry } from './encode-entry.ts';

/** Contents, in order: a column a property. */
export interface ContentBatch {
  /** What each entry is to be. */
  readonly types: readonly BaseType[];
  readonly lengths: readonly number[];
  /** 32 bytes each. */
  readonly ids: readonly Uint8Array[];
  /** One after the other. What follows them is room that was left. */
  readonly contents: Uint8Array;
}

/** The entries that those contents became, in the same order. */
export interface EntryBatch {
  readonly lengths: Uint32Array;
  readonly crcs: Uint32Array;
  readonly contentCrcs: Uint32Array;
  /** One after the other. */
  readonly entries: Uint8Array;
}

export function encodeBatch(batch: ContentBatch, options: Omit<EntryOptions, 'id'>): EntryBatch {
  const { types, lengths, ids, contents } = batch;
  const entries: Uint8Array[] = [];
  const columns = {
    lengths: new Uint32Array(lengths.length),
    crcs: new Uint32Array(lengths.length),
    contentCrcs: new Uint32Array(lengths.length),
  };
  let at = 0;
  for (const [number, length] of lengths.entries()) {
    const content = contents.subarray(at, (at += length));
    const { bytes, crc, contentCrc } = encodeEntry(types[number]!, content, { ...options, id: ids[number]! });
    columns.lengths[number] = bytes.length;
    columns.crcs[number] = crc;
    columns.contentCrcs[number] = contentCrc;
    entries.push(bytes);
  }
  return { ...columns, entries: joinBytes(entries) };
}

/** What `batch` became, one by one; their bytes are views of `encoded`. */
export function* eachEntry(
  { ids, lengths }: Pick<ContentBatch, 'ids' | 'lengths'>,
  encoded: EntryBatch,
): Generator<EncodedEntry> {
  let at = 0;
  for (const [number, id] of ids.entries()) {
    const bytes = encoded.entries.subarray(at, (at += encoded.lengths[number]!));
    const crc = encoded.crcs[number]!;
    const contentCrc = encoded.contentCrcs[number]!;
    yield { id, bytes, crc, sizeBytes: lengths[number]!, contentCrc };
  }
}
