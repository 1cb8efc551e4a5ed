/**
 * Files and folders in memory, changed by operations that are data: the same ones, or only some of them, applied to
 * another disk make what a machine finds there after its power was cut.
 */

/** What a name leads to. Names are the bytes of a name, each as one character. */
export type Inode =
  | { readonly kind: 'file'; bytes: Uint8Array; mode: number; timeNs: bigint }
  | { readonly kind: 'folder'; readonly names: Map<string, number>; mode: number; timeNs: bigint }
  | { readonly kind: 'symlink'; readonly target: Uint8Array; mode: number; timeNs: bigint };

export interface Place {
  readonly folder: number;
  readonly name: string;
}

/** A change of the disk, or a promise about changes. `path` is for people: replaying looks at numbers only. */
export type DiskOperation = { readonly path: string } & (
  | { readonly kind: 'make-inode'; readonly inode: number; readonly initial: Readonly<Inode> }
  | { readonly kind: 'add-name'; readonly at: Place; readonly inode: number }
  | { readonly kind: 'remove-name'; readonly at: Place }
  | { readonly kind: 'move-name'; readonly from: Place; readonly to: Place; readonly inode: number }
  | {
      readonly kind: 'write';
      readonly inode: number;
      readonly at: number;
      readonly bytes: Uint8Array;
      readonly timeNs: bigint;
    }
  | { readonly kind: 'truncate'; readonly inode: number; readonly sizeBytes: number; readonly timeNs: bigint }
  | { readonly kind: 'set-mode'; readonly inode: number; readonly mode: number }
  | { readonly kind: 'touch'; readonly inode: number; readonly timeNs: bigint }
  | { readonly kind: 'sync'; readonly inode: number }
  /** It failed, and the system forgot what was to be written: a later sync will claim success without it. */
  | { readonly kind: 'failed-sync'; readonly inode: number }
  | { readonly kind: 'sync-folder'; readonly inode: number }
);

export const ROOT = 1;

export class Disk {
  readonly #inodes = new Map<number, Inode>([
    [ROOT, { kind: 'folder', names: new Map(), mode: 0o755, timeNs: 0n }],
  ]);

  /** Another disk that holds the same. */
  copy(): Disk {
    const copy = new Disk();
    for (const [number, inode] of this.#inodes) copy.#inodes.set(number, copyInode(inode));
    return copy;
  }

  find(inode: number): Inode | undefined {
    return this.#inodes.get(inode);
  }

  get inodes(): Iterable<number> {
    return this.#inodes.keys();
  }

  apply(operation: DiskOperation): void {
    switch (operation.kind) {
      case 'make-inode':
        this.#inodes.set(operation.inode, copyInode(operation.initial));
        return;
      case 'add-name':
        this.#namesOf(operation.at).set(operation.at.name, operation.inode);
        return;
      case 'remove-name':
        this.#namesOf(operation.at).delete(operation.at.name);
        return;
      case 'move-name':
        if (this.#namesOf(operation.from).get(operation.from.name) === operation.inode) {
          this.#namesOf(operation.from).delete(operation.from.name);
        }
        this.#namesOf(operation.to).set(operation.to.name, operation.inode);
        return;
      case 'write':
        this.#setBytes(operation, (bytes) => overwrite(bytes, operation.bytes, operation.at));
        return;
      case 'truncate':
        this.#setBytes(operation, (bytes) => resize(bytes, operation.sizeBytes));
        return;
      case 'set-mode':
        this.#inodes.get(operation.inode)!.mode = operation.mode;
        return;
      case 'touch':
        this.#inodes.get(operation.inode)!.timeNs = operation.timeNs;
        return;
      case 'sync':
      case 'failed-sync':
      case 'sync-folder':
        return;
    }
  }

  #namesOf({ folder }: Place): Map<string, number> {
    const inode = this.#inodes.get(folder);
    if (inode?.kind !== 'folder') throw new Error(`inode ${folder} is not a folder`);
    return inode.names;
  }

  #setBytes(change: { inode: number; timeNs: bigint }, edit: (bytes: Uint8Array) => Uint8Array): void {
    const inode = this.#inodes.get(change.inode);
    if (inode?.kind !== 'file') throw new Error(`inode ${change.inode} is not a file`);
    inode.bytes = edit(inode.bytes);
    inode.timeNs = change.timeNs;
  }
}

function copyInode(inode: Readonly<Inode>): Inode {
  if (inode.kind === 'folder') return { ...inode, names: new Map(inode.names) };
  return inode.kind === 'file' ? { ...inode, bytes: inode.bytes.slice() } : { ...inode };
}

/** In place where it does not grow: a disk's bytes are never handed out, and an inode starts with none. */
function overwrite(bytes: Uint8Array, part: Uint8Array, at: number): Uint8Array {
  const whole = at + part.length > bytes.length ? resize(bytes, at + part.length) : bytes;
  whole.set(part, at);
  return whole;
}

function resize(bytes: Uint8Array, sizeBytes: number): Uint8Array {
  const resized = new Uint8Array(sizeBytes);
  resized.set(bytes.subarray(0, sizeBytes));
  return resized;
}
