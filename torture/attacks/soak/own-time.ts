/**
 * While it is here, time passes only as a trial says, and all that is random comes out of the trial's dice: whatever
 * asks the machine what time it is, waits, or takes random bytes gets the same answers for the same seed.
 *
 * Who waits goes on in the order of the moments that are waited for, one at a time, each once all others wait.
 */
import crypto from 'node:crypto';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import timers from 'node:timers/promises';
import type { Dice } from '../../dice.ts';

const NS_PER_MS = 1_000_000;
/** What a call of a file system takes, a 64th of a millisecond: sums of it are exact, whatever they are added to. */
const CALL_NS = 15_625;

/** What `/proc` says of a process that began with the machine. */
const FIRST_PROCESS = `1 (first) ${['S', ...Array.from({ length: 18 }, () => '1'), '0'].join(' ')}`;

interface Waiter {
  readonly dueNs: number;
  readonly goOn: () => void;
}

/** What stands in for something of the machine, and what was there before; `undefined` where it was inherited. */
interface Replaced {
  readonly owner: object;
  readonly name: string;
  readonly before: PropertyDescriptor | undefined;
}

const laterTurn = setImmediate;
/** Far enough after each other that what one trial remembers of a moment is long ago for the next. */
const EPOCH_SECONDS = 1000;
let epochSeconds = process.hrtime()[0];

export class OwnTime implements Disposable {
  readonly #dice: Dice;
  readonly #replaced: Replaced[] = [];
  readonly #waiters: Waiter[] = [];
  /** Since this began; it never runs backwards. */
  #elapsedNs = 0;
  /** What the clock on the wall says beside that, in milliseconds since 1970. */
  #wallMs: number;
  #bootMs: number;
  /** The latest that it ever said. */
  #latestMs = 0;
  #isTurnDue = false;

  /** @param startMs milliseconds since 1970 */
  constructor(startMs: number, dice: Dice) {
    this.#dice = dice;
    this.#wallMs = startMs;
    this.#bootMs = startMs - 1000;
    epochSeconds += EPOCH_SECONDS;
    this.#replaceAll(epochSeconds);
  }

  /** Milliseconds since 1970, as the clock on the wall shows them. */
  get nowMs(): number {
    return this.#wallMs + this.#elapsedNs / NS_PER_MS;
  }

  /** The time that a file gets which is changed now, in nanoseconds since 1970; each call takes its time. */
  fileTimeNs(): bigint {
    this.#elapsedNs += CALL_NS;
    return BigInt(Math.floor(this.nowMs * 1000)) * 1000n;
  }

  /** Moves the clock on the wall, and only that; backwards where it is negative. */
  step(byMs: number): void {
    this.#latestMs = Math.max(this.#latestMs, this.nowMs);
    this.#wallMs += byMs;
  }

  /** Sets the clock on the wall right, so that it is later than it ever was. */
  catchUp(): void {
    this.step(3000 + Math.max(this.#latestMs - this.nowMs, 0));
  }

  /** The machine was off, and starts now. */
  restart(): void {
    this.catchUp();
    this.#bootMs = Math.floor(this.nowMs);
    this.step(3000);
  }

  /** Lets others go first, as many as it happens. */
  async turn(): Promise<void> {
    await this.#wait(this.#dice.below(8) * CALL_NS);
  }

  [Symbol.dispose](): void {
    for (const { owner, name, before } of this.#replaced) {
      if (before === undefined) Reflect.deleteProperty(owner, name);
      else Object.defineProperty(owner, name, before);
    }
    syncBuiltinESMExports();
  }

  /** @param epoch what counts seconds without a calendar begins there */
  #replaceAll(epoch: number): void {
    const bytes = (size: number): Buffer =>
      Buffer.from(Array.from({ length: size }, () => this.#dice.below(256)));
    this.#replace(Date, 'now', () => Math.floor(this.nowMs));
    this.#replace(performance, 'now', () => epoch * 1000 + this.#elapsedNs / NS_PER_MS);
    this.#replace(process, 'pid', 1); // there is one everywhere, and names and records are as long each time
    const { readFileSync } = fs;
    this.#replace(fs, 'readFileSync', (path: never, options: never) =>
      path === '/proc/1/stat' ? FIRST_PROCESS : readFileSync(path, options),
    );
    this.#replace(process, 'hrtime', () => [
      epoch + Math.floor(this.#elapsedNs / 1e9),
      this.#elapsedNs % 1e9,
    ]);
    this.#replace(os, 'uptime', () => (Math.floor(this.nowMs) - this.#bootMs) / 1000);
    this.#replace(Math, 'random', () => this.#dice.share());
    this.#replace(crypto, 'randomBytes', bytes);
    this.#replace(crypto, 'randomUUID', () => uuidOf(bytes(16).toString('hex')));
    this.#replace(timers, 'setTimeout', (ms: number, value?: unknown) => this.#wait(ms * NS_PER_MS, value));
    this.#replace(timers, 'setImmediate', (value?: unknown) => this.#wait(0, value));
    syncBuiltinESMExports();
  }

  #replace(owner: object, name: string, stand: unknown): void {
    this.#replaced.push({ owner, name, before: Reflect.getOwnPropertyDescriptor(owner, name) });
    Object.defineProperty(owner, name, { value: stand, configurable: true, writable: true });
  }

  #wait(ns: number, value?: unknown): Promise<unknown> {
    const calls = Math.ceil(ns / CALL_NS);
    return new Promise((resolve) => {
      this.#waiters.push({ dueNs: this.#elapsedNs + calls * CALL_NS, goOn: () => resolve(value) });
      this.#turnLater();
    });
  }

  /** After all that can go on without waiting has done so. */
  #turnLater(): void {
    if (this.#isTurnDue) return;
    this.#isTurnDue = true;
    laterTurn(() => {
      this.#isTurnDue = false;
      this.#goOn();
      if (this.#waiters.length > 0) this.#turnLater();
    });
  }

  #goOn(): void {
    let first = 0;
    for (const [at, { dueNs }] of this.#waiters.entries())
      if (dueNs < this.#waiters[first]!.dueNs) first = at;
    const [waiter] = this.#waiters.splice(first, 1);
    if (waiter === undefined) return;
    this.#elapsedNs = Math.max(this.#elapsedNs, waiter.dueNs);
    waiter.goOn();
  }
}

function uuidOf(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
