/** The built command, run as a process, as a user would. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll } from 'vitest';

/** CAS_COMMAND names another one, such as an installed one. */
export const COMMAND: string = process.env['CAS_COMMAND'] ?? resolve('dist/bin/cas.cjs');

export interface CasOptions {
  /** @default the folder that the tests of this file share, which has no store */
  readonly cwd?: string;
  /** @default an empty input */
  readonly input?: string | Uint8Array;
  /** Beside what every run has. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface CasRun {
  readonly code: number | null;
  /** As text; {@link CasRun.bytes} is what came. */
  readonly stdout: string;
  readonly bytes: Buffer;
  readonly stderr: string;
}

const root = mkdtempSync(join(tmpdir(), 'cas-cli-'));
let folders = 0;
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A fresh empty folder below one that is removed after the last test of the file. */
export function freshFolder(): string {
  const folder = join(root, `folder-${++folders}`);
  mkdirSync(folder);
  return folder;
}

/** A fresh folder with an empty store in it. */
export async function freshStore(): Promise<string> {
  const folder = freshFolder();
  const { code, stderr } = await cas(['init'], { cwd: folder });
  if (code !== 0) throw new Error(`cannot make a store: ${stderr}`);
  return folder;
}

/** What a run sees of this machine: the same everywhere, and nothing of who runs it. */
export function casEnvironment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { PATH = '' } = process.env;
  return { PATH, HOME: root, TZ: 'UTC', LANG: 'C.UTF-8', ...more };
}

/** Runs `cas` to its end; a code other than 0 is no error here. */
export async function cas(args: readonly string[], options: CasOptions = {}): Promise<CasRun> {
  const { cwd = root, input = '', env = {} } = options;
  const child = spawn(process.execPath, [COMMAND, ...args], { cwd, env: casEnvironment(env) });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => stdout.push(piece));
  child.stderr.on('data', (piece: Buffer) => stderr.push(piece));
  child.stdin.on('error', () => {}); // it may have ended without reading
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  const bytes = Buffer.concat(stdout);
  return { code, bytes, stdout: bytes.toString(), stderr: Buffer.concat(stderr).toString() };
}
