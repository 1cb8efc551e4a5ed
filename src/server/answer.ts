/** What a route answers with; sending it is another matter. */
import { encodeText } from '../bytes/text.ts';
import type { ByteStream } from '../flow/byte-stream.ts';

/** A body that is made as the client takes it. */
export interface StreamedBody {
  /** `undefined` where it is not known before its end. */
  readonly sizeBytes: number | undefined;
  /** Called once, and not at all where only the head is asked for. What it throws is answered in place of the body. */
  readonly open: () => ByteStream | Promise<ByteStream>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | StreamedBody;
  /** `store`: no browser has any use for it, and need not be told what not to do with it. @default 'anybody' */
  readonly audience?: 'anybody' | 'store';
  /** Called once it is sent, or cannot be. */
  readonly close?: () => Promise<void>;
}

const JSON_TYPE = 'application/json';

/** A value as one line of JSON. */
export function jsonAnswer(value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status: 200,
    headers: { 'content-type': JSON_TYPE, 'cache-control': 'no-cache', ...headers },
    body: encodeText(`${JSON.stringify(value)}\n`),
  };
}

export function textAnswer(text: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers },
    body: encodeText(text),
  };
}

/** The client has it already. */
export function notModified(tag: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 304, headers: { etag: tag, ...headers } };
}

/** @param place a path of this server, escaped */
export function redirectTo(place: string): Answer {
  return { status: 302, headers: { location: place, 'cache-control': 'no-cache' } };
}
