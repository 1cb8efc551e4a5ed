/** Writers, readers and collectors at one store at once: what they do, and whether any of them lost anything by it. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { initStore, openStore, type Store } from '../../../src/index.ts';
import { readAcknowledged } from '../../acknowledged.ts';
import type { Counts, Ground } from '../../attack.ts';
import { type Ending, Victim } from '../../victim.ts';

const WRITERS = 3;
const READERS = 2;
const COLLECTORS = 2;
/** Then a new store is begun: all of it is checked after each meeting. */
const MEETINGS_A_STORE = 5;
/** Garbage is garbage at once, and packed only where somebody asks for it. */
const SETTINGS = { 'labels.window': '0d', 'maintenance.auto': 'false' };

/** How a crowd meets once. */
export interface Meeting {
  readonly seed: number;
  readonly forMs: number;
  /** `threads`: all are threads of two processes. @default 'processes' */
  readonly as?: 'processes' | 'threads';
  /** The environment of each process, by its number, such as for a clock of its own. @default nothing of its own */
  readonly env?: (at: number) => NodeJS.ProcessEnv;
  /** What is done to the processes while they are at it. @default nothing */
  readonly meanwhile?: (processes: readonly Victim[]) => Promise<void>;
}

/** What a writer was told of the label that is its own. */
interface Own {
  readonly label: string;
  readonly id: string;
  readonly commits: number;
}

/** A store, and those who meet at it. */
export class Crowd {
  readonly #ground: Ground;
  readonly #within: string;
  #met = 0;
  #own: Own[] = [];

  /** @param within where stores are made. @default the folder of the ground */
  constructor(ground: Ground, within: string = ground.folder) {
    this.#ground = ground;
    this.#within = within;
  }

  /** Of the store at which they meet. */
  get path(): string {
    return join(this.#within, 'store');
  }

  /** @returns what all of them counted, and what was broken, in words */
  async meet(meeting: Meeting): Promise<{ readonly counts: Counts; readonly broken: readonly string[] }> {
    if (this.#met++ % MEETINGS_A_STORE === 0) await this.#beginAnew();
    const processes = this.#lines(meeting).map(
      (words, at) => new Victim(words, { env: meeting.env?.(at) ?? {} }),
    );
    const seen: string[] = [];
    await meeting.meanwhile?.(processes).catch((error: unknown) => void seen.push(String(error)));
    const endings = await Promise.all(processes.map((process) => process.ending()));
    for (const { said } of endings) this.#own.push(...ownOf(said));
    const broken = [...seen, ...endings.flatMap(complaintsOf), ...(await this.#findLost())];
    if (broken.length > 0) this.#met = 0; // the next one begins with a store that is whole
    return { counts: countsOf(endings), broken };
  }

  async #beginAnew(): Promise<void> {
    rmSync(this.path, { recursive: true, force: true });
    mkdirSync(this.path);
    await (await initStore(this.path, { settings: SETTINGS })).close();
    this.#own = [];
  }

  /** What each process is told. */
  #lines({ seed, forMs, as = 'processes' }: Meeting): string[][] {
    const line = (program: string, at: number, ...rest: string[]): string[] => {
      return [this.#ground.program(program), this.path, `${seed * 10 + at}`, ...rest, `${forMs}`];
    };
    const lines = [
      ...Array.from({ length: WRITERS }, (_, at) =>
        line('gc-writer', at, join(this.#ground.folder, `files-${at}`)),
      ),
      ...Array.from({ length: READERS }, (_, at) => line('gc-reader', at)),
      ...Array.from({ length: COLLECTORS }, (_, at) => line('collector', at)),
    ];
    if (as === 'processes') return lines;
    const threads = [0, 1].map((half) => lines.filter((_, at) => at % 2 === half));
    return threads.map((half) => [this.#ground.program('threads'), JSON.stringify(half)]);
  }

  async #findLost(): Promise<string[]> {
    await using store = await openStore(this.path);
    const lost: string[] = [];
    for (const own of this.#own) lost.push(...(await findLostCommits(store, own)));
    // What nobody works on any more may all go: what is in use is found without it.
    for (const round of [1, 2, 3]) {
      for await (const { severity, id, message } of store.fsck())
        if (severity === 'error') lost.push(`fsck ${round}: ${id}: ${message}`);
      if (lost.length > 0) break;
      if (round < 3) await store.gc({ graceMs: 0 });
    }
    return lost;
  }
}

async function findLostCommits(store: Store, { label, id, commits }: Own): Promise<string[]> {
  const now = (await store.labels.get(label))?.id;
  if (now !== id) return [`'${label}' is at ${now}, and was said to be at ${id}`];
  let found = 0;
  for await (const _ of store.log(label)) found++;
  return found === commits ? [] : [`'${label}' has ${found} commits of ${commits}`];
}

function ownOf(said: string): Own[] {
  const lines = said.split('\n').filter((line) => line.startsWith('label '));
  return Array.from(readAcknowledged(said).labels, ([label, id]) => {
    return { label, id, commits: lines.filter((line) => line.split(' ')[1] === label).length };
  });
}

/** A process that is not killed ends well. */
function complaintsOf({ code, complaint }: Ending): string[] {
  return code === 0 && complaint === '' ? [] : [`a process ended with ${code}: ${complaint.trim()}`];
}

/** What was counted, what was refused, and how many commits were acknowledged. */
function countsOf(endings: readonly Ending[]): Counts {
  const counts: Record<string, number> = {};
  const count = (what: string, times: number): void => void (counts[what] = (counts[what] ?? 0) + times);
  for (const line of endings.flatMap(({ said }) => said.split('\n'))) {
    const [word, first = '', ...rest] = line.split(' ');
    if (word === 'label') count('commits of an own label', 1);
    if (word === 'refused') count(`writers that were ${first}`, 1);
    if (word === 'count') count(rest.join(' '), Number(first));
  }
  return counts;
}
