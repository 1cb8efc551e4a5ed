/** The store at this end, as others ask it: what a folder on the same machine is, and what a server answers by. */
import { hash } from 'node:crypto';
import type { Repository } from '../store/repository.ts';
import type { BundledLabel } from '../wire/bundle-header.ts';
import type { FetchRequest, ResumePoint } from '../wire/fetch-request.ts';
import type { PushRequest } from '../wire/push-request.ts';
import type { Arriving, Peer, PeerOptions, Upload } from './peer.ts';
import type { ReceivedLabel } from './received-labels.ts';
import type { Rights } from './rights.ts';

export interface StorePeerOptions {
  /** How it is called in messages. */
  readonly url: string;
  readonly rights: Rights;
  /** Who asks, for the label log. */
  readonly who: string;
  /** The most that one upload may have. @default 1 TiB */
  readonly maxUploadBytes?: number;
}
