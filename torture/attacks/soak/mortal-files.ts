/** The files of a machine, as one process sees them: it may die at any call, and whoever it was does nothing more. */
import { fileError } from '../../../src/files/file-error.ts';
import type {
  FilePath,
  FileStat,
  FileSystem,
  FolderEntry,
  OpenFile,
  OpenMode,
} from '../../../src/files/file-system.ts';
import { readWhole } from '../../../src/files/read-whole.ts';
import { errnoError } from '../../../test/fakes/disk-paths.ts';

/** What a process lives on. */
export interface Grounding {
  /** Of the machine, as it is now. */
  readonly files: FileSystem;
  /** Is told of a process that has just made its last call. */
  mourn(): void;
  /** Lets others have their turn before a call, where several are at work. */
  turn(): Promise<void> | undefined;
}

const TOKEN = /([0-9a-f]{32})\n/u;

export class MortalFiles implements FileSystem {
  readonly name: string = 'mortal';
  /** Of the locks and leases that this process took. */
  readonly tokens: Set<string> = new Set();
  readonly #grounding: Grounding;
  #callsLeft = Number.POSITIVE_INFINITY;
  #isDead = false;

  constructor(grounding: Grounding) {
    this.#grounding = grounding;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** @param calls how many are still made @default none */
  die(calls = 0): void {
    this.#callsLeft = calls;
    if (calls === 0) this.#isDead = true;
  }

  open(path: FilePath, mode: 'create', permissions?: number): Promise<OpenFile>;
  open(path: FilePath, mode: 'read' | 'update'): Promise<OpenFile | undefined>;
  async open(path: FilePath, mode: OpenMode, permissions?: number): Promise<OpenFile | undefined> {
    const file = await this.call(path, (files) => files.open(path, mode, permissions));
    return file && new MortalFile(this, path, file);
  }

  async readFile(path: FilePath, maxBytes: number): Promise<Uint8Array | undefined> {
    await using file = await this.open(path, 'read');
    return file && (await readWhole(file, path, maxBytes));
  }

  stat(path: FilePath): Promise<FileStat | undefined> {
    return this.call(path, (files) => files.stat(path));
  }

  list(path: FilePath): Promise<FolderEntry[] | undefined> {
    return this.call(path, (files) => files.list(path));
  }

  readLink(path: FilePath): Promise<Uint8Array> {
    return this.call(path, (files) => files.readLink(path));
  }

  realPath(path: string): Promise<string> {
    return this.call(path, (files) => files.realPath(path));
  }

  makeFolder(path: FilePath, permissions?: number): Promise<boolean> {
    return this.call(path, (files) => files.makeFolder(path, permissions));
  }

  makeSymlink(target: Uint8Array, path: FilePath): Promise<void> {
    return this.call(path, (files) => files.makeSymlink(target, path));
  }

  rename(from: FilePath, to: FilePath): Promise<void> {
    return this.call(to, (files) => files.rename(from, to));
  }

  link(from: FilePath, to: FilePath): Promise<'linked' | 'exists' | 'unsupported'> {
    return this.call(to, (files) => files.link(from, to));
  }

  remove(path: FilePath): Promise<boolean> {
    return this.call(path, (files) => files.remove(path));
  }

  setMode(path: FilePath, permissions: number): Promise<void> {
    return this.call(path, (files) => files.setMode(path, permissions));
  }

  touch(path: FilePath, timeSeconds?: number): Promise<boolean> {
    return this.call(path, (files) => files.touch(path, timeSeconds));
  }

  syncFolder(path: FilePath): Promise<void> {
    return this.call(path, (files) => files.syncFolder(path));
  }

  /** Takes part in what a machine does, unless this process is dead, or dies here. */
  async call<Value>(path: FilePath, work: (files: FileSystem) => Promise<Value>): Promise<Value> {
    const turn = this.#grounding.turn();
    if (turn !== undefined) await turn;
    if (!this.#isDead && this.#callsLeft-- <= 0) {
      this.#isDead = true;
      this.#grounding.mourn();
    }
    if (this.#isDead) throw fileError(errnoError('EIO'), 'call', path);
    return work(this.#grounding.files);
  }
}

class MortalFile implements OpenFile {
  readonly #process: MortalFiles;
  readonly #path: FilePath;
  readonly #file: OpenFile;

  constructor(process: MortalFiles, path: FilePath, file: OpenFile) {
    this.#process = process;
    this.#path = path;
    this.#file = file;
  }

  read(into: Uint8Array, at: number): Promise<number> {
    return this.#process.call(this.#path, () => this.#file.read(into, at));
  }

  /** A process that dies in here has written some of it. */
  async write(bytes: Uint8Array, at: number): Promise<void> {
    if (bytes.length < 400) {
      const [, token] = TOKEN.exec(Buffer.from(bytes).toString('latin1')) ?? [];
      if (token !== undefined) this.#process.tokens.add(token);
    }
    const wasDead = this.#process.isDead;
    try {
      await this.#process.call(this.#path, () => this.#file.write(bytes, at));
    } catch (error) {
      if (!wasDead && this.#process.isDead) await this.#file.write(bytes.subarray(0, bytes.length >> 1), at);
      throw error;
    }
  }

  stat(): Promise<FileStat> {
    return this.#process.call(this.#path, () => this.#file.stat());
  }

  truncate(sizeBytes: number): Promise<void> {
    return this.#process.call(this.#path, () => this.#file.truncate(sizeBytes));
  }

  sync(): Promise<void> {
    return this.#process.call(this.#path, () => this.#file.sync());
  }

  close(): Promise<void> {
    return this.#process.call(this.#path, () => this.#file.close());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([this.close()]);
  }
}
