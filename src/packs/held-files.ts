/**
 * Files that stay open between reads, so many of them at most: the one that was used the longest time ago makes
 * room. Who reads from one need not know whether it is open.
 */
import type { FileSystem, OpenFile } from '../files/file-system.ts';

const HELD_AT_MOST = 100;

/** One file to read from, opened when it is needed. */
export interface HeldFile {
  readonly path: string;
  /** As {@link OpenFile.read}; `undefined` where there is no such file. */
  read(into: Uint8Array, at: number): Promise<number | undefined>;
  /** `undefined` where there is no such file. */
  sizeBytes(): Promise<number | undefined>;
  /** As {@link HeldFile.read}, without waiting; only where the file system has `openNow`. */
  readNow(into: Uint8Array, at: number): number | undefined;
  /** As {@link HeldFile.sizeBytes}, in the same way. */
  sizeNow(): number | undefined;
  /** Keeps it open until what is returned is disposed, also where its name is gone by then; `undefined` as above. */
  hold(): Promise<AsyncDisposable | undefined>;
  close(): Promise<void>;
}

export class HeldFiles implements AsyncDisposable {
  readonly #files: FileSystem;
  readonly #heldAtMost: number;
  readonly #open = new Set<Holder>();

  /** @param heldAtMost more are open only while that many are read from at once. @default 100 */
  constructor(files: FileSystem, heldAtMost: number = HELD_AT_MOST) {
    this.#files = files;
    this.#heldAtMost = heldAtMost;
  }

  /** The file at `path`, which need not be there. */
  at(path: string): HeldFile {
    return new Holder(path, {
      open: () => this.#files.open(path, 'read'),
      openNow: () => this.#files.openNow?.(path),
      opened: (holder) => this.#makeRoomFor(holder),
      closed: (holder) => void this.#open.delete(holder),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#open].map((holder) => holder.close()));
  }

  async #makeRoomFor(holder: Holder): Promise<void> {
    this.#open.add(holder);
    if (this.#open.size <= this.#heldAtMost) return;
    let oldest: Holder | undefined;
    for (const other of this.#open) {
      if (other.isIdle && (oldest === undefined || other.lastUse < oldest.lastUse)) oldest = other;
    }
    await oldest?.close();
  }
}

interface Room {
  readonly open: () => Promise<OpenFile | undefined>;
  readonly openNow: () => OpenFile | undefined;
  readonly opened: (holder: Holder) => Promise<void>;
  readonly closed: (holder: Holder) => void;
}

let uses = 0;

class Holder implements HeldFile {
  readonly path: string;
  readonly #room: Room;
  #file: OpenFile | undefined;
  #opening: Promise<OpenFile | undefined> | undefined;
  #users = 0;
  #isClosing = false;
  lastUse = 0;

  constructor(path: string, room: Room) {
    this.path = path;
    this.#room = room;
  }

  get isIdle(): boolean {
    return this.#users === 0;
  }

  read(into: Uint8Array, at: number): Promise<number | undefined> {
    return this.#use((file) => file.read(into, at));
  }

  sizeBytes(): Promise<number | undefined> {
    return this.#use(async (file) => (await file.stat()).sizeBytes);
  }

  readNow(into: Uint8Array, at: number): number | undefined {
    return this.#fileNow()?.readNow?.(into, at);
  }

  sizeNow(): number | undefined {
    return this.#fileNow()?.statNow?.().sizeBytes;
  }

  async hold(): Promise<AsyncDisposable | undefined> {
    this.#users++;
    let isHeld = true;
    const release = async (): Promise<void> => {
      if (isHeld) this.#users--;
      isHeld = false;
      if (this.#isClosing) await this.close();
    };
    try {
      if ((await this.sizeBytes()) !== undefined) return { [Symbol.asyncDispose]: release };
    } catch (error) {
      await release();
      throw error;
    }
    await release();
    return undefined;
  }

  /** Whoever reads from it now still may. */
  async close(): Promise<void> {
    this.#isClosing = this.#users > 0;
    if (this.#isClosing) return;
    const file = this.#file;
    this.#file = undefined;
    this.#room.closed(this);
    await file?.[Symbol.asyncDispose](); // it was only read
  }

  async #use<Value>(work: (file: OpenFile) => Promise<Value>): Promise<Value | undefined> {
    this.#users++;
    this.lastUse = ++uses;
    try {
      const file = this.#file ?? (await this.#openOnce());
      return file && (await work(file));
    } finally {
      this.#users--;
      if (this.#isClosing) await this.close();
    }
  }

  #fileNow(): OpenFile | undefined {
    this.lastUse = ++uses;
    if (this.#file?.readNow !== undefined) return this.#file;
    const file = this.#room.openNow();
    if (file === undefined || this.#file !== undefined) return file;
    this.#file = file;
    void this.#room.opened(this);
    return file;
  }

  async #openOnce(): Promise<OpenFile | undefined> {
    this.#opening ??= this.#room.open();
    try {
      const file = await this.#opening;
      if (file === undefined || file === this.#file) return file;
      if (this.#file !== undefined) {
        await file.close(); // somebody did not wait
        return this.#file;
      }
      this.#file = file;
      await this.#room.opened(this);
      return file;
    } finally {
      this.#opening = undefined;
    }
  }
}
