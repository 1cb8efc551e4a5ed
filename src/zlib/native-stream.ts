/** Streams through the runtime's zlib, driven by who reads: no input is taken before all output is out. */

import type { Transform } from 'node:stream';
import type { Zlib } from 'node:zlib';
import { viewBytes } from '../bytes/concat.ts';
import { CasError } from '../errors/errors.ts';
import type { ByteStream } from '../flow/byte-stream.ts';
import { corruptStream, tooLarge, trailingBytes, truncatedStream } from './zlib-error.ts';

type Engine = Transform & Zlib;

/** What the runtime's failure to inflate means here; anything that is not about the bytes stays as it is. */
export function inflateFailure(error: unknown, maxBytes: number): unknown {
  if (error instanceof CasError || !(error instanceof Error) || !('code' in error)) return error;
  switch (error.code) {
    case 'Z_DATA_ERROR':
    case 'Z_NEED_DICT':
      return corruptStream(error);
    case 'Z_BUF_ERROR':
      return truncatedStream(error);
    case 'ERR_BUFFER_TOO_LARGE':
      return tooLarge(maxBytes, error);
    default:
      return error;
  }
}

/**
 * What comes out of the engine when `source` goes in.
 *
 * @param start makes the engine once the first piece is asked for, so that a stream nobody reads holds nothing
 * @throws CorruptError as {@link inflateFailure} says, and `ZLIB_TRAILING_BYTES` for what the engine left over
 */
export async function* pump(source: ByteStream, start: () => Engine): AsyncGenerator<Uint8Array> {
  const engine = start();
  const signal = watch(engine);
  let givenBytes = 0;
  try {
    for await (const piece of source) {
      if (piece.length === 0) continue;
      signal.taken = false;
      engine.write(piece, signal.take);
      yield* drain(engine, signal, () => signal.taken || engine.readableEnded);
      givenBytes += piece.length;
      if (engine.bytesWritten < givenBytes) throw trailingBytes();
    }
    engine.end();
    yield* drain(engine, signal, () => engine.readableEnded);
  } finally {
    engine.destroy();
  }
}

/** What the engine has said since it was last asked. */
interface Signal {
  taken: boolean;
  readonly take: () => void;
  failure: unknown;
  /** Resolves at the next event, or at once when there was one since the last call. */
  next(): Promise<void>;
}

function watch(engine: Engine): Signal {
  let heard = false;
  let wake = (): void => {};
  const hear = (): void => {
    heard = true;
    wake();
  };
  const signal: Signal = {
    taken: false,
    take: () => {
      signal.taken = true;
      hear();
    },
    failure: undefined,
    next: async () => {
      if (!heard) await new Promise<void>((resolve) => (wake = resolve));
      heard = false;
    },
  };
  engine.on('readable', hear).on('end', hear);
  engine.on('error', (error) => {
    signal.failure = inflateFailure(error, Number.POSITIVE_INFINITY);
    hear();
  });
  return signal;
}

async function* drain(engine: Engine, signal: Signal, isDone: () => boolean): AsyncGenerator<Uint8Array> {
  for (;;) {
    const output: Uint8Array | null = engine.read();
    if (signal.failure !== undefined) throw signal.failure;
    if (output !== null) yield viewBytes(output);
    else if (isDone()) return;
    else await signal.next();
  }
}
