/**
 * Running commands and measuring them as whole processes.
 *
 * @typedef {object} Command
 * @property {readonly string[]} argv
 * @property {string} [cwd] by default the folder of all scratch files
 * @property {string} [input] a file for its standard input; nothing by default
 *
 * @typedef {Record<string, number>} Sample what one run took; the end of a name is its unit: `Seconds`, `Bytes`
 *
 * @typedef {object} Subject one of those that are compared
 * @property {string} name
 * @property {(run: number) => Command} command made anew for every run, after `prepare`
 * @property {(run: number) => void} [prepare] not measured
 * @property {(run: number) => Sample} [weigh] what is to be known beside time and memory; called after the run
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const LAUNCHER = join(import.meta.dirname, 'launch.py');
const MAX_COMPLAINT_BYTES = 2 ** 24;

/** What runs commands, in an environment that tells them nothing of who runs them. */
export class Bench {
  /** @param {string} folder of all scratch files; made here */
  constructor(folder) {
    this.folder = folder;
    this.home = join(folder, 'home');
    mkdirSync(this.home, { recursive: true });
    /** @type {Record<string, string>} */
    this.env = {
      PATH: process.env['PATH'] ?? '',
      HOME: this.home,
      LANG: 'C.UTF-8',
      TZ: 'UTC',
      GIT_CONFIG_NOSYSTEM: '1',
      RESTIC_PASSWORD: 'x',
      BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes',
      BORG_BASE_DIR: join(this.home, 'borg'),
    };
    for (const who of ['AUTHOR', 'COMMITTER']) {
      this.env[`GIT_${who}_NAME`] = 'A';
      this.env[`GIT_${who}_EMAIL`] = 'a@example.org';
    }
  }

  /** A folder of this name below the scratch folder, removed first where it is there. @param {string} name */
  fresh(name) {
    const path = join(this.folder, name);
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** Runs a command that is not measured, and returns what it printed. @param {Command} command */
  run({ argv, cwd = this.folder }) {
    const [file = '', ...rest] = argv;
    const { status, stdout, stderr, error } = spawnSync(file, rest, {
      cwd,
      env: this.env,
      maxBuffer: MAX_COMPLAINT_BYTES,
      encoding: 'utf8',
    });
    if (error !== undefined || status !== 0) throw failed(argv, status, stderr || String(error));
    return stdout;
  }

  /** Copies a folder with everything in it, times too. @param {string} from @param {string} to */
  copy(from, to) {
    rmSync(to, { recursive: true, force: true });
    this.run({ argv: ['cp', '-a', from, to] });
  }

  /** Runs a command once under the launcher. @param {Command} command @returns {Sample} */
  measure({ argv, cwd = this.folder, input }) {
    this.run({ argv: ['sync', '-f', this.folder] }); // else one pays for what the one before it has written
    const order = JSON.stringify({ argv, cwd, input: input ?? null, env: this.env });
    const { stdout, stderr, error } = spawnSync('python3', [LAUNCHER], {
      input: order,
      encoding: 'utf8',
      maxBuffer: MAX_COMPLAINT_BYTES,
    });
    if (error !== undefined || stdout === '') throw failed(argv, -1, stderr || String(error));
    const { status, ...sample } = JSON.parse(stdout);
    if (status !== 0) throw failed(argv, status, stderr);
    return sample;
  }

  /**
   * Measures every subject `runs` times, in turn, and who comes first changes from round to round: what disturbs
   * one disturbs all, and nobody always finds the cache that another has warmed.
   *
   * @param {readonly Subject[]} subjects
   * @param {number} runs
   * @returns {Record<string, Sample[]>} by name; the samples at one place of the lists were taken side by side
   */
  inTurn(subjects, runs) {
    /** @type {Record<string, Sample[]>} */
    const samples = Object.fromEntries(subjects.map(({ name }) => [name, []]));
    for (let round = 0; round < runs; round++) {
      for (const { name, command, prepare, weigh } of round % 2 === 0 ? subjects : subjects.toReversed()) {
        prepare?.(round);
        const taken = this.measure(command(round));
        samples[name]?.push({ ...taken, ...weigh?.(round) });
      }
    }
    return samples;
  }
}

/** @param {readonly string[]} argv @param {number | null} status @param {string} complaint */
function failed(argv, status, complaint) {
  return new Error(`'${argv.join(' ')}' ended with ${status}:\n${complaint.trim()}`);
}

/** The bytes of all files below a folder; folders themselves count nothing. @param {string} folder */
export function bytesBelow(folder) {
  let sum = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) sum += statSync(join(entry.parentPath, entry.name)).size;
  }
  return sum;
}
