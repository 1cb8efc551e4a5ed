/** Every way to a store, each with a store of its own at its end. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initStore, type Store } from '../../src/index.ts';
import type { Peer } from '../../src/sync/peer.ts';
import type { PeerSubject } from '../conformance/peer.ts';
import { NOW } from '../store/workshop.ts';
import { servePeer } from './peer-server.ts';
import { peerAt } from './peers.ts';

/** @param reach opens the way to the store in a folder, and adds what must be closed after it */
async function openSubject(
  reach: (folder: string, opened: AsyncDisposable[]) => Promise<Peer>,
): Promise<PeerSubject> {
  const folder = await mkdtemp(join(tmpdir(), 'caskit-'));
  const far: Store = await initStore(folder, { now: () => NOW * 1000 });
  const opened: AsyncDisposable[] = [];
  const peer = await reach(folder, opened);
  return {
    peer,
    far,
    [Symbol.asyncDispose]: async () => {
      await peer[Symbol.asyncDispose]();
      for (const each of opened.toReversed()) await each[Symbol.asyncDispose]();
      await far.close();
      await rm(folder, { recursive: true });
    },
  };
}

export const openFolderPeer = (): Promise<PeerSubject> => openSubject((folder) => peerAt(folder));

export const openHttpPeer = (): Promise<PeerSubject> =>
  openSubject(async (folder, opened) => {
    const behind = await peerAt(folder);
    const server = await servePeer(behind);
    opened.push(behind, server);
    return peerAt(server.url);
  });
