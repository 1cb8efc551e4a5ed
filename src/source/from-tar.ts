/** An archive as what is committed: its members are the set. Contents go by as streams; names are remembered. */
import { formatName } from '../bytes/text.ts';
import { type ByteSource, toByteStream } from '../flow/byte-stream.ts';
import { parsePath } from '../object/tree-entry.ts';
import type { ObjectWriter } from '../odb/object-store.ts';
import type { CommitContents, CommitSource, CommitTarget } from '../store/commit-source.ts';
import { type ArchiveOptions, readArchive } from '../tar/archive.ts';
import { tarFault } from '../tar/fault.ts';
import type { TarFile, TarHardLink, TarMember, TarSpecial, TarSymlink } from '../tar/member.ts';
import { type Leaf, TreeBuilder } from '../tree/builder.ts';
import { ReadingProgress } from './reading-progress.ts';

export interface TarSourceOptions extends Omit<ArchiveOptions, 'onSpecial'> {
  /** For the label log, such as the path of the archive. @default 'tar' */
  readonly name?: string;
  /** What becomes of devices and fifos; `skip` lists them in `skipped`. @default 'refuse' */
  readonly special?: 'refuse' | 'skip';
}

/**
 * The members of a tar, plain or packed with gzip. Attributes come from its pax headers; a hard link is one more
 * entry with the content and the mode of the file it names. Times and owners are left out.
 *
 * @param archive is read once, so the source can be written once
 * @throws InvalidInputError, RefusedError as `readArchive` does, `TAR_SPECIAL` for a device or a fifo;
 *   `ATTRIBUTE_INVALID`, `PATH_INVALID`
 */
export function fromTar(archive: ByteSource, options: TarSourceOptions = {}): CommitSource {
  const { name = 'tar' } = options;
  return { name, write: (target) => writeTar(archive, target, options) };
}

async function writeTar(
  archive: ByteSource,
  target: CommitTarget,
  options: TarSourceOptions,
): Promise<CommitContents> {
  const { special = 'refuse', ...limits } = options;
  const skipped: string[] = [];
  const onSpecial = ({ path }: TarSpecial): void => void skipped.push(formatName(path));
  const intake = new TarIntake(target);
  const members = readArchive(toByteStream(archive), special === 'skip' ? { ...limits, onSpecial } : limits);
  for await (const member of members) {
    target.signal?.throwIfAborted();
    await intake.take(member);
  }
  return { ...(await intake.finish()), skipped };
}

class TarIntake {
  readonly #objects: ObjectWriter;
  readonly #builder = new TreeBuilder();
  readonly #progress: ReadingProgress;
  #leaves = 0;

  constructor({ objects, onProgress }: CommitTarget) {
    this.#objects = objects;
    this.#progress = new ReadingProgress(onProgress);
  }

  async take(member: TarMember): Promise<void> {
    const names = parsePath(member.path);
    if (member.kind === 'folder') return this.#builder.addFolder(names, member.attributes);
    const leaf = await this.#leafOf(member);
    this.#builder.add(names, leaf);
    this.#leaves++;
    this.#progress.addBytes(member.kind === 'hardlink' ? 0 : leaf.sizeBytes);
    this.#progress.addFiles(1);
  }

  async finish(): Promise<Omit<CommitContents, 'skipped'>> {
    const root = await this.#builder.write(this.#objects);
    this.#progress.finish();
    return { root, entries: this.#leaves };
  }

  async #leafOf(member: TarFile | TarSymlink | TarHardLink): Promise<Leaf> {
    const { attributes } = member;
    switch (member.kind) {
      case 'file': {
        const { content, sizeBytes } = member;
        const stored = await this.#objects.putStream('content', content, { sizeBytes });
        return { kind: member.isExecutable ? 'executable' : 'file', ...stored, attributes };
      }
      case 'symlink': {
        const id = await this.#objects.put('content', member.linkTarget);
        return { kind: 'symlink', id, sizeBytes: member.linkTarget.length, attributes };
      }
      case 'hardlink':
        return this.#linked(member);
    }
  }

  /** An archiver may say a file's attributes once, or with each of its names. */
  #linked({ path, offset, linkTarget, attributes }: TarHardLink): Leaf {
    const leaf = this.#builder.findLeaf(parsePath(linkTarget));
    if (leaf === undefined)
      throw tarFault('TAR_LINK_INVALID', 'it links to no file that came before', { offset, name: path });
    return attributes.size === 0 ? leaf : { ...leaf, attributes };
  }
}
