/** OpenSSH's own server, at a port of this machine that nobody else reaches, for one key that is made for it. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

const PROGRAM = '/usr/sbin/sshd';
/** Where it wants to lock itself in. */
const CELL = '/run/sshd';
const START_MS = 20_000;

/** Whether there is one that this user may run. */
export function hasSshd(): boolean {
  return existsSync(PROGRAM) && process.getuid?.() === 0;
}

export interface Sshd extends Disposable {
  /** `[USER@]HOST[:PORT]`, as in a URL. */
  readonly place: string;
  /** An ssh with the key that it knows, and nothing of this user's. */
  readonly client: string;
}

export async function startSshd(): Promise<Sshd> {
  mkdirSync(CELL, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), 'caskit-sshd-'));
  const at = (name: string): string => join(folder, name);
  for (const name of ['host', 'user'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)]);
  const port = await freePort();
  writeFileSync(at('known_hosts'), `[127.0.0.1]:${port} ${readFileSync(at('host.pub'), 'utf8')}`);
  const settings = {
    ListenAddress: `127.0.0.1:${port}`,
    HostKey: at('host'),
    AuthorizedKeysFile: at('user.pub'),
    PidFile: 'none',
    StrictModes: 'no',
    UsePAM: 'no',
    PermitRootLogin: 'prohibit-password',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
  writeFileSync(at('settings'), lines.join(''));
  const server = spawn(PROGRAM, ['-D', '-e', '-f', at('settings')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => reject(new Error(`sshd does not begin: ${said}`)), START_MS);
    server.on('exit', () => reject(new Error(`sshd ended: ${said}`)));
    server.stderr.on('data', (text: Buffer) => {
      said += text.toString();
      if (!said.includes('Server listening')) return;
      clearTimeout(timer);
      resolve();
    });
  });
  const words = ['-F', 'none', '-i', at('user'), '-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes'];
  words.push('-o', `UserKnownHostsFile=${at('known_hosts')}`);
  return {
    place: `${userInfo().username}@127.0.0.1:${port}`,
    client: `ssh ${words.join(' ')}`,
    [Symbol.dispose]: () => {
      server.kill();
      rmSync(folder, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return typeof address === 'object' && address !== null ? address.port : 0;
}
