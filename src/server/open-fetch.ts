/** What answers a fetch. Who begins with nothing, as a clone does, shares it with all others who ask the same now. */
import { createHash } from 'node:crypto';
import type { ByteStream } from '../flow/byte-stream.ts';
import { type ContinuedStream, continueStream } from '../sync/continue-stream.ts';
import type { Arriving } from '../sync/peer.ts';
import { encodeFetchRequest, type FetchRequest } from '../wire/fetch-request.ts';
import { decodeFrames, encodeFrames } from '../wire/frames.ts';
import { encodeLabelList } from '../wire/label-list.ts';
import { veiled } from './error-answer.ts';
import type { StoreRequest } from './request.ts';
import type { BundleSource, SharedBundle } from './shared-bundle.ts';

/** An answer that holds what it needs until it is closed. */
export interface OpenFetch {
  /** How many bytes of the bundle the receiver has. */
  readonly start: number;
  /** The rest of it, as it goes over the wire. */
  readonly frames: ByteStream;
  readonly close?: () => Promise<void>;
}

/** Waits until its turn comes, as the kind of work that it is. @throws as `Peer.fetch` */
export async function openFetch(request: StoreRequest, asked: FetchRequest): Promise<OpenFetch> {
  const { aside, enter } = request;
  const shared = await findShared(request, asked);
  if (shared !== undefined && (asked.resume?.bytes ?? 0) === 0) {
    await enter('shared');
    return { start: 0, frames: shared.read(aside) };
  }
  await enter('fetch');
  if (shared !== undefined)
    return framed(await continueStream(() => decodeFrames(shared.read(aside), 0), asked.resume));
  const { close, ...arriving } = await ask(request, asked, request.signal);
  return { ...framed(arriving), close };
}

function framed({ start, bytes }: ContinuedStream): OpenFetch {
  return { start, frames: encodeFrames(veilingFaults(bytes), start) };
}

/** What ends it is told to who asked: not where things lie here. */
async function* veilingFaults(bytes: ByteStream): ByteStream {
  try {
    yield* bytes;
  } catch (error) {
    throw veiled(error);
  }
}

/** All of the answer, for who has nothing of it that others have not; `undefined` where it is this one's alone. */
async function findShared(request: StoreRequest, asked: FetchRequest): Promise<SharedBundle | undefined> {
  if (asked.have.length > 0 || asked.objects.length > 0) return undefined;
  const { store, aside, atTurn, calm } = request;
  const whole = { ...asked, resume: undefined };
  const question = await questionOf(request, whole);
  const start = (stop: AbortSignal): Promise<BundleSource> => atTurn(() => ask(request, whole, stop));
  return aside(store.stock.share(question, { start, calm }));
}

/** What is sent stays until its end, whatever is collected meanwhile. */
async function ask(
  { store, openPeer }: StoreRequest,
  asked: FetchRequest,
  signal: AbortSignal,
): Promise<Arriving & BundleSource> {
  const reading = await store.readers.begin();
  const peer = openPeer();
  const close = async (): Promise<void> => {
    await reading[Symbol.asyncDispose]();
    await peer[Symbol.asyncDispose]();
  };
  try {
    return { ...(await peer.fetch(asked, { signal })), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The same for two only where the same is the answer to both: of who may see the same, while labels are where they are. */
async function questionOf({ openPeer, visitor }: StoreRequest, asked: FetchRequest): Promise<string> {
  await using peer = openPeer();
  return createHash('sha256')
    .update(`${visitor.rights.reach} ${visitor.token ?? ''}\n`)
    .update(encodeLabelList(await peer.listLabels()))
    .update(encodeFetchRequest(asked))
    .digest('hex');
}
