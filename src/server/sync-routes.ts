/** What other stores ask: labels, fetches, uploads and pushes, by the documents of `wire`. */
import { hash } from 'node:crypto';
import { InvalidInputError, RefusedError } from '../errors/errors.ts';
import { decodeFetchRequest } from '../wire/fetch-request.ts';
import { decodeFrames } from '../wire/frames.ts';
import { encodeLabelList } from '../wire/label-list.ts';
import { encodeMeasure } from '../wire/measure-document.ts';
import { MEDIA_TYPES } from '../wire/media-type.ts';
import { decodePushRequest } from '../wire/push-request.ts';
import { encodePushedLabels } from '../wire/pushed-labels.ts';
import { encodeResumePoint } from '../wire/resume-document.ts';
import { type Answer, notModified } from './answer.ts';
import { entityTag, isHeld } from './entity-tag.ts';
import { openFetch } from './open-fetch.ts';
import { checkType, type StoreRequest, withBody } from './request.ts';
import { textOf } from './target.ts';

const UPLOAD_ID = /^[0-9a-f]{64}$/;
const START = /^(0|[1-9]\d{0,15})$/;

/** `GET labels` */
export async function answerLabels({ openPeer, headers, signal }: StoreRequest): Promise<Answer> {
  await using peer = openPeer();
  const body = encodeLabelList(await peer.listLabels({ signal }));
  const tag = entityTag(hash('sha256', body));
  const head = { etag: tag, 'cache-control': 'no-cache' };
  if (isHeld(headers['if-none-match'], tag)) return notModified(tag, head);
  return { status: 200, headers: { ...head, 'content-type': MEDIA_TYPES.labels }, body, isForStores: true };
}

/** `POST fetch` */
export function answerFetch(request: StoreRequest): Promise<Answer> {
  return withBody(request, MEDIA_TYPES.fetch, async (bytes) => {
    const asked = decodeFetchRequest(bytes);
    const { start, frames, close } = await openFetch(request, asked);
    return {
      status: 200,
      headers: { 'content-type': MEDIA_TYPES.frames, 'cas-start': `${start}`, 'cache-control': 'no-store' },
      body: { sizeBytes: undefined, open: () => frames },
      isForStores: true,
      ...(close && { close }),
    };
  });
}

/** `POST measure`: what would come of a fetch. */
export function answerMeasure(request: StoreRequest): Promise<Answer> {
  return withBody(request, MEDIA_TYPES.fetch, async (bytes) => {
    const asked = decodeFetchRequest(bytes);
    await request.enter('fetch');
    await using peer = request.openPeer();
    return documentAnswer(encodeMeasure(await peer.measure(asked, { signal: request.signal })));
  });
}

/** `GET uploads/ID` */
export async function answerUpload(request: StoreRequest): Promise<Answer> {
  checkMayPush(request);
  await using peer = request.openPeer();
  return documentAnswer(
    encodeResumePoint(await peer.findUpload(parseUploadId(request), { signal: request.signal })),
  );
}

/** `PUT uploads/ID?start=N` */
export async function takeUpload(request: StoreRequest): Promise<Answer> {
  checkMayPush(request);
  checkType(request.headers, MEDIA_TYPES.frames);
  const id = parseUploadId(request);
  const start = parseStart(request.query.get('start'));
  await using peer = request.openPeer();
  await peer.upload({ id, start, bytes: decodeFrames(request.body, start) }, { signal: request.signal });
  return { status: 204, headers: {}, isForStores: true };
}

/** `POST push` */
export function takePush(request: StoreRequest): Promise<Answer> {
  checkMayPush(request);
  return withBody(request, MEDIA_TYPES.push, async (bytes) => {
    const asked = decodePushRequest(bytes);
    await request.enter('push');
    await using peer = request.openPeer();
    const labels = await peer.push(asked, { signal: request.signal });
    return documentAnswer(encodePushedLabels(labels));
  });
}

function documentAnswer(body: Uint8Array): Answer {
  const headers = { 'content-type': MEDIA_TYPES.json, 'cache-control': 'no-store' };
  return { status: 200, headers, body, isForStores: true };
}

/** @throws RefusedError `ACCESS_DENIED` */
function checkMayPush({ visitor }: StoreRequest): void {
  if (visitor.mayPush) return;
  throw new RefusedError('ACCESS_DENIED', 'nothing may be pushed here', {
    hint: "show a token with the scope 'write', to a server that was started with --write",
  });
}

function parseUploadId({ names }: StoreRequest): string {
  const [id = '', ...rest] = textOf(names) ?? [];
  if (UPLOAD_ID.test(id) && rest.length === 0) return id;
  throw new InvalidInputError('UPLOAD_INVALID', 'the name of an upload is 64 hex digits');
}

function parseStart(text: string | null): number {
  const start = START.test(text ?? '') ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(start)) return start;
  throw new InvalidInputError('UPLOAD_INVALID', 'an upload must say where its bytes begin', {
    hint: "ask with 'start=' and the number of bytes that are there",
  });
}
