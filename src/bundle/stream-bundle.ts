/** A bundle as one stream: it is made as it goes, and nothing of it is held. */
import { createHash } from 'node:crypto';
import { viewBytes } from '../bytes/concat.ts';
import type { ByteStream } from '../flow/byte-stream.ts';
import { giveTurn } from '../flow/turn.ts';
import type { Repository } from '../store/repository.ts';
import { encodeBundleParts } from '../wire/bundle-footer.ts';
import { encodeBundleHeader } from '../wire/bundle-header.ts';
import type { Outgoing } from './outgoing.ts';
import { type OutgoingPackOptions, streamOutgoingPack } from './outgoing-pack.ts';

/** What lies beside a pack in a bundle that is to be read in place. */
export interface BundledTables {
  readonly idx: Uint8Array;
  readonly meta: Uint8Array;
}

/** Where the pack is, in bytes from the start of the bundle. */
export interface PackPlace {
  readonly start: number;
  readonly end: number;
}

/** How a bundle is made. */
export interface StreamBundleOptions extends OutgoingPackOptions {
  /** Asked once the whole pack has gone out, which is where it says: what it answers follows. @default no tables go */
  readonly makeTables?: (pack: PackPlace) => Promise<BundledTables | undefined>;
}

const NO_TABLES: BundledTables = { idx: new Uint8Array(), meta: new Uint8Array() };

/**
 * Of the same store, as it lies, and the same `outgoing` it is the same bytes each time.
 *
 * @throws CorruptError for what is damaged here; then what came is no bundle
 */
export async function* streamBundle(
  repository: Repository,
  outgoing: Outgoing,
  options: StreamBundleOptions = {},
): ByteStream {
  const hasher = createHash('sha256');
  for await (const piece of piecesOf(repository, outgoing, options)) {
    hasher.update(piece);
    yield piece;
    await giveTurn(); // who takes all of it at once, and many of those side by side, would leave nobody else any
  }
  yield viewBytes(hasher.digest());
}

/** All but the digest at the end. */
async function* piecesOf(
  repository: Repository,
  outgoing: Outgoing,
  { makeTables, ...options }: StreamBundleOptions,
): ByteStream {
  const header = encodeBundleHeader(outgoing);
  yield header;
  const start = header.length;
  let end = start;
  for await (const piece of streamOutgoingPack(repository, outgoing, options)) {
    end += piece.length;
    yield piece;
  }
  const { idx, meta } = (await makeTables?.({ start, end })) ?? NO_TABLES;
  yield idx;
  yield meta;
  const metaAt = end + idx.length;
  yield encodeBundleParts({ pack: start, idx: end, meta: metaAt, footer: metaAt + meta.length });
}
