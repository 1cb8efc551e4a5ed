/**
 * Stores clone, fetch and push over http, ssh and folders, and something fails at every 4 KiB of what goes either way, or
 * at calls of the disk: labels change all or not at all, nothing that is not sound is taken in, and who tries again goes
 * on where it was cut: over a wire both tries together move at most a fifth more than one with nothing in its way.
 */
import { mkdirSync } from 'node:fs';
import { nodeFiles } from '../../../src/files/node-files.ts';
import { CasError, initStore, type Label, openStore } from '../../../src/index.ts';
import { openRepository } from '../../../src/store/repository.ts';
import { nativeCodec } from '../../../src/zlib/native.ts';
import { HARMS } from '../../../test/fakes/broken-stream.ts';
import { type Attack, BrokenPromise, type Campaign, type Counts, type Ground } from '../../attack.ts';
import { KeptFolder } from '../crash/kept-folder.ts';
import { TRANSFERS, type Transfer } from './transfers.ts';
import { type Fault, overFolder, overHttp, overSsh, type Way } from './ways.ts';

export const brokenTransfer: Attack = {
  name: 'broken-transfer',
  trials: 'transfers with a fault, then again without',
  bar: 2000,
  share: 4,
  missing: () => undefined,
  prepare: (ground) => Transferring.prepare(ground),
};

/** Where a fault is, from one to the next; where little goes, there are as many all the same. */
const STEP_BYTES = 4096;
const FEWEST_STEPS = 8;
const DISK_FAULTS = ['EIO', 'EIO from then on', 'ENOSPC'] as const;
/** Prime: trials that follow each other are far apart. */
const STRIDE = 7919;
/** Both tries together, of what one moves with nothing in its way. */
const MOST_MOVED: Readonly<Record<Way['name'], number>> = { http: 1.2, ssh: 1.2, folder: Infinity };

/** The labels of both stores, as text. */
interface Labels {
  readonly near: string;
  readonly far: string;
}

/** A transfer over a way, and what it comes to with nothing in its way. */
interface Prepared {
  readonly transfer: Transfer;
  readonly way: Way;
  readonly image: KeptFolder;
  readonly before: Labels;
  readonly after: Labels;
  readonly moved: { readonly up: number; readonly down: number };
}

interface Trial {
  readonly prepared: Prepared;
  readonly fault: Fault;
}

class Transferring implements Campaign {
  readonly #folder: string;
  #trials: readonly Trial[] = [];

