/** What answers a fetch. Who begins with nothing, as a clone does, shares it with all others who ask the same now. */
import { createHash } from 'node:crypto';
import type { ByteStream } from '../flow/byte-stream.ts';
import { continueStream } from '../sync/continue-stream.ts';
import type { Arriving } from '../sync/peer.ts';
import { encodeFetchRequest, type FetchRequest } from '../wire/fetch-request.ts';
import { encodeLabelList } from '../wire/label-list.ts';
import { veiled } from './error-answer.ts';
import type { StoreRequest } from './request.ts';
import type { BundleSource } from './shared-bundle.ts';

/** An answer that holds what it needs until it is closed. */
export interface OpenFetch extends Arriving {
  readonly close?: () => Promise<void>;
}

/** @throws as `Peer.fetch` */
export async function openFetch(request: StoreRequest, asked: FetchRequest): Promise<OpenFetch> {
  const { store, aside, calm, signal } = request;
  if (asked.have.length > 0 || asked.objects.length > 0) return ask(request, asked, signal);
  const whole = { ...asked, resume: undefined };
  const shared = await store.stock.share(await questionOf(request, whole), {
    start: (stop) => ask(request, whole, stop),
    calm,
  });
  if (shared === undefined) return ask(request, asked, signal);
  return continueStream(() => shared.read(aside), asked.resume);
}

/** What ends it is told to who asked: not where things lie here. */
export async function* veilingFaults(bytes: ByteStream): ByteStream {
  try {
    yield* bytes;
  } catch (error) {
    throw veiled(error);
  }
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
