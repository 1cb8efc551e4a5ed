/** A pack of which nothing stands on anything outside: it lies in the store as it came. */
import { createHash } from 'node:crypto';
import { equalBytes } from '../bytes/compare.ts';
import { readStream, writeStream } from '../files/file-stream.ts';
import type { OpenFile } from '../files/file-system.ts';
import { JoinedFile } from '../files/joined-file.ts';
import { discard, type TemporaryFile } from '../files/temporary.ts';
import type { PackDraft } from '../intake/pack-draft.ts';
import { createPackFile, type PackPlace, publishPack, writeFailed } from '../intake/pack-publication.ts';
import { PACK_TRAILER_BYTES } from '../pack/pack-header.ts';
import { packNameOf } from '../pack/pack-list.ts';
import { type IndexedPack, readerOf } from '../scan/pack-indexer.ts';

/** A copy of a pack, proved and without a name. */
export type AdoptedDraft = Pick<PackDraft, 'path' | 'name' | 'tables'>;

export interface AdoptOptions {
  readonly place: PackPlace;
  /** What else must hold before the pack gets its name; where it rejects, nothing is published. */
  readonly prepare: (draft: AdoptedDraft) => Promise<void>;
}

/** @throws CorruptError `PACK_WRITE_FAILED`, and as `publishPack` */
export async function adoptPack(
  { pack, indexed }: { readonly pack: OpenFile; readonly indexed: IndexedPack },
  { place, prepare }: AdoptOptions,
): Promise<void> {
  const { trailer } = indexed;
  const temporary = await createPackFile(place);
  try {
    await writeStream(temporary.file, readStream(pack));
    await proveCopy(temporary, trailer);
    const tables: PackDraft['tables'] = () => indexed;
    await prepare({ path: temporary.path, name: packNameOf(trailer), tables });
    await publishPack(place, { temporary, trailer, tables });
  } catch (error) {
    await discard(place.files, temporary);
    throw error;
  }
}

/** Reads back what was written. */
async function proveCopy({ path, file }: TemporaryFile, trailer: Uint8Array): Promise<void> {
  const end = (await file.stat()).sizeBytes - PACK_TRAILER_BYTES;
  const hasher = createHash('sha256');
  for await (const piece of readStream(new JoinedFile([{ file, start: 0, end }]))) hasher.update(piece);
  const written = await readerOf(file)(end, PACK_TRAILER_BYTES);
  if (!equalBytes(hasher.digest(), trailer) || !equalBytes(written, trailer)) throw writeFailed(path);
}
