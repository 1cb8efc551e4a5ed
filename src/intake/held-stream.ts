/** Holds the beginning of a stream, to tell a long one from a short one before it is decided how it is stored. */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { viewBytes } from '../bytes/concat.ts';
import type { ByteStream } from '../flow/byte-stream.ts';

/** All of a stream, as pieces; or what came of it so far and what is still to come, as one stream. */
export type HeldStream =
  | { readonly kind: 'short'; readonly pieces: Uint8Array[]; readonly sizeBytes: number }
  | { readonly kind: 'long'; readonly content: ByteStream };

/** @param maxBytes that a short stream has at most: as much is held in memory */
export async function holdStream(stream: ByteStream, maxBytes: number): Promise<HeldStream> {
  const rest = stream[Symbol.asyncIterator]();
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
    pieces.push(next.value);
    sizeBytes += next.value.length;
    if (sizeBytes > maxBytes) return { kind: 'long', content: resume(pieces, rest) };
  }
  return { kind: 'short', pieces, sizeBytes };
}

/** Gives up each piece as it is taken, so that what is held shrinks. */
export async function* drainPieces(pieces: Uint8Array[]): AsyncGenerator<Uint8Array> {
  pieces.reverse();
  for (let piece = pieces.pop(); piece !== undefined; piece = pieces.pop()) yield piece;
}

async function* resume(pieces: Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* drainPieces(pieces);
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** The SHA-256 of pieces, 32 bytes. Gives turns to what is done beside it, and each piece up once it is hashed. */
export async function hashPieces(pieces: Uint8Array[]): Promise<Uint8Array> {
  const state = createHash('sha256');
  await setImmediate();
  for await (const piece of drainPieces(pieces)) {
    state.update(piece);
    await setImmediate();
  }
  return viewBytes(state.digest());
}
