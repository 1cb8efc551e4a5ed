/**
 * The raw deflate stream inside a gzip member (RFC 1951), and where exactly it ends.
 *
 * Files of many small members are common, and an engine with a thread behind it costs more than such a member.
 * So the bytes at hand are first tried in one synchronous call; only what does not fit goes through an engine.
 */
import { createInflateRaw, type InflateRaw, inflateRawSync } from 'node:zlib';
import { viewBytes } from '../bytes/concat.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { inflateInfoOf } from '../zlib/inflate-info.ts';
import type { ArchiveInput } from './input.ts';

const TRIED_BYTES: number = 64 * 1024;
const TRIED_CONTENT_BYTES: number = 256 * 1024;
const PIECE_BYTES: number = 64 * 1024;

export interface BodyPiece {
  readonly content: Uint8Array;
  /** How many bytes of the whole input it took to come here. */
  readonly consumedBytes: number;
}

/**
 * Inflates the stream that starts here and leaves `input` just behind it.
 *
 * @throws InvalidInputError `GZIP_INVALID`, `GZIP_TRUNCATED`
 */
export async function* inflateBody(input: ArchiveInput): AsyncGenerator<BodyPiece> {
  const start = input.offset;
  const tried = inflateAtOnce(await input.peek(), start);
  if (tried === undefined) {
    yield* inflateByEngine(input);
    return;
  }
  input.advance(tried.consumedBytes - start);
  yield tried;
}

/** `undefined` where the stream needs more input, or more room, than one call should take. */
function inflateAtOnce(bytes: Uint8Array, offset: number): BodyPiece | undefined {
  try {
    const answer: unknown = inflateRawSync(bytes.subarray(0, TRIED_BYTES), {
      info: true,
      maxOutputLength: TRIED_CONTENT_BYTES,
    });
    const { buffer, engine } = inflateInfoOf(answer);
    return { content: viewBytes(buffer), consumedBytes: offset + engine.bytesWritten };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'Z_BUF_ERROR' || code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw bodyFault(error, offset);
  }
}

async function* inflateByEngine(input: ArchiveInput): AsyncGenerator<BodyPiece> {
  const start = input.offset;
  const engine = createInflateRaw({ chunkSize: PIECE_BYTES });
  const feeding = feed(engine, input);
  try {
    for await (const piece of engine as AsyncIterable<Uint8Array>) {
      yield { content: viewBytes(piece), consumedBytes: start + engine.bytesWritten };
    }
  } catch (error) {
    throw bodyFault(error, start);
  }
  await feeding;
}

/** Writes until the engine leaves bytes over, which says that the stream ended before them. */
async function feed(engine: InflateRaw, input: ArchiveInput): Promise<void> {
  try {
    for (;;) {
      const piece = await input.peek();
      const before = engine.bytesWritten;
      if (piece.length === 0) {
        engine.end();
        return;
      }
      await new Promise((resolve) => engine.write(piece, resolve));
      const taken = engine.bytesWritten - before;
      input.advance(taken);
      if (taken < piece.length) return;
    }
  } catch (error) {
    engine.destroy(error instanceof Error ? error : new Error('cannot read the archive', { cause: error }));
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** What the runtime's failure means here; anything that is not about the bytes stays as it is. */
function bodyFault(error: unknown, offset: number): unknown {
  switch (codeOf(error)) {
    case 'Z_BUF_ERROR':
      return new InvalidInputError(
        'GZIP_TRUNCATED',
        `gzip ends inside the member with data at byte ${offset}`,
        {
          cause: error,
        },
      );
    case 'Z_DATA_ERROR':
    case 'Z_NEED_DICT':
      return new InvalidInputError('GZIP_INVALID', `cannot inflate gzip data at byte ${offset}`, {
        cause: error,
      });
    default:
      return error;
  }
}
