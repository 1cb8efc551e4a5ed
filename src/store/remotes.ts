/**
 * `.cas/remotes`: other stores, by the names that they have here; lines of text, ascending by name. A missing file is
 * none. At most 1 MiB.
 *
 *   remote <name> <all|none> <url> LF     `none`: contents come when they are first read
 *   labels <name> <pattern> LF            labels that are fetched where none are named; without such a line, all
 */
import { compareText } from '../bytes/compare.ts';
import { decodeText, encodeText } from '../bytes/text.ts';
import { ConflictError, CorruptError, InvalidInputError, NotFoundError } from '../errors/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import { acquireLock } from '../files/lock.ts';
import { writeFileDurably } from '../files/publish.ts';
import { readWholeNow } from '../files/read-whole.ts';
import type { StoreConfig } from './config.ts';
import type { Layout } from './layout.ts';
import { fileModes } from './shared-modes.ts';

export interface Remote {
  readonly name: string;
  /** A URL, or a path. Without secrets. */
  readonly url: string;
  /** Whether contents are fetched with what names them. */
  readonly contents: 'all' | 'none';
  /** Of labels, where `*` is anything; empty for all. */
  readonly patterns: readonly string[];
}

export type Remotes = ReadonlyMap<string, Remote>;

/** Whose file it is. */
export interface RemotesPlace {
  readonly files: FileSystem;
  readonly layout: Layout;
}

/** As {@link RemotesPlace}, to be written to. */
export interface RemotesOwner extends RemotesPlace {
  readonly config: StoreConfig;
}

const MAX_BYTES: number = 2 ** 20;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const URL_TEXT = /^[^\0-\x20\x7f][^\0-\x1f\x7f]{0,4095}$/;
const PATTERN = /^[^\0-\x20\x7f]{1,255}$/;

/** @throws InvalidInputError `REMOTE_INVALID` */
export function checkRemote({ name, url, patterns }: Remote): void {
  const problem = !isRemoteName(name)
    ? `'${name.slice(0, 80)}' is no name for a remote`
    : !URL_TEXT.test(url)
      ? 'a remote has no such URL'
      : patterns.some((pattern) => !PATTERN.test(pattern))
        ? 'a pattern of labels has a character that no label has'
        : undefined;
  if (problem !== undefined)
    throw new InvalidInputError('REMOTE_INVALID', problem, {
      hint: "name it with letters, digits, '.', '_' and '-', and give a URL on one line",
    });
}

/** Whether a remote may be called so, which makes `remotes/<name>/x` the name of a label. */
export function isRemoteName(text: string): boolean {
  return NAME.test(text) && !text.endsWith('.') && !text.includes('..') && !/\.lock$/i.test(text);
}

export function encodeRemotes(remotes: Remotes): Uint8Array {
  const sorted = [...remotes.values()].sort((left, right) => compareText(left.name, right.name));
  const lines = sorted.flatMap(({ name, url, contents, patterns }) => [
    `remote ${name} ${contents} ${url}\n`,
    ...patterns.map((pattern) => `labels ${name} ${pattern}\n`),
  ]);
  return encodeText(lines.join(''));
}

/** @throws CorruptError `REMOTES_INVALID` */
export function decodeRemotes(bytes: Uint8Array): Remotes {
  const text = decodeText(bytes);
  if (text === undefined || (text !== '' && !text.endsWith('\n'))) throw invalid('it is not lines of text');
  const remotes = new Map<string, Remote>();
  for (const [at, line] of text.split('\n').slice(0, -1).entries()) {
    const remote = readLine(line, remotes);
    if (remote === undefined) throw invalid(`line ${at + 1} of it cannot be read`);
    remotes.set(remote.name, remote);
  }
  return remotes;
}

/** The remote that a line tells of, or tells more of. */
function readLine(line: string, remotes: Remotes): Remote | undefined {
  const [, kind, name = '', rest = ''] = /^(remote|labels) (\S+) (.+)$/.exec(line) ?? [];
  const known = remotes.get(name);
  if (kind === 'labels') return known && PATTERN.test(rest) ? withPattern(known, rest) : undefined;
  const [, contents, url = ''] = /^(all|none) (.+)$/.exec(rest) ?? [];
  if (known !== undefined || !isRemoteName(name) || !URL_TEXT.test(url)) return undefined;
  return { name, url, contents: contents === 'none' ? 'none' : 'all', patterns: [] };
}

function withPattern(remote: Remote, pattern: string): Remote {
  return { ...remote, patterns: [...remote.patterns, pattern] };
}

/** @throws CorruptError `REMOTES_INVALID` */
export async function readRemotes({ files, layout }: RemotesPlace): Promise<Remotes> {
  const bytes = await files.readFile(layout.remotes, MAX_BYTES);
  return bytes === undefined ? new Map() : decodeRemotes(bytes);
}

/** As {@link readRemotes}, without waiting; none where the file system cannot. */
export function readRemotesNow({ files, layout }: RemotesPlace): Remotes {
  const bytes = readWholeNow(files, layout.remotes, MAX_BYTES);
  return bytes === undefined ? new Map() : decodeRemotes(bytes);
}

/** @throws NotFoundError `REMOTE_NOT_FOUND` */
export async function readRemote(place: RemotesPlace, name: string): Promise<Remote> {
  const remotes = await readRemotes(place);
  return remotes.get(name) ?? notFound(name, remotes);
}

/** When it resolves, the remote is known and survives a power cut. @throws ConflictError `REMOTE_EXISTS` @throws as {@link checkRemote} */
export async function addRemote(owner: RemotesOwner, remote: Remote): Promise<void> {
  checkRemote(remote);
  await changeRemotes(owner, (remotes) => {
    if (!remotes.has(remote.name)) return remotes.set(remote.name, remote);
    throw new ConflictError('REMOTE_EXISTS', `remote '${remote.name}' is there already`, {
      hint: 'choose another name, or remove it first',
    });
  });
}

/** Its labels stay. @throws NotFoundError `REMOTE_NOT_FOUND` */
export async function removeRemote(owner: RemotesOwner, name: string): Promise<void> {
  await changeRemotes(owner, (remotes) => {
    if (!remotes.delete(name)) notFound(name, remotes);
  });
}

async function changeRemotes(
  owner: RemotesOwner,
  change: (remotes: Map<string, Remote>) => unknown,
): Promise<void> {
  const { files, layout, config } = owner;
  const modes = fileModes(config.settings);
  await using _lock = await acquireLock(files, layout.remotesLock, modes);
  const remotes = new Map(await readRemotes(owner));
  change(remotes);
  await writeFileDurably(files, layout.remotes, encodeRemotes(remotes), modes);
}

function notFound(name: string, remotes: Remotes): never {
  const names = [...remotes.keys()];
  throw new NotFoundError('REMOTE_NOT_FOUND', `no remote is named '${name.slice(0, 80)}'`, {
    hint: names.length === 0 ? "add one with 'cas remote add NAME URL'" : `choose one of ${names.join(', ')}`,
  });
}

function invalid(problem: string): CorruptError {
  return new CorruptError('REMOTES_INVALID', `'remotes' is damaged: ${problem}`, {
    hint: "remove the file, and add what was in it with 'cas remote add'",
  });
}
