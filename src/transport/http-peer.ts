/** A store behind a server, asked by HTTP/1.1, over whatever carries it. */
import { InvalidInputError } from '../errors/errors.ts';
import type { ByteStream } from '../flow/byte-stream.ts';
import type { Arriving, Peer, PeerOptions, Upload } from '../sync/peer.ts';
import type { BundledLabel } from '../wire/bundle-header.ts';
import { encodeFetchRequest, type FetchRequest, type ResumePoint } from '../wire/fetch-request.ts';
import { decodeFrames, encodeFrames } from '../wire/frames.ts';
import { decodeLabelList, MAX_LABEL_LIST_BYTES } from '../wire/label-list.ts';
import { decodeMeasure, MAX_MEASURE_BYTES, type Measure } from '../wire/measure-document.ts';
import { MEDIA_TYPES } from '../wire/media-type.ts';
import { encodePushRequest, type PushRequest } from '../wire/push-request.ts';
import type { PushedLabel } from '../wire/pushed-labels.ts';
import { decodePushedLabels, MAX_PUSHED_LABELS_BYTES } from '../wire/pushed-labels.ts';
import { decodeResumePoint, MAX_RESUME_DOCUMENT_BYTES } from '../wire/resume-document.ts';
import { readDocument, takeAnswer } from './answer.ts';
import { exchange } from './exchange.ts';
import { notCaskit } from './failures.ts';
import type { Line } from './line.ts';
import type { Patience } from './patience.ts';
import type { Asker } from './request.ts';

export interface HttpPeerOptions {
  readonly line: Line;
  readonly patience: Patience;
  /** Sent as `Authorization`. `undefined`: nothing is */
  readonly token: string | undefined;
}

/** Disposing of it ends the line. */
export class HttpPeer implements Peer {
  readonly url: string;
  readonly #line: Line;
  readonly #asker: Asker;

  constructor({ line, patience, token }: HttpPeerOptions) {
    this.url = line.url;
    this.#line = line;
    this.#asker = {
      line,
      patience,
      headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
    };
  }

  async listLabels(options: PeerOptions = {}): Promise<readonly BundledLabel[]> {
    const asker = this.#askerWith(options);
    const answer = await exchange(
      { method: 'GET', path: '/labels', pace: 'at once', again: 'harmless' },
      asker,
    );
    const expected = { status: 200, type: MEDIA_TYPES.labels, maxBytes: MAX_LABEL_LIST_BYTES };
    return decodeLabelList(await readDocument(answer, expected, asker));
  }

  async fetch(request: FetchRequest, options: PeerOptions = {}): Promise<Arriving> {
    const asker = this.#askerWith(options);
    const body = { type: MEDIA_TYPES.fetch, content: encodeFetchRequest(request) };
    const sent = { method: 'POST', path: '/fetch', body, pace: 'after work', again: 'harmless' } as const;
    const answer = await exchange(sent, asker);
    const frames = await takeAnswer(answer, { status: 200, type: MEDIA_TYPES.frames }, asker);
    const start = [0, request.resume?.bytes].find((each) => answer.headers['cas-start'] === String(each));
    if (start === undefined) {
      answer.destroy();
      throw notCaskit(this.url, 'it does not say where its answer starts');
    }
    return { start, bytes: framedBytes(frames, start) };
  }

  async measure(request: FetchRequest, options: PeerOptions = {}): Promise<Measure> {
    const asker = this.#askerWith(options);
    const body = { type: MEDIA_TYPES.fetch, content: encodeFetchRequest(request) };
    const sent = { method: 'POST', path: '/measure', body, pace: 'after work', again: 'harmless' } as const;
    const expected = { status: 200, type: MEDIA_TYPES.json, maxBytes: MAX_MEASURE_BYTES };
    return decodeMeasure(await readDocument(await exchange(sent, asker), expected, asker));
  }

  async findUpload(id: string, options: PeerOptions = {}): Promise<ResumePoint> {
    const asker = this.#askerWith(options);
    const sent = { method: 'GET', path: uploadPath(id), pace: 'at once', again: 'harmless' } as const;
    const expected = { status: 200, type: MEDIA_TYPES.json, maxBytes: MAX_RESUME_DOCUMENT_BYTES };
    return decodeResumePoint(await readDocument(await exchange(sent, asker), expected, asker));
  }

  async upload({ id, start, bytes }: Upload, options: PeerOptions = {}): Promise<void> {
    const asker = this.#askerWith(options);
    const fault: { error?: unknown } = {};
    const source = tellingFault(bytes, (error) => {
      fault.error = error;
    });
    const body = { type: MEDIA_TYPES.frames, content: encodeFrames(source, start) };
    const path = `${uploadPath(id)}?start=${start}`;
    try {
      const answer = await exchange({ method: 'PUT', path, body, pace: 'at once', again: 'never' }, asker);
      for await (const _ of await takeAnswer(answer, { status: 204, type: undefined }, asker));
    } catch (error) {
      throw fault.error ?? error; // what the other end was told of is known better here
    }
  }

  async push(request: PushRequest, options: PeerOptions = {}): Promise<readonly PushedLabel[]> {
    const asker = this.#askerWith(options);
    const body = { type: MEDIA_TYPES.push, content: encodePushRequest(request) };
    const sent = { method: 'POST', path: '/push', body, pace: 'after work', again: 'never' } as const;
    const expected = { status: 200, type: MEDIA_TYPES.json, maxBytes: MAX_PUSHED_LABELS_BYTES };
    return decodePushedLabels(await readDocument(await exchange(sent, asker), expected, asker));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#line[Symbol.dispose]();
  }

  #askerWith({ signal }: PeerOptions): Asker {
    signal?.throwIfAborted();
    return { ...this.#asker, signal };
  }
}

/** Reads on after the last frame, to the end of the answer: then the connection can be kept. */
async function* framedBytes(frames: ByteStream, start: number): ByteStream {
  const pieces = frames[Symbol.asyncIterator]();
  try {
    yield* decodeFrames({ [Symbol.asyncIterator]: () => ({ next: () => pieces.next() }) }, start);
    await pieces.next().catch(() => undefined); // all is there and proved: how the connection ends is nothing to it
  } finally {
    await pieces.return?.();
  }
}

function uploadPath(id: string): string {
  if (!/^[0-9a-f]{64}$/.test(id))
    throw new InvalidInputError('UPLOAD_INVALID', 'the name of an upload is not 64 hex digits', {
      hint: 'take the SHA-256 of what tells it from others',
    });
  return `/uploads/${id}`;
}

async function* tellingFault(bytes: ByteStream, tell: (error: unknown) => void): ByteStream {
  try {
    yield* bytes;
  } catch (error) {
    tell(error);
    throw error;
  }
}
