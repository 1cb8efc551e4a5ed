/** Commands of the programs under comparison, each in a group of processes that can be killed as one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program, and how it is started. */
export interface Command {
  readonly words: readonly string[];
  /** @default that of this process */
  readonly folder?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** It failed unless it printed this. @default nothing */
  readonly mustSay?: string;
  /** Then it hangs, and is killed. @default 2 minutes */
  readonly limitMs?: number;
}

/** How a list of commands ended. */
export interface Outcome {
  readonly succeeded: boolean;
  /** Whether it was killed because it took too long. */
  readonly hung: boolean;
  /** What the last of them that ran printed. */
  readonly said: string;
  /** The line that it complained by; empty only where nothing was run. */
  readonly complaint: string;
}

const LIMIT_MS = 120_000;
const LONGEST_END_MS = 5000;
const PAUSE_MS = 5;

/** A command that was started. */
export class Running {
  readonly #process: ChildProcess;
  readonly #command: Command;
  readonly #ended: Promise<Outcome>;
  #hasEnded = false;

  constructor(command: Command) {
    const [program = '', ...rest] = command.words;
    this.#command = command;
    this.#process = spawn(program, rest, {
      cwd: command.folder,
      env: { ...process.env, ...command.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // leads a group of its own
    });
    this.#ended = this.#watch();
  }

  async #watch(): Promise<Outcome> {
    const heard = { out: '', err: '' };
    this.#process.stdout?.on('data', (piece: Buffer) => (heard.out += piece.toString()));
    this.#process.stderr?.on('data', (piece: Buffer) => (heard.err += piece.toString()));
    let hung = false;
    const timer = setTimeout(() => {
      hung = true;
      this.kill();
    }, this.#command.limitMs ?? LIMIT_MS);
    const [status] = (await once(this.#process, 'close')) as [number | null];
    clearTimeout(timer);
    await this.#waitForGroup();
    this.#hasEnded = true;
    const said = heard.out.trim();
    const succeeded = status === 0 && said.includes(this.#command.mustSay ?? '');
    return {
      succeeded,
      hung,
      said,
      complaint: complaintIn(heard.err) || `ended with ${status ?? 'a signal'}`,
    };
  }

  /** What it started may end after it, and holds files until then. */
  async #waitForGroup(): Promise<void> {
    for (let waitedMs = 0; waitedMs < LONGEST_END_MS && this.#signalGroup(0); waitedMs += PAUSE_MS)
      await sleep(PAUSE_MS);
  }

  /** @returns whether anybody was there to get it */
  #signalGroup(signal: 'SIGKILL' | 0): boolean {
    try {
      return this.#process.pid !== undefined && process.kill(-this.#process.pid, signal);
    } catch {
      return false;
    }
  }

  /** Kills it, and all that it started; nothing where all of it has ended. */
  kill(): void {
    if (!this.#hasEnded) this.#signalGroup('SIGKILL');
  }

  end(): Promise<Outcome> {
    return this.#ended;
  }
}

/** The last line that names an error; where none does, the last of all. */
function complaintIn(text: string): string {
  const lines = text.trim().split('\n');
  return lines.findLast((line) => /error|fatal|insufficient|exception/iu.test(line)) ?? lines.at(-1) ?? '';
}

/** Runs one after the other, up to the first that fails. */
export async function runAll(commands: readonly Command[]): Promise<Outcome> {
  let outcome: Outcome = { succeeded: true, hung: false, said: '', complaint: '' };
  for (const command of commands) {
    outcome = await new Running(command).end();
    if (!outcome.succeeded) break;
  }
  return outcome;
}

/** Runs all of them. @throws where one fails */
export async function mustRun(commands: readonly Command[]): Promise<Outcome> {
  const outcome = await runAll(commands);
  if (outcome.succeeded) return outcome;
  throw new Error(`${commands.map(({ words }) => words.join(' ')).join('; ')}: ${outcome.complaint}`);
}
