/** Files of a view that are open: what a descriptor stands for, and how far it was read. */
import { constants } from 'node:fs';
import type { ByteRange } from '../odb/object-store.ts';
import { errnoError } from './errno.ts';
import type { Node, StoredContent } from './node.ts';

/** What a read found from `start` on, up to `end`. */
export interface HeldPart extends ByteRange {
  readonly content: StoredContent;
  readonly bytes: Uint8Array;
}

export interface OpenNode {
  readonly node: Node;
  /** How it was opened, in the system's bits. */
  readonly flags: number;
  /** Where the next read or write without a position begins. */
  position: number;
  /** What was read of it last, where it is held. */
  held: HeldPart | undefined;
}

/** Far from the system's own, so that one taken for the other fails, and counted down as memory file systems do. */
const FIRST_DESCRIPTOR = 0x7fff_ff00;
const OPEN_AT_MOST = 65_536;

export class OpenFiles {
  readonly #open: Map<number, OpenNode> = new Map();
  #next = FIRST_DESCRIPTOR;

  /** @throws `EMFILE` where too many are open */
  open(node: Node, flags: number = constants.O_RDONLY): number {
    if (this.#open.size >= OPEN_AT_MOST) throw errnoError('EMFILE', { syscall: 'open' });
    const fd = this.#next--;
    this.#open.set(fd, { node, flags, position: 0, held: undefined });
    return fd;
  }

  /** @throws `EBADF` of `syscall` where nothing is open under `fd` */
  at(fd: number, syscall: string): OpenNode {
    const open = this.#open.get(fd);
    if (open === undefined) throw errnoError('EBADF', { syscall });
    return open;
  }

  /** @throws `EBADF` */
  close(fd: number): void {
    this.at(fd, 'close');
    this.#open.delete(fd);
  }
}
