/**
 * Crowds at one server: by turns 200 who fetch all of a store at once, and 1,000 who ask for it and hardly read. All of
 * the first get the same bytes; beside the others one who reads is answered. The server lives, in bounded memory.
 */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { collectBytes } from '../../../src/flow/byte-stream.ts';
import { elapsedMs } from '../../../src/flow/elapsed.ts';
import { fromEntries, initStore } from '../../../src/index.ts';
import type { LabelName } from '../../../src/label/name.ts';
import { contentDigest } from '../../../src/wire/content-digest.ts';
import { encodeFetchRequest, type FetchRequest } from '../../../src/wire/fetch-request.ts';
import { MEDIA_TYPES } from '../../../src/wire/media-type.ts';
import { peerAt } from '../../../test/transport/peers.ts';
import { type Attack, BrokenPromise, type Campaign, type Counts, type Ground } from '../../attack.ts';
import { noise } from '../../noise.ts';
import { Victim } from '../../victim.ts';

const CLONES = 200;
const SLOW = 1000;
const FILES = 40;
const FILE_BYTES = 50_000;
/** Half a megabyte for each that waits to be read, and what a server takes anyway. */
const MAX_MEMORY_MB = 700;
const NAME = 'all' as LabelName;
const ALL: FetchRequest = {
  labels: [NAME],
  objects: [],
  have: [],
  horizon: [],
  depth: undefined,
  contents: 'all',
  resume: undefined,
};

export const crowdedServer: Attack = {
  name: 'crowded-server',
  trials: `crowds of ${CLONES} who fetch and of ${SLOW} who hardly read`,
  bar: 20,
  share: 1,
  missing: () => (process.platform === 'linux' ? undefined : 'memory is read where only Linux has it'),
  prepare: (ground) => Crowds.prepare(ground),
};

class Crowds implements Campaign {
  readonly #server: Victim;
  readonly #url: string;

  private constructor(server: Victim, url: string) {
    this.#server = server;
    this.#url = url;
  }

  static async prepare(ground: Ground): Promise<Crowds> {
    await using store = await initStore(ground.folder);
    const next = noise(1);
    const entries = Array.from({ length: FILES }, (_, at) => ({
      path: `${at}`,
      content: Uint8Array.from(next(FILE_BYTES)),
    }));
    await store.commit(NAME, fromEntries(entries));
    const server = new Victim([ground.program('server'), ground.folder]);
    let url = '';
    await server.waitUntil((said) => {
      url = /(.*)\n/.exec(said)?.[1] ?? '';
      return url !== '';
    });
    return new Crowds(server, url);
  }

  async attempt(seed: number): Promise<Counts> {
    const counts = seed % 2 === 1 ? await this.#fetchAtOnce() : await this.#askAmongSlow();
    const memory = this.#memoryMb();
    if (memory > MAX_MEMORY_MB) throw new BrokenPromise([`the server took ${memory} MB`]);
    if (!this.#server.isAlive) throw new BrokenPromise([`the server died: ${this.#server.complaint}`]);
    return { ...counts, [`at most ${roundUp(memory, 100)} MB`]: 1 };
  }

  async #fetchAtOnce(): Promise<Counts> {
    const digests = await Promise.all(Array.from({ length: CLONES }, () => this.#fetch()));
    if (new Set(digests).size > 1) throw new BrokenPromise(['not all got the same']);
    return { clones: digests.length };
  }

  async #askAmongSlow(): Promise<Counts> {
    const crowd = Array.from({ length: SLOW }, () => this.#askSlowly());
    try {
      await Promise.all(crowd.map(({ asked }) => asked));
      const start = elapsedMs();
      await this.#fetch();
      const ms = elapsedMs() - start;
      return { 'slow ones': crowd.length, [`one beside them waited at most ${roundUp(ms, 500)} ms`]: 1 };
    } finally {
      for (const { socket } of crowd) socket.destroy();
    }
  }

  /** @returns the digest of what came */
  async #fetch(): Promise<string> {
    await using peer = await peerAt(this.#url);
    return hash('sha256', await collectBytes((await peer.fetch(ALL)).bytes));
  }

  /** Asks for all of it, and reads no more than the beginning, once that is there. */
  #askSlowly(): { readonly socket: Socket; readonly asked: Promise<void> } {
    const { hostname, port, pathname, host } = new URL(this.#url);
    const body = Buffer.from(encodeFetchRequest(ALL));
    const head = [
      `POST ${pathname}/fetch HTTP/1.1`,
      `Host: ${host}`,
      `Content-Type: ${MEDIA_TYPES.fetch}`,
      `Content-Length: ${body.length}`,
      `Content-Digest: ${contentDigest(body)}`,
    ];
    const socket = connect(Number(port), hostname);
    const asked = new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('readable', resolve);
    });
    socket.write(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]));
    return { socket, asked };
  }

  /** The most that the server ever held. */
  #memoryMb(): number {
    const status = readFileSync(`/proc/${this.#server.pid}/status`, 'utf8');
    return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.kill();
  }
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
