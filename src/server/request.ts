/** What a route is asked, once it is clear who asks. */
import type { IncomingHttpHeaders } from 'node:http';
import { RefusedError } from '../errors/errors.ts';
import { type ByteStream, collectBytes, observe } from '../flow/byte-stream.ts';
import type { Peer } from '../sync/peer.ts';
import { checkDigest } from '../wire/content-digest.ts';
import type { Visitor } from './access.ts';
import type { LaneName } from './lanes.ts';
import type { ServedStore } from './served-store.ts';
import type { Target } from './target.ts';

/** A request to one store. */
export interface StoreRequest extends Target {
  readonly store: ServedStore;
  readonly visitor: Visitor;
  /** The parts of the path behind the route's own word. */
  readonly names: readonly Uint8Array[];
  readonly headers: IncomingHttpHeaders;
  readonly body: ByteStream;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
  /** Becomes another kind of work: what takes long waits for its turn. */
  readonly enter: (lane: LaneName) => Promise<void>;
  /** Waits for what another request makes. */
  readonly aside: <Value>(coming: Promise<Value>) => Promise<Value>;
  /** Does what takes long and is for others, too, at a turn of its own: this request need not wait for its own then. */
  readonly atTurn: <Value>(work: () => Promise<Value>) => Promise<Value>;
  /** Waits until nobody else has something short to do, or a while. */
  readonly calm: () => Promise<void>;
  /** The store in the name of who asks; the caller disposes of it. */
  readonly openPeer: () => Peer;
}

/** No request is longer that is held whole: one about some 200,000 snapshots. */
export const MAX_REQUEST_BYTES: number = 16 * 2 ** 20;
/** All that are held at a time have no more together. */
const MAX_HELD_BYTES: number = 256 * 2 ** 20;

let heldBytes = 0;

/**
 * Hands a whole body to `work`.
 *
 * @param type which its header Content-Type must say: no page in a browser can send it without being asked
 * @throws RefusedError `TYPE_REFUSED`, `TOO_LARGE`, `SERVER_BUSY` where too much is held for others
 * @throws SystemError `TRANSFER_CUT` where it is not what its header Content-Digest says
 */
export async function withBody<Value>(
  { headers, body }: Pick<StoreRequest, 'headers' | 'body'>,
  type: string,
  work: (bytes: Uint8Array) => Promise<Value>,
): Promise<Value> {
  checkType(headers, type);
  let ownBytes = 0;
  try {
    const counted = observe(body, ({ length }) => {
      ownBytes += length;
      heldBytes += length;
      if (heldBytes > MAX_HELD_BYTES) throw serverBusy();
    });
    const document = await collectBytes(counted, { maxBytes: MAX_REQUEST_BYTES });
    checkDigest(document, headers['content-digest']?.toString());
    return await work(document);
  } finally {
    heldBytes -= ownBytes;
  }
}

/** @throws RefusedError `TYPE_REFUSED` */
export function checkType(headers: IncomingHttpHeaders, type: string): void {
  if (headers['content-type']?.toLowerCase() === type) return;
  throw new RefusedError('TYPE_REFUSED', `the body of this request must be of type '${type}'`, {
    hint: 'send it with that header Content-Type',
  });
}

function serverBusy(): RefusedError {
  return new RefusedError('SERVER_BUSY', 'too much is asked of this server at once', {
    hint: 'try again in a while',
  });
}
