/** From paths to inodes, with the answers that a system gives where a path leads nowhere. */
import { posix } from 'node:path';
import { encodeText } from '../../src/bytes/text.ts';
import type { FileKind, FilePath } from '../../src/files/file-system.ts';
import { type Disk, type Inode, type Place, ROOT } from './disk.ts';

/** As many as Linux follows. */
const MAX_LINKS = 40;
const MAX_NAME_BYTES = 255;

/** An error as `node:fs` throws it. */
export function errnoError(errno: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${errno}: made for a test`), { code: errno });
}

export type InodeOf<Kind extends FileKind> = Extract<Inode, { kind: Kind }>;

export class DiskPaths {
  readonly #disk: Disk;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** The inode at `path` itself: a symlink in the last place is not followed. */
  find(path: FilePath): number | undefined {
    const place = this.place(path);
    return place === undefined ? ROOT : this.folder(place.folder).names.get(place.name);
  }

  /** @throws `ENOENT` */
  inode(path: FilePath): number {
    const found = this.find(path);
    if (found === undefined) throw errnoError('ENOENT');
    return found;
  }

  /** The inode that `path` leads to, symlinks followed to the last. @throws `ENOENT` */
  followed(path: FilePath): number {
    return this.#follow(stepsOf(path)).at(-1)?.inode ?? ROOT;
  }

  node(inode: number): Inode {
    const node = this.#disk.find(inode);
    if (node === undefined) throw errnoError('EIO');
    return node;
  }

  file(inode: number): InodeOf<'file'> {
    const node = this.node(inode);
    if (node.kind === 'file') return node;
    throw errnoError(node.kind === 'folder' ? 'EISDIR' : 'ELOOP');
  }

  folder(inode: number): InodeOf<'folder'> {
    const node = this.node(inode);
    if (node.kind !== 'folder') throw errnoError('ENOTDIR');
    return node;
  }

  /**
   * The folder that has or may have the name, which exists, and the name; `undefined` for the root.
   *
   * @throws `ENOENT` or `ENOTDIR` where the way to it is not there
   */
  place(path: FilePath): Place | undefined {
    const steps = stepsOf(path);
    const name = steps.pop();
    if (name === undefined) return undefined;
    const folder = this.#follow(steps).at(-1)?.inode ?? ROOT;
    this.folder(folder);
    if (name.length > MAX_NAME_BYTES) throw errnoError('ENAMETOOLONG');
    return { folder, name };
  }

  /** Whether `folder` is `inode`, or lies anywhere below it. */
  contains(inode: number, folder: number): boolean {
    const below = new Set([inode]);
    for (const each of below) {
      const node = this.node(each);
      if (node.kind === 'folder') for (const child of node.names.values()) below.add(child);
    }
    return below.has(folder);
  }

  /** `path` with every symlink in it resolved. @throws `ENOENT` */
  realPath(path: string): string {
    const names = this.#follow(stepsOf(path)).map((step) => step.name);
    return `/${Buffer.from(names.join('/'), 'latin1').toString()}`;
  }

  /** The inodes along the way from the root, symlinks replaced by where they lead. */
  #follow(path: readonly string[]): { readonly inode: number; readonly name: string }[] {
    const steps = [...path];
    const trail: { inode: number; name: string }[] = [];
    for (let links = 0; steps.length > 0; ) {
      const name = steps.shift()!;
      if (name === '..') {
        trail.pop();
        continue;
      }
      const inode = this.folder(trail.at(-1)?.inode ?? ROOT).names.get(name);
      if (inode === undefined) throw errnoError('ENOENT');
      const node = this.node(inode);
      if (node.kind !== 'symlink') {
        trail.push({ inode, name });
        continue;
      }
      if (++links > MAX_LINKS) throw errnoError('ELOOP');
      if (node.target[0] === SLASH) trail.length = 0;
      steps.unshift(...split(Buffer.from(node.target).toString('latin1')));
    }
    return trail;
  }
}

const SLASH = 0x2f;

/** The names along a path, `..` taken at its word, each byte as one character so that no two names are one. */
function stepsOf(path: FilePath): string[] {
  const bytes = typeof path === 'string' ? encodeText(path) : path;
  if (bytes.includes(0)) {
    throw Object.assign(new TypeError('a NUL in a path'), { code: 'ERR_INVALID_ARG_VALUE' });
  }
  return split(posix.resolve('/', Buffer.from(bytes).toString('latin1')));
}

function split(path: string): string[] {
  return path.split('/').filter((step) => step !== '' && step !== '.');
}
