/** The pipes of a process, with the face of a socket. */
import type { ChildProcessByStdio } from 'node:child_process';
import type { Socket } from 'node:net';
import { Duplex, type Readable, type Writable } from 'node:stream';

/** A process whose input and output are pipes, and what it complains of, too. */
export type PipedProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/** A process whose pipes are closed ends by itself, and says how; one that does not within this time is ended. */
const GRACE_MS = 1000;

/** What is written goes to the process, what it says is read; where this ends, so does the process. */
export class PipedConnection extends Duplex {
  readonly #child: PipedProcess;

  constructor(child: PipedProcess) {
    super();
    this.#child = child;
    const { stdin, stdout } = child;
    stdout.on('data', (piece: Uint8Array) => {
      if (!this.push(piece)) stdout.pause();
    });
    stdout.on('end', () => this.push(null));
    for (const part of [stdout, child]) part.on('error', (error: Error) => this.destroy(error));
    stdin.on('error', (error: Error) => {
      if (!isClosedPipe(error)) this.destroy(error);
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(piece: Uint8Array, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#child.stdin.write(piece, (error) => done(error && isClosedPipe(error) ? null : error));
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#child.stdin.destroy();
    this.#child.stdout.destroy();
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) setTimeout(() => this.#child.kill(), GRACE_MS).unref();
    done(error);
  }

  /** What follows is asked of every socket: pipes have no such settings. */
  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  ref(): this {
    this.#child.ref();
    for (const pipe of pipesOf(this.#child)) pipe.ref();
    return this;
  }

  /** A connection that nobody uses keeps no program from ending. */
  unref(): this {
    this.#child.unref();
    for (const pipe of pipesOf(this.#child)) pipe.unref();
    return this;
  }
}

/** Who hears no more may have said why: what it says is still read. */
function isClosedPipe(error: Error): boolean {
  return ['EPIPE', 'ERR_STREAM_DESTROYED'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** Node's pipes are sockets, which their types keep to themselves. */
function pipesOf({ stdin, stdout, stderr }: PipedProcess): Socket[] {
  return [stdin, stdout, stderr] as unknown as Socket[];
}
