/**
 * Crowds at one server, by turns: 200 who fetch all of a store at once, 1,000 who ask for that and hardly read, and
 * 1,000 who do so with a long file. All of the first get the same bytes. While the others come, and beside them once
 * they are there, others fetch and read, from the address of the crowd and from another: how long they take is counted.
 * They are processes of their own, for this one is busy with its crowd. The server lives, in bounded memory.
 */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { collectBytes } from '../../../src/flow/byte-stream.ts';
import { fromEntries, initStore } from '../../../src/index.ts';
import type { LabelName } from '../../../src/label/name.ts';
import { contentDigest } from '../../../src/wire/content-digest.ts';
import { encodeFetchRequest, fetchRequestOf } from '../../../src/wire/fetch-request.ts';
import { MEDIA_TYPES } from '../../../src/wire/media-type.ts';
import { peerAt } from '../../../test/transport/peers.ts';
import { type Attack, BrokenPromise, type Campaign, type Counts, type Ground } from '../../attack.ts';
import { noise } from '../../noise.ts';
import { Victim } from '../../victim.ts';
import { SlowCrowd } from './slow-crowd.ts';

const CLONES = 200;
const SLOW = 1000;
const FILES = 40;
const FILE_BYTES = 50_000;
const LONG_BYTES = 16_000_000;
/** What a server takes at most whose clients ask for what is shared… */
const MAX_MEMORY_MB = 500;
/** …and from when on others were at long files: of these some are held, 4 MiB at a time, which the runtime then keeps. */
const MAX_MEMORY_AFTER_FILES_MB = 1000;
/** Of a crowd that would have to be served at any price, longer is not waited. */
const COMING_MS = 10_000;
const BESIDE_MS = 3000;
const LONG_WAIT_MS = 1000;
const NAME = 'all' as LabelName;
const LONG = 'long' as LabelName;
/** Where those are who fetch and read: where the crowd is, and where nobody else is. */
const ADDRESSES = { '': '127.0.0.1', ' from elsewhere': '127.0.0.2' };
const ALL = fetchRequestOf({ labels: [NAME] });

export const crowdedServer: Attack = {
  name: 'crowded-server',
  trials: `crowds of ${CLONES} who fetch and of ${SLOW} who hardly read`,
  bar: 30,
  share: 1,
  missing: () => (process.platform === 'linux' ? undefined : 'memory is read where only Linux has it'),
  prepare: (ground) => Crowds.prepare(ground),
};

class Crowds implements Campaign {
  readonly #server: Victim;
  readonly #url: string;
  readonly #askers: readonly (readonly [place: string, asker: Victim])[];
  #mostMb = MAX_MEMORY_MB;

  private constructor(
    server: Victim,
    url: string,
    askers: readonly (readonly [place: string, asker: Victim])[],
  ) {
    this.#server = server;
    this.#url = url;
    this.#askers = askers;
  }

  static async prepare(ground: Ground): Promise<Crowds> {
    await using store = await initStore(ground.folder);
    const next = noise(1);
    const file = (path: string, sizeBytes: number): { path: string; content: Uint8Array } => ({
      path,
      content: Uint8Array.from(next(sizeBytes)),
    });
    await store.commit(
      NAME,
      fromEntries(Array.from({ length: FILES }, (_, at) => file(`${at}`, FILE_BYTES))),
    );
    await store.commit(LONG, fromEntries([file('file', LONG_BYTES)]));
    const server = new Victim([ground.program('server'), ground.folder]);
    let url = '';
    await server.waitUntil((said) => {
      url = /(.*)\n/.exec(said)?.[1] ?? '';
      return url !== '';
    });
    const askers = Object.entries(ADDRESSES).map(
      ([place, address]) => [place, new Victim([ground.program('asker'), url, NAME, address])] as const,
    );
    for (const [, asker] of askers) await asker.waitForWord();
    return new Crowds(server, url, askers);
  }

  async attempt(seed: number): Promise<Counts> {
    const kinds = [
      () => this.#askBeside('files'),
      () => this.#fetchAtOnce(),
      () => this.#askBeside('bundles'),
    ];
    const counts = await kinds[seed % kinds.length]!();
    const memory = this.#memoryMb();
    if (memory > this.#mostMb) throw new BrokenPromise([`the server took ${memory} MB`]);
    if (!this.#server.isAlive) throw new BrokenPromise([`the server died: ${this.#server.complaint}`]);
    return { ...counts, [`at most ${roundUp(memory, 100)} MB`]: 1 };
  }

  async #fetchAtOnce(): Promise<Counts> {
    const digests = await Promise.all(Array.from({ length: CLONES }, () => this.#fetch()));
    if (new Set(digests).size > 1) throw new BrokenPromise(['not all got the same']);
    return { clones: digests.length };
  }

  async #askBeside(what: 'bundles' | 'files'): Promise<Counts> {
    if (what === 'files') this.#mostMb = MAX_MEMORY_AFTER_FILES_MB;
    const request = what === 'bundles' ? this.#fetchRequest() : this.#fileRequest();
    this.#begin();
    using crowd = new SlowCrowd(this.#url, { request, count: SLOW });
    await crowd.untilServed(COMING_MS);
    const coming = await this.#end(`as those of ${what} came`);
    this.#begin();
    await sleep(BESIDE_MS);
    return { [`slow ones of ${what}`]: SLOW, ...coming, ...(await this.#end(`beside those of ${what}`)) };
  }

  #begin(): void {
    for (const [, asker] of this.#askers) asker.tell('begin');
  }

  /** What those took who asked since {@link #begin}. */
  async #end(when: string): Promise<Counts> {
    const counts: Record<string, number> = {};
    for (const [place, asker] of this.#askers) {
      const answer = await asker.ask('end');
      if (answer === undefined) throw new BrokenPromise([`one who read was not served: ${asker.complaint}`]);
      const waits = JSON.parse(answer) as readonly number[];
      counts[`fetches ${when}${place}`] = waits.length;
      counts[`over ${LONG_WAIT_MS} ms ${when}${place}`] = waits.filter((ms) => ms > LONG_WAIT_MS).length;
      counts[`at most ${roundUp(Math.max(...waits), 250)} ms ${when}${place}`] = 1;
    }
    return counts;
  }

  /** @returns the digest of what came */
  async #fetch(): Promise<string> {
    await using peer = await peerAt(this.#url);
    return hash('sha256', await collectBytes((await peer.fetch(ALL)).bytes));
  }

  #fetchRequest(): Uint8Array {
    const { pathname, host } = new URL(this.#url);
    const body = Buffer.from(encodeFetchRequest(ALL));
    const head = [
      `POST ${pathname}/fetch HTTP/1.1`,
      `Host: ${host}`,
      `Content-Type: ${MEDIA_TYPES.fetch}`,
      `Content-Length: ${body.length}`,
      `Content-Digest: ${contentDigest(body)}`,
    ];
    return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
  }

  #fileRequest(): Uint8Array {
    const { pathname, host } = new URL(this.#url);
    return Buffer.from(`GET ${pathname}/label/${LONG}/file HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  }

  /** The most that the server ever held. */
  #memoryMb(): number {
    const status = readFileSync(`/proc/${this.#server.pid}/status`, 'utf8');
    return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      [this.#server, ...this.#askers.map(([, asker]) => asker)].map((victim) => victim.kill()),
    );
  }
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
