/** What is asked of a server, and of whom. */
import type { ByteStream } from '../flow/byte-stream.ts';
import { contentDigest } from '../wire/content-digest.ts';
import type { Line } from './line.ts';
import type { Patience } from './patience.ts';

/** What is sent after the head of a request. */
export interface RequestBody {
  /** Its media type. */
  readonly type: string;
  /** A document, which can be sent again; or a stream. */
  readonly content: Uint8Array | ByteStream;
}

export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** What follows the base, with a slash before it. */
  readonly path: string;
  readonly body?: RequestBody;
  /** Whether an answer takes work at the other end, and is waited for accordingly. */
  readonly pace: 'at once' | 'after work';
  /** Whether it may be sent twice, as where a connection that was kept turns out to be dead. */
  readonly again: 'harmless' | 'never';
}

/** Who asks, and over what. */
export interface Asker {
  readonly line: Line;
  readonly patience: Patience;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Pieces of a document are small enough that a slow line takes each in time. */
const PIECE_BYTES: number = 64 * 1024;

/** A stream says not how long it is, and proves itself. */
export function headersOf(body: RequestBody | undefined): Record<string, string> {
  if (body === undefined) return {};
  const { type, content } = body;
  if (!(content instanceof Uint8Array)) return { 'Content-Type': type };
  return {
    'Content-Type': type,
    'Content-Length': `${content.length}`,
    'Content-Digest': contentDigest(content),
  };
}

export async function* piecesOf(body: RequestBody | undefined): ByteStream {
  if (body === undefined) return;
  const { content } = body;
  if (!(content instanceof Uint8Array)) return yield* content;
  for (let at = 0; at < content.length; at += PIECE_BYTES) yield content.subarray(at, at + PIECE_BYTES);
}
