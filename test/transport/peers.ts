/** Peers as tests open them. */

import { nodeFiles } from '../../src/files/node-files.ts';
import type { Peer } from '../../src/sync/peer.ts';
import { type OpenPeerOptions, openPeer } from '../../src/transport/open-peer.ts';
import { nativeCodec } from '../../src/zlib/native.ts';

/** Nothing of the user's environment is used. */
export function peerAt(url: string, options: Partial<OpenPeerOptions> = {}): Promise<Peer> {
  const context = { files: nodeFiles(), codec: nativeCodec, now: Date.now };
  return openPeer(url, { context, who: 'ann', environment: { HOME: '/nowhere' }, ...options });
}
