/** The ways to other stores. */

import { NotFoundError } from '../errors/errors.ts';
import { nodeFiles } from '../files/node-files.ts';
import { storeAt } from '../store/find-store.ts';
import { openRepository, type Repository, type RepositoryContext } from '../store/repository.ts';
import type { Peer } from '../sync/peer.ts';
import { ALL_RIGHTS } from '../sync/rights.ts';
import { StorePeer, type StorePeerOptions } from '../sync/store-peer.ts';
import { type HttpAddress, parseAddress, type SshAddress } from './address.ts';
import { noStoreAt } from './failures.ts';
import { PATIENCE, type Patience } from './patience.ts';
import { type Environment, findToken } from './tokens.ts';

export interface OpenPeerOptions {
  /** How a store in a folder is opened. */
  readonly context: RepositoryContext;
  /** Who asks, for the label log of a store in a folder; others know by themselves who asks. */
  readonly who: string;
  /** @default that of this process */
  readonly environment?: Environment;
  /** For how long others are waited for. */
  readonly patience?: Partial<Patience>;
  /** Takes what `ssh`, and the other end of it, complain of: a line each time, safe to show. */
  readonly onComplaint?: (line: string) => void;
}

/**
 * Another store. Nothing is asked of a server yet.
 *
 * @param url a folder or `file://` URL, `http(s)://HOST[:PORT]/s/NAME`, `ssh://[USER@]HOST[:PORT]/PATH` or
 * `[USER@]HOST:PATH`
 * @throws InvalidInputError `URL_INVALID`, `TOKEN_INVALID`, `CA_FILE_INVALID`, `SSH_COMMAND_INVALID`
 * @throws RefusedError `TOKEN_EXPOSED` @throws as `openRepository` for a folder
 */
export async function openPeer(url: string, options: OpenPeerOptions): Promise<Peer> {
  const address = parseAddress(url);
  switch (address.kind) {
    case 'folder':
      return openFolderPeer(address.path, options);
    case 'http':
      return openHttpPeer(address, options);
    case 'ssh':
      return openSshPeer(address, options);
  }
}

const LOOK_AT_FOLDER = "look at the path; 'cas init' makes a store, and 'cas bundle apply' takes in a bundle";

async function openFolderPeer(path: string, { context, who }: OpenPeerOptions): Promise<Peer> {
  const root = await storeAt(context.files, path).catch((error: unknown) => {
    throw error instanceof NotFoundError ? noStoreAt(path, LOOK_AT_FOLDER) : error;
  });
  const repository = await openRepository(root, context);
  return new FolderPeer(repository, { url: path, rights: ALL_RIGHTS, who });
}

/** A store that is open for as long as it is asked. */
class FolderPeer extends StorePeer {
  readonly #repository: Repository;

  constructor(repository: Repository, options: StorePeerOptions) {
    super(repository, options);
    this.#repository = repository;
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    await this.#repository[Symbol.asyncDispose]();
  }
}

async function openHttpPeer(address: HttpAddress, options: OpenPeerOptions): Promise<Peer> {
  const { environment = process.env, patience } = options;
  const place = { files: nodeFiles(), environment };
  const token = await findToken(address.base, place);
  const [{ HttpPeer }, { openHttpLine }] = await Promise.all([import('./http-peer.ts'), import('./line.ts')]);
  return new HttpPeer({
    line: await openHttpLine(address.base, place),
    patience: { ...PATIENCE, ...patience },
    token,
  });
}

async function openSshPeer(address: SshAddress, options: OpenPeerOptions): Promise<Peer> {
  const { environment = process.env, patience, onComplaint } = options;
  const [{ HttpPeer }, ssh] = await Promise.all([import('./http-peer.ts'), import('./ssh-line.ts')]);
  return new HttpPeer({
    line: ssh.openSshLine(address, { environment, ...(onComplaint && { onComplaint }) }),
    patience: { ...ssh.SSH_PATIENCE, ...patience },
    token: undefined,
  });
}
