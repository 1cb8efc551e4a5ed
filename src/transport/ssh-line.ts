/** A line through the user's own `ssh`: what is spoken is HTTP/1.1, over the pipes of one process. */
import { spawn } from 'node:child_process';
import http from 'node:http';
import { printable } from '../bytes/text.ts';
import { CasError } from '../errors/errors.ts';
import { formatAddress, type SshAddress } from './address.ts';
import { shown, unreachable } from './failures.ts';
import type { Line } from './line.ts';
import { after, PATIENCE, type Patience } from './patience.ts';
import { PipedConnection, type PipedProcess } from './piped-connection.ts';
import { type SshCommand, sshCommand } from './ssh-words.ts';
import type { Environment } from './tokens.ts';

export interface SshLineOptions {
  readonly environment: Environment;
  /** Takes what ssh, and the other end, complain of: a line each time, safe to show. */
  readonly onComplaint?: (line: string) => void;
}

/** Nobody knows when a user has logged in: sshd waits for 120 seconds, its LoginGraceTime, and so does who waits for it. */
export const SSH_PATIENCE: Patience = { ...PATIENCE, stallMs: 150_000 };

/** For how long a process that closed its pipes is waited for, to hear why. */
const LAST_WORD_MS = 2000;
const MAX_LINE = 1000;
/** As shells say it. */
const NO_SUCH_COMMAND = 127;

/** Nothing is started before it is needed. @throws InvalidInputError `SSH_COMMAND_INVALID` */
export function openSshLine(address: SshAddress, options: SshLineOptions): Line {
  const connections = new SshConnections(sshCommand(address, options.environment), options.onComplaint);
  const url = formatAddress(address);
  return {
    url,
    base: new URL('http://ssh/s/store'),
    connections,
    explain: (error) => connections.explain(error, url),
    [Symbol.dispose]: () => connections.destroy(),
  };
}

/** One process at a time, and another where that ended. */
class SshConnections extends http.Agent {
  readonly #command: SshCommand;
  readonly #onComplaint: ((line: string) => void) | undefined;
  #last: Process | undefined;

  constructor(command: SshCommand, onComplaint: ((line: string) => void) | undefined) {
    super({ keepAlive: true, maxSockets: 1 });
    this.#command = command;
    this.#onComplaint = onComplaint;
  }

  override createConnection(): PipedConnection {
    const { program, words } = this.#command;
    const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
    this.#last = new Process(child, this.#onComplaint);
    return new PipedConnection(child);
  }

  override destroy(): void {
    super.destroy();
    this.#last?.kill();
  }

  /** Why there was no answer: where the process ended, that tells more than that its pipes did. */
  async explain(error: Error, url: string): Promise<Error> {
    const isOther =
      error instanceof CasError || ((error as NodeJS.ErrnoException).code ?? '').startsWith('HPE_');
    const end = isOther ? undefined : await this.#last?.end();
    if (end === undefined || end === 0) return error;
    const { program } = this.#command;
    if (typeof end !== 'number')
      return unreachable(url, `cannot run '${shown(program)}': ${shown(end.message)}`, {
        hint: 'install an ssh client, or name one in CAS_SSH',
        cause: end,
      });
    const said = this.#last?.lastLine ?? '';
    return unreachable(url, `'${shown(program)}' ended with ${end}${said === '' ? '' : `: ${shown(said)}`}`, {
      ...(end === NO_SUCH_COMMAND && {
        hint: "install caskit there, or say in CAS_REMOTE_COMMAND where its 'cas' is",
      }),
      cause: error,
    });
  }
}

/** What is known of a process. */
class Process {
  readonly #child: PipedProcess;
  readonly #ended: Promise<number | Error | undefined>;
  /** The last one that says what went wrong. */
  lastLine = '';

  constructor(child: PipedProcess, onComplaint: ((line: string) => void) | undefined) {
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.once('error', resolve);
      child.once('close', (status) => resolve(child.killed ? undefined : (status ?? -1)));
    });
    forEachLine(child.stderr, (line) => {
      if (!line.startsWith('hint: ')) this.lastLine = line;
      onComplaint?.(line);
    });
  }

  kill(): void {
    this.#child.kill();
  }

  /** How it ended: its exit code, or why it never began. `undefined` where it goes on, or did until it was ended from here. */
  async end(): Promise<number | Error | undefined> {
    let giveUp: () => void = () => {};
    const patience = new Promise<undefined>((resolve) => {
      giveUp = () => resolve(undefined);
    });
    using _watch = after(LAST_WORD_MS, giveUp);
    return await Promise.race([this.#ended, patience]);
  }
}

/** A line that has no end is told in pieces. */
function forEachLine(stream: PipedProcess['stderr'], tell: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = `${rest}${text}`.split(/\r?\n|\r/);
    rest = lines.pop() ?? '';
    for (; rest.length > MAX_LINE; rest = rest.slice(MAX_LINE)) lines.push(rest.slice(0, MAX_LINE));
    for (const line of lines) if (line !== '') tell(printable(line));
  });
  stream.on('end', () => {
    if (rest !== '') tell(printable(rest));
  });
}