  private constructor(ground: Ground) {
    this.#folder = `${ground.folder}/trial`;
    mkdirSync(this.#folder);
  }

  static async prepare(ground: Ground): Promise<Transferring> {
    const campaign = new Transferring(ground);
    const empty = new KeptFolder(campaign.#folder);
    const trials: Trial[] = [];
    for (const transfer of TRANSFERS) {
      empty.putBack(campaign.#folder);
      const image = await campaign.#fill(transfer);
      for (const way of [overHttp, overSsh(ground), overFolder])
        trials.push(...(await campaign.#prepare({ transfer, way, image })));
    }
    campaign.#trials = trials;
    return campaign;
  }

  get #near(): string {
    return `${this.#folder}/near`;
  }

  get #far(): string {
    return `${this.#folder}/far`;
  }

  async #fill(transfer: Transfer): Promise<KeptFolder> {
    for (const path of [this.#near, this.#far]) mkdirSync(path);
    await using near = await initStore(this.#near);
    await using far = await initStore(this.#far);
    await transfer.prepare(near, far);
    return new KeptFolder(this.#folder);
  }

  /** Does it once, with nothing in its way. @returns all faults that there are */
  async #prepare(what: Pick<Prepared, 'transfer' | 'way' | 'image'>): Promise<Trial[]> {
    what.image.putBack(this.#folder);
    const before = await this.#labels();
    const { moved, calls, error } = await this.#run(what, undefined);
    if (error !== undefined) throw new Error(`${what.transfer.name} over ${what.way.name}`, { cause: error });
    const prepared = { ...what, before, after: await this.#labels(), moved };
    return (what.way.name === 'folder' ? diskFaults(calls) : lineFaults(moved)).map((fault) => ({
      prepared,
      fault,
    }));
  }

  async attempt(seed: number): Promise<Counts | undefined> {
    const count = this.#trials.length;
    if (seed > count) return undefined;
    const { prepared, fault } = this.#trials[((seed - 1) * STRIDE) % count]!;
    const { transfer, way, image, moved: clean } = prepared;
    image.putBack(this.#folder);
    const first = await this.#run(prepared, fault);
    const broken = await this.#findHalfDone(prepared, first.error);
    const second = await this.#run(prepared, undefined);
    if (second.error !== undefined) broken.push(`again, it ends in ${told(second.error)}`);
    else if ((await this.#state()) !== JSON.stringify(prepared.after))
      broken.push('again, labels are others');
    broken.push(...(await this.#findWrong(transfer)));
    const moved = first.moved.up + first.moved.down + second.moved.up + second.moved.down;
    const most = MOST_MOVED[way.name] * (clean.up + clean.down);
    if (moved > most) broken.push(`${moved} bytes were moved, and not ${Math.floor(most)}`);
    const end = first.error instanceof CasError ? first.error.code : 'done';
    if (broken.length > 0) {
      const { kind, direction, at } = fault;
      throw new BrokenPromise([
        `${transfer.name} over ${way.name}, ${kind} ${direction} at ${at}, ${end}`,
        ...broken,
      ]);
    }
    return { [way.name]: 1, [`${fault.kind}: ${end}`]: 1 };
  }

  async #run(
    { transfer, way }: Pick<Prepared, 'transfer' | 'way'>,
    fault: Fault | undefined,
  ): Promise<{ readonly moved: Prepared['moved']; readonly calls: number; readonly error: unknown }> {
    const context = { files: nodeFiles(), codec: nativeCodec, now: Date.now };
    await using near = await openRepository(`${this.#near}/.cas`, context);
    let error: unknown;
    let passage: Awaited<ReturnType<Way['open']>> | undefined;
    try {
      passage = await way.open(this.#far, fault);
      await transfer.run(near, passage.peer);
    } catch (thrown) {
      error = thrown;
    }
    try {
      await passage?.[Symbol.asyncDispose]();
    } catch (thrown) {
      error ??= thrown; // a disk may fail then, too
    }
    return { moved: passage?.moved() ?? { up: 0, down: 0 }, calls: passage?.calls() ?? 0, error };
  }

  /** What is wrong after a transfer that may have failed. */
  async #findHalfDone({ before, after, transfer }: Prepared, error: unknown): Promise<string[]> {
    const broken: string[] = [];
    if (error !== undefined && !(error instanceof CasError)) broken.push(`it ends in ${told(error)}`);
    const now = await this.#labels();
    for (const end of ['near', 'far'] as const)
      if (now[end] !== before[end] && now[end] !== after[end]) broken.push(`labels ${end} are ${now[end]}`);
    if (error === undefined && JSON.stringify(now) !== JSON.stringify(after))
      broken.push('it was said to be done');
    return [...broken, ...(await this.#findWrong(transfer))];
  }

  /** What a check finds of the store that something came into. */
  async #findWrong({ receiver }: Transfer): Promise<string[]> {
    const found: string[] = [];
    await using store = await openStore(receiver === 'near' ? this.#near : this.#far);
    for await (const { severity, id, message } of store.fsck())
      if (severity === 'error') found.push(`fsck: ${id}: ${message}`);
    return found;
  }

  async #labels(): Promise<Labels> {
    const labelsAt = async (path: string): Promise<string> => {
      await using store = await openStore(path);
      return (await store.labels.list()).map(({ name, id }: Label) => `${name} ${id}`).join(' ');
    };
    return { near: await labelsAt(this.#near), far: await labelsAt(this.#far) };
  }

  async #state(): Promise<string> {
    return JSON.stringify(await this.#labels());
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function told(error: unknown): string {
  return error instanceof CasError ? `${error.code}: ${error.message}` : String((error as Error).stack);
}

function lineFaults(moved: Prepared['moved']): Fault[] {
  return (['up', 'down'] as const).flatMap((direction) => {
    const step = Math.min(STEP_BYTES, Math.ceil(moved[direction] / FEWEST_STEPS));
    const length = Math.ceil(moved[direction] / step);
    return HARMS.flatMap((kind) =>
      Array.from({ length }, (_, number): Fault => ({ kind, direction, at: number * step })),
    );
  });
}

function diskFaults(calls: number): Fault[] {
  return DISK_FAULTS.flatMap((kind) =>
    Array.from({ length: calls }, (_, at): Fault => ({ kind, direction: 'up', at })),
  );
}
