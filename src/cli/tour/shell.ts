/** Shows a command as it would be typed, then runs it in this process: what is shown is what happens. */
import { SystemError } from '../../index.ts';
import type { CommandContext } from '../command.ts';
import { createContext } from '../context.ts';
import { parseArguments } from '../parse.ts';

const SHOWN_SECONDS = 0.05;

export class TourShell {
  readonly #tour: CommandContext;

  constructor(tour: CommandContext) {
    this.#tour = tour;
  }

  /** A sentence before the next command. */
  async say(text: string): Promise<void> {
    await this.#tour.out.line(`\n${text}`);
  }

  /** Something that is not a command of cas, and how long it took. */
  async step<Value>(shown: string, work: () => Value | Promise<Value>): Promise<Value> {
    const { out, progress } = this.#tour;
    await out.line(out.style('bold', `$ ${out.safe(shown)}`));
    await out.flush();
    const startMs = performance.now();
    const value = await work();
    progress.clear();
    const seconds = (performance.now() - startMs) / 1000;
    if (seconds >= SHOWN_SECONDS) await out.line(out.style('dim', `  (${seconds.toFixed(1)} s)`));
    await out.flush();
    return value;
  }

  /**
   * Runs `cas` with these words, in the folder that the process is in.
   *
   * @throws SystemError `TOUR_FAILED` where the command ends with another code than 0
   */
  async cas(...words: readonly string[]): Promise<void> {
    const shown = `cas ${words.map(quoted).join(' ')}`;
    const code = await this.step(shown, () => this.#run(words));
    if (code === 0) return;
    throw new SystemError('TOUR_FAILED', `'${shown}' ended with code ${code}`, {
      hint: 'this is a defect of cas: please report it',
    });
  }

  async #run([name = '', ...words]: readonly string[]): Promise<number> {
    const { commands, environment, signal, out, progress } = this.#tour;
    const listed = commands.find((command) => command.name === name);
    if (listed === undefined) throw new Error(`no command is named '${name}'`);
    const command = await listed.load();
    // The tour's own store, whatever store the user works with.
    const { CAS_DIR: _, ...rest } = environment;
    const args = await parseArguments(command, words);
    await using own = createContext(args, { commands, environment: rest, signal });
    const note = (line: string): void => {
      progress.clear();
      void out.line(out.safe(line)); // on standard output, in its place between the other lines
    };
    const code = await command.run(args, { ...own, out, progress, note });
    return code ?? 0;
  }
}

function quoted(word: string): string {
  return /^[\w./:=@%+~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
