/** Whether the members of an archive fit together into one tree, checked as they come. */
import { toByteString } from '../bytes/byte-string.ts';
import { MAX_MEMBERS, tarFault, tooManyMembers } from './fault.ts';
import type { TarMember } from './member.ts';

/** A folder's names. One that nothing is in yet is only the word, for most folders of a hostile archive are. */
type Folder = Map<string, Place>;
type Place = 'file' | 'symlink' | 'folder' | Folder;

const ROOT = '';

export interface ArchiveTreeOptions {
  /** The most names that are remembered, of folders too that only paths name. @default {@link MAX_MEMBERS} */
  readonly maxPlaces?: number;
}

/**
 * The paths of an archive so far. A path stands once, only a folder may come again; nothing lies under what is
 * no folder, so that no symlink is ever walked through; a hard link names a file that came before.
 */
export class ArchiveTree {
  readonly #maxPlaces: number;
  readonly #root: Folder = new Map();
  #places = 0;
  /** The folder of the member before, which most often is that of the next. */
  #lastPath: string = ROOT;
  #lastFolder: Folder = this.#root;

  constructor(options: ArchiveTreeOptions = {}) {
    const { maxPlaces = MAX_MEMBERS } = options;
    this.#maxPlaces = maxPlaces;
  }

  /**
   * @throws InvalidInputError `TAR_DUPLICATE`, `TAR_UNDER_FILE`, `TAR_LINK_INVALID`
   * @throws RefusedError `TAR_TOO_MANY_ENTRIES`
   */
  add(member: TarMember): void {
    const { path, kind, offset } = member;
    const text = toByteString(path);
    const slash = text.lastIndexOf('/');
    const folder = this.#openFolder(text.slice(0, Math.max(slash, 0)), member);
    const name = text.slice(slash + 1);
    const before = folder.get(name);
    if (before !== undefined && !(kind === 'folder' && isFolder(before)))
      throw tarFault('TAR_DUPLICATE', `a ${kindOf(before)} of the same path came before`, {
        offset,
        name: path,
      });
    if (kind === 'hardlink' && this.#find(toByteString(member.linkTarget)) !== 'file')
      throw tarFault('TAR_LINK_INVALID', 'it links to no file that came before', { offset, name: path });
    if (before === undefined) this.#set(folder, name, kind === 'hardlink' ? 'file' : kind);
  }

  #openFolder(path: string, member: TarMember): Folder {
    if (path === this.#lastPath) return this.#lastFolder;
    let folder = this.#root;
    for (const name of path === ROOT ? [] : path.split('/')) folder = this.#enter(folder, name, member);
    this.#lastPath = path;
    this.#lastFolder = folder;
    return folder;
  }

  #enter(folder: Folder, name: string, member: TarMember): Folder {
    const place = folder.get(name);
    if (place instanceof Map) return place;
    if (place === 'file' || place === 'symlink') {
      const fault = `it lies under a ${place} that came before`;
      throw tarFault('TAR_UNDER_FILE', fault, { offset: member.offset, name: member.path });
    }
    const entered: Folder = new Map();
    if (place === undefined) this.#set(folder, name, entered);
    else folder.set(name, entered);
    return entered;
  }

  #find(path: string): Place | undefined {
    let place: Place | undefined = this.#root;
    for (const name of path.split('/')) place = place instanceof Map ? place.get(name) : undefined;
    return place;
  }

  #set(folder: Folder, name: string, place: Place): void {
    if (++this.#places > this.#maxPlaces) throw tooManyMembers(this.#maxPlaces);
    folder.set(name, place);
  }
}

function isFolder(place: Place): boolean {
  return place === 'folder' || place instanceof Map;
}

function kindOf(place: Place): string {
  return place instanceof Map ? 'folder' : place;
}

/** `members` as they are, each once it is known to fit to those before it. */
export async function* checkMembers(
  members: AsyncIterable<TarMember>,
  options: ArchiveTreeOptions = {},
): AsyncGenerator<TarMember> {
  const tree = new ArchiveTree(options);
  for await (const member of members) {
    tree.add(member);
    yield member;
  }
}
