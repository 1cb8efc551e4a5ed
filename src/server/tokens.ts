/** The tokens of one store, as they are on its disk. */
import { ConflictError, NotFoundError } from '../errors/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import { acquireLock } from '../files/lock.ts';
import { nodeFiles } from '../files/node-files.ts';
import { writeFileDurably } from '../files/publish.ts';
import {
  checkKnownToken,
  decodeTokens,
  digestOf,
  encodeTokens,
  type KnownToken,
  type ListedToken,
  MAX_TOKENS_BYTES,
  makeToken,
} from './token-list.ts';

/** For nobody's eyes but the owner's, though no token is in it. */
const PERMISSIONS = 0o600;

/** Adds, lists and removes tokens; what a server answers changes with the next request. */
export class Tokens {
  readonly #files: FileSystem;
  readonly #path: string;

  /** @param store the folder of a store, `.cas` */
  constructor(store: string, files: FileSystem = nodeFiles()) {
    this.#files = files;
    this.#path = `${store}/tokens`;
  }

  /**
   * All of them, by name; `undefined` where there never was one: then nobody needs one.
   *
   * @throws CorruptError `TOKENS_INVALID`
   */
  async list(): Promise<readonly ListedToken[] | undefined> {
    const bytes = await this.#files.readFile(this.#path, MAX_TOKENS_BYTES);
    return bytes && decodeTokens(bytes);
  }

  /**
   * @returns the token, which is told here and never again
   * @throws ConflictError `TOKEN_EXISTS` @throws InvalidInputError `TOKEN_INVALID`
   */
  async add(wanted: KnownToken): Promise<string> {
    checkKnownToken(wanted);
    const { name, scope, labels } = wanted;
    const token = makeToken();
    await this.#change((tokens) => {
      if (tokens.some((other) => other.name === name)) throw tokenExists(name);
      return [...tokens, { name, scope, labels, digest: digestOf(token) }];
    });
    return token;
  }

  /** Where it was the last one, the store stays closed. @throws NotFoundError `TOKEN_NOT_FOUND` */
  async remove(name: string): Promise<void> {
    await this.#change((tokens) => {
      const rest = tokens.filter((token) => token.name !== name);
      if (rest.length === tokens.length) throw tokenNotFound(name);
      return rest;
    });
  }

  async #change(change: (tokens: readonly ListedToken[]) => readonly ListedToken[]): Promise<void> {
    await using _lock = await acquireLock(this.#files, `${this.#path}.lock`);
    const bytes = encodeTokens(change((await this.list()) ?? []));
    await writeFileDurably(this.#files, this.#path, bytes, { permissions: PERMISSIONS });
  }
}

function tokenExists(name: string): ConflictError {
  return new ConflictError('TOKEN_EXISTS', `there is a token '${name}' already`, {
    hint: `choose another name, or run 'cas serve token remove ${name}' first`,
  });
}

function tokenNotFound(name: string): NotFoundError {
  return new NotFoundError('TOKEN_NOT_FOUND', `no token is named '${name.slice(0, 100)}'`, {
    hint: "run 'cas serve token list' for all",
  });
}
