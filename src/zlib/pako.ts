/** The codec in plain JavaScript, for any runtime: pako, which is zlib's own code in another language. */
import {
  deflate as pakoDeflate,
  Z_BUF_ERROR,
  type Z_CallStatus,
  Z_FINISH,
  type Z_FlushMode,
  Z_NO_FLUSH,
  Z_OK,
  Z_STREAM_END,
  ZStream,
  zlibDeflate,
  zlibDeflateInit,
  zlibInflate,
  zlibInflateInit,
} from 'pako';
import { concatBytes } from '../bytes/concat.ts';
import type { ByteStream } from '../flow/byte-stream.ts';
import { inflateChunkBytes, PIECE_BYTES, shapeForDeflate, withoutSlack } from './buffer-sizes.ts';
import type { Inflated, InflateOptions, ZlibCodec, ZlibLevel } from './codec.ts';
import { encodeStored, isBestStored } from './stored.ts';
import { corruptStream, tooLarge, trailingBytes, truncatedStream } from './zlib-error.ts';

export const pakoCodec: ZlibCodec = {
  name: 'pako',
  deflate,
  inflate,
  inflateStart,
  deflateStream,
  inflateStream,
};

function deflate(content: Uint8Array, level: ZlibLevel): Uint8Array {
  if (isBestStored(content, level)) return encodeStored(content);
  return withoutSlack(pakoDeflate(content, { level, ...shapeForDeflate(content.length) }));
}

function inflate(bytes: Uint8Array, options: InflateOptions): Inflated {
  const { maxBytes } = options;
  const engine = startEngine(zlibInflate, zlibInflateInit);
  give(engine, bytes);
  const chunkBytes = inflateChunkBytes(bytes.length, maxBytes);
  const chunks: Uint8Array[] = [];
  let contentBytes = 0;
  for (let isWhole = false; !isWhole; ) {
    makeRoom(engine, Math.min(chunkBytes, maxBytes + 1 - contentBytes));
    isWhole = checkedInflate(engine) === Z_STREAM_END;
    chunks.push(takeOutput(engine));
    contentBytes += engine.state.next_out;
    if (contentBytes > maxBytes) throw tooLarge(maxBytes);
    if (!isWhole && engine.state.avail_out > 0) throw truncatedStream();
  }
  return { content: withoutSlack(concatBytes(chunks)), consumedBytes: engine.state.total_in };
}

function inflateStart(bytes: Uint8Array): Uint8Array {
  const engine = startEngine(zlibInflate, zlibInflateInit);
  give(engine, bytes);
  const chunks: Uint8Array[] = [];
  let status: Z_CallStatus;
  do {
    makeRoom(engine, PIECE_BYTES);
    status = checkedInflate(engine);
    chunks.push(takeOutput(engine));
  } while (status === Z_OK && engine.state.avail_out === 0);
  return withoutSlack(concatBytes(chunks));
}

async function* deflateStream(content: ByteStream, level: ZlibLevel): AsyncGenerator<Uint8Array> {
  const engine = startEngine(zlibDeflate, (state) => zlibDeflateInit(state, level));
  makeRoom(engine, PIECE_BYTES);
  for await (const piece of content) {
    give(engine, piece);
    while (engine.state.avail_in > 0) {
      engine.run(engine.state, Z_NO_FLUSH);
      yield* takeFull(engine);
    }
  }
  while (engine.run(engine.state, Z_FINISH) !== Z_STREAM_END) yield* takeFull(engine);
  yield takeOutput(engine);
}

async function* inflateStream(compressed: ByteStream): AsyncGenerator<Uint8Array> {
  const engine = startEngine(zlibInflate, zlibInflateInit);
  makeRoom(engine, PIECE_BYTES);
  let status: Z_CallStatus = Z_OK;
  for await (const piece of compressed) {
    give(engine, piece);
    while (engine.state.avail_in > 0) {
      if (status === Z_STREAM_END) throw trailingBytes();
      status = checkedInflate(engine);
      yield* takeFull(engine);
    }
  }
  while (status === Z_OK) {
    status = checkedInflate(engine); // what still fits in no output although all input is in
    yield* takeFull(engine);
  }
  if (status !== Z_STREAM_END) throw truncatedStream();
  if (engine.state.next_out > 0) yield takeOutput(engine);
}

/** One of zlib's two state machines, and the call that moves it on. */
interface Engine {
  readonly state: ZStream;
  readonly run: (state: ZStream, flush: Z_FlushMode) => Z_CallStatus;
}

function startEngine(run: Engine['run'], initialize: (state: ZStream) => Z_CallStatus): Engine {
  const state = new ZStream();
  initialize(state);
  return { state, run };
}

function give({ state }: Engine, input: Uint8Array): void {
  state.input = input;
  state.next_in = 0;
  state.avail_in = input.length;
}

function makeRoom({ state }: Engine, bytes: number): void {
  state.output = new Uint8Array(bytes);
  state.next_out = 0;
  state.avail_out = bytes;
}

function takeOutput({ state }: Engine): Uint8Array {
  return state.output.subarray(0, state.next_out);
}

function* takeFull(engine: Engine): Generator<Uint8Array> {
  if (engine.state.avail_out > 0) return;
  yield takeOutput(engine);
  makeRoom(engine, PIECE_BYTES);
}

/** `Z_BUF_ERROR` says no more than that this call had nothing to do. */
function checkedInflate({ state, run }: Engine): Z_CallStatus {
  const status = run(state, Z_NO_FLUSH);
  if (status === Z_OK || status === Z_STREAM_END || status === Z_BUF_ERROR) return status;
  throw corruptStream(new Error(state.msg || 'preset dictionary'));
}
