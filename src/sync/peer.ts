/**
 * Another store, wherever it is: what stores say to each other when they fetch and push.
 *
 * What goes is a bundle as a stream. The same question to the same store is answered by the same bytes, so what was cut
 * goes on where it was: who receives says how much has arrived, and who sends makes the bundle again.
 */
import type { ByteStream } from '../flow/byte-stream.ts';
import type { BundledLabel } from '../wire/bundle-header.ts';
import type { FetchRequest, ResumePoint } from '../wire/fetch-request.ts';
import type { Measure } from '../wire/measure-document.ts';
import type { PushRequest } from '../wire/push-request.ts';
import type { PushedLabel } from '../wire/pushed-labels.ts';

/** The rest of a bundle. */
export interface Arriving {
  /** How many of its bytes come before those of `bytes`: as many as the request says, or 0. */
  readonly start: number;
  /** Ends in `TRANSFER_CUT` where it is not whole; what came before that is good. */
  readonly bytes: ByteStream;
}

export interface PeerOptions {
  readonly signal?: AbortSignal;
}

export interface Upload {
  /** 64 hex digits: its name, chosen by who pushes. */
  readonly id: string;
  /** How many bytes of it are there; where it is another number by now, the upload is refused. */
  readonly start: number;
  /** What follows them. */
  readonly bytes: ByteStream;
}

/** All of it may throw SystemError `PEER_UNREACHABLE`, `TRANSFER_CUT`, and RefusedError `ACCESS_DENIED`. */
export interface Peer extends AsyncDisposable {
  /** Where it is, for messages; without secrets. */
  readonly url: string;
  /** Those that the asker may see, in the order of their names. */
  listLabels(options?: PeerOptions): Promise<readonly BundledLabel[]>;
  /** @throws NotFoundError `LABEL_NOT_FOUND`, `OBJECT_NOT_FOUND` for what the asker may not see, too */
  fetch(request: FetchRequest, options?: PeerOptions): Promise<Arriving>;
  /** What would come of it, and nothing comes. @throws as {@link Peer.fetch} */
  measure(request: FetchRequest, options?: PeerOptions): Promise<Measure>;
  /** How much has arrived of an upload; 0 bytes of one that was never begun, or was dropped since. */
  findUpload(id: string, options?: PeerOptions): Promise<ResumePoint>;
  /** Adds to an upload; where it throws, what arrived stays. @throws ConflictError `UPLOAD_MOVED` @throws RefusedError `TOO_LARGE` */
  upload(upload: Upload, options?: PeerOptions): Promise<void>;
  /**
   * Takes the bundle in, then changes the labels, all or none. Where it throws, nothing of the bundle is there any more.
   *
   * @throws ConflictError `LABEL_MOVED`, `NOT_FAST_FORWARD`, `PREREQUISITE_MISSING` @throws RefusedError `LABEL_PROTECTED`
   */
  push(request: PushRequest, options?: PeerOptions): Promise<readonly PushedLabel[]>;
}
