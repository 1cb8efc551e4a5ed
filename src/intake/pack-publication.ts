/**
 * How a pack that was written and proved comes to be seen: it and its tables are synced, and get their names in the
 * order `.pack`, `.meta`, `.idx`. A reader that finds an idx finds the rest, and a writer that was stopped has left a
 * file that means nothing.
 */
import { CorruptError } from '../errors/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import { checkRoomIsLeft } from '../files/free-space.ts';
import { publish } from '../files/publish.ts';
import {
  discard,
  type RandomSource,
  type TemporaryFile,
  temporaryName,
  writeTemporary,
} from '../files/temporary.ts';
import { packNameOf } from '../pack/pack-list.ts';
import type { PackTables } from './pack-draft.ts';

/** Where packs are made. */
export interface PackPlace {
  readonly files: FileSystem;
  /** `objects/pack`. */
  readonly folder: string;
  /** Of the files, whatever the umask; for a store that a group shares. @default 0o444 less the umask */
  readonly permissions?: number;
  /** For the names of temporary files. @default `randomBytes` of node:crypto */
  readonly random?: RandomSource;
}

/** A pack that is written whole, and has no name yet. */
export interface WrittenPack {
  readonly temporary: TemporaryFile;
  /** The 32 bytes that end it. */
  readonly trailer: Uint8Array;
  /** Called once, while the disk is at work. */
  readonly tables: () => PackTables;
}

const READ_ONLY = 0o444;

/** An empty file that nobody else sees, to write a pack to and to read it back. */
export async function createPackFile({
  files,
  folder,
  permissions,
  random,
}: PackPlace): Promise<TemporaryFile> {
  const path = `${folder}/${temporaryName(random)}`;
  const file = await files.open(path, 'create', READ_ONLY);
  try {
    if (permissions !== undefined) await files.setMode(path, permissions);
  } catch (error) {
    await discard(files, { path, file });
    throw error;
  }
  return { path, file };
}

/**
 * When it resolves, the pack survives a power cut. Where it rejects, nothing was published, unless only the last sync
 * failed; the pack's own file is left to who wrote it.
 *
 * @returns its name, `pack-<64 hex digits>`
 * @throws SystemError `NO_SPACE` also where too little is left
 */
export async function publishPack(place: PackPlace, pack: WrittenPack): Promise<string> {
  const { files, folder } = place;
  const drafts = await sealWith(place, pack);
  try {
    checkRoomIsLeft(files, folder, 0);
    const name = packNameOf(pack.trailer);
    // A pack of this name is a pack of these bytes: where there is one, it is replaced by its equal.
    for (const ending of ['pack', 'meta', 'idx'] as const)
      await publish(files, drafts[ending], `${folder}/${name}.${ending}`, { existing: 'replace' });
    await files.syncFolder(folder);
    return name;
  } catch (error) {
    await Promise.allSettled([drafts.meta, drafts.idx].map((path) => files.remove(path)));
    throw error;
  }
}

/** Syncs the pack, and writes the tables beside it. @returns where all three are */
async function sealWith(
  place: PackPlace,
  { temporary: { path, file }, tables }: WrittenPack,
): Promise<Readonly<Record<'pack' | 'meta' | 'idx', string>>> {
  const synced = file.sync().then(() => file.close());
  const { meta, idx } = tables(); // which are made while the disk is at work
  const answers = await Promise.allSettled([synced, writeTable(place, meta), writeTable(place, idx)]);
  const paths = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : undefined));
  const failed = answers.find((answer) => answer.status === 'rejected');
  if (failed === undefined) return { pack: path, meta: paths[1]!, idx: paths[2]! };
  const written = paths.filter((path) => path !== undefined);
  await Promise.allSettled(written.map((path) => place.files.remove(path)));
  throw failed.reason;
}

function writeTable({ files, folder, permissions, random }: PackPlace, bytes: Uint8Array): Promise<string> {
  return writeTemporary(files, folder, bytes, {
    ...(permissions !== undefined && { permissions }),
    ...(random && { random }),
  });
}

/** The error for a file that does not hold what was written to it. */
export function writeFailed(path: string): CorruptError {
  return new CorruptError('PACK_WRITE_FAILED', `'${path}' does not hold what was written to it`, {
    hint: 'check the disk, and try again',
  });
}
