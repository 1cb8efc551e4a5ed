/** Takes files into a store. */
import type { ByteString } from '../bytes/byte-string.ts';
import { type FileContext, type StoredFile, storeFile } from './file-content.ts';

/** A file that is to be stored, and who wants to know. */
export interface FileTask {
  readonly path: ByteString;
  readonly onStored: (stored: StoredFile) => void;
}

export interface FileIntake extends AsyncDisposable {
  /**
   * Takes on a file; resolves when there is room for the next. When it is stored is not said, nor in which order.
   *
   * @throws as `storeFile`, for any that was taken on
   */
  take(task: FileTask): Promise<void>;
  /** When it resolves, all that were taken on are stored. @throws as {@link FileIntake.take} */
  finish(): Promise<void>;
  /** Waits for what is being done, and drops the rest. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** One after the other, through whatever file system they are in. */
export class SteadyIntake implements FileIntake {
  readonly #context: FileContext;

  constructor(context: FileContext) {
    this.#context = context;
  }

  async take({ path, onStored }: FileTask): Promise<void> {
    onStored(await storeFile(path, this.#context));
  }

  async finish(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
