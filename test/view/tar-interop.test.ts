/** What GNU tar, bsdtar and Python make of a tar of ours: byte for byte the set that it was made of. */
import { execFileSync, spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { collectBytes } from '../../src/flow/byte-stream.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import { openView } from '../../src/view/view.ts';
import type { Member } from '../arbitraries/trees.ts';
import { below, file, folder, program, raw, storeMembers, symlink } from './stored-tree.ts';

const ENVIRONMENT = { ...process.env, LC_ALL: 'C.UTF-8' };
const ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ['mediaType', 'text/plain; name="ü"\n'],
  ['rel', 'x'],
]);

interface Tool {
  readonly name: string;
  readonly command: string;
  /** To unpack the archive on standard input into the working folder. */
  readonly unpack: readonly string[];
  /** tarfile leaves the times of symlinks alone. */
  readonly setsLinkTimes: boolean;
}

const PYTHON = "import sys, tarfile; tarfile.open(fileobj=sys.stdin.buffer, mode='r|').extractall()";
const tools: readonly Tool[] = [
  { name: 'GNU tar', command: 'tar', unpack: ['-xf', '-'], setsLinkTimes: true },
  { name: 'bsdtar', command: 'bsdtar', unpack: ['-xpf', '-', '--no-xattrs'], setsLinkTimes: true },
  { name: "Python's tarfile", command: 'python3', unpack: ['-c', PYTHON], setsLinkTimes: false },
];

const lengths = [98, 99, 100, 101, 154, 155, 156, 200, 255];
const set: readonly Member[] = [
  file('-rf', 'option'),
  file('A', 'case'),
  file('C:x', 'drive'),
  folder('\\\\server', [file('share', '1')]),
  file('\\a', 'backslash'),
  file('a', 'twin', ATTRIBUTES),
  file('a\\b', 'inner'),
  folder('attributes', [file('x', '1', ATTRIBUTES), folder('y', [], ATTRIBUTES)], ATTRIBUTES),
  file('block', 'b'.repeat(512)),
  symlink('dangling', '/no/where'),
  ...below(
    Array.from({ length: 14 }, (_, at) => `deep${at}-`.padEnd(200, 'd')),
    [file('f', 'deep')],
  ),
  file('e\u0301', 'decomposed'),
  folder('empty'),
  file('empty-file'),
  ...lengths.map((length) => file('f'.repeat(length), String(length))),
  ...lengths.map((length) => folder('g'.repeat(length), [file('in', String(length))])),
  symlink('link-of-bytes', raw('t-\xff')),
  symlink('link-of-long-bytes', raw('t-\xff'.repeat(90))),
  symlink('link-of-long-text', 'ü/'.repeat(400)),
  symlink('link-of-text', 'ü'),
  symlink('link-to-100', 'l'.repeat(100)),
  symlink('link-to-101', 'l'.repeat(101)),
  file('new\nline\ttab\x1b[31m', '1'),
  program('run'),
  file('\u00e9', 'composed'),
  file('\u202e', 'direction'),
  file('🜁'.repeat(60), 'emoji'),
  folder(raw('\xed\xa0\x80'.repeat(80)), [file(raw('\xff\xfe'), '1'), file(raw('\xff\xff'), '2')]),
  file(raw('bytes-\xfe'.repeat(20)), 'long bytes', ATTRIBUTES),
  file(raw('\xfe'), '1', ATTRIBUTES),
  file(raw('\xff'), '2'),
].sort((left, right) => Buffer.compare(left.name, right.name));

let top: string;
beforeAll(() => void (top = mkdtempSync(join(tmpdir(), 'caskit-tar-'))));
afterAll(() => rmSync(top, { recursive: true, force: true }));

/** A missing tool is a failure where tests must not be left out. */
function need(context: TestContext, command: string): void {
  if (spawnSync(command, ['--version']).status === 0) return;
  if (process.env['CI'] !== undefined) throw new Error(`${command} is missing`);
  context.skip(`${command} is missing`);
}

async function tarOf(members: readonly Member[], timeSeconds: number): Promise<Uint8Array> {
  const objects = memoryStore();
  const { id } = await storeMembers(objects, members);
  return collectBytes(openView(objects, { treeId: id, timeSeconds }).tar());
}

function unpack({ command, unpack }: Tool, archive: Uint8Array): { folder: Buffer; complaints: string } {
  const folder = mkdtempSync(join(top, 'x-'));
  mkdirSync(join(folder, 'out'));
  const cwd = join(folder, 'out');
  const { status, stderr } = spawnSync(command, unpack, { cwd, input: archive, env: ENVIRONMENT });
  expect(status, stderr.toString()).toBe(0);
  return { folder: Buffer.from(cwd), complaints: stderr.toString() };
}

interface Line {
  readonly path: string;
  readonly what: string;
}

/** Every path as its bytes in Latin-1, so that none are merged. */
function linesOnDisk(folder: Buffer, prefix = ''): Line[] {
  return readdirSync(folder, { encoding: 'buffer' }).flatMap((name): Line[] => {
    const at = Buffer.concat([folder, Buffer.from('/'), name]);
    const path = prefix + name.toString('latin1');
    const stat = lstatSync(at);
    if (stat.isSymbolicLink())
      return [{ path, what: `symlink ${readlinkSync(at, { encoding: 'buffer' }).toString('latin1')}` }];
    const mode = (stat.mode & 0o777).toString(8);
    if (stat.isDirectory()) return [{ path, what: `folder ${mode}` }, ...linesOnDisk(at, `${path}/`)];
    return [{ path, what: `file ${mode} ${readFileSync(at, 'latin1')}` }];
  });
}

function linesOf(members: readonly Member[], prefix = ''): Line[] {
  return members.flatMap((member): Line[] => {
    const path = prefix + Buffer.from(member.name).toString('latin1');
    switch (member.kind) {
      case 'symlink':
        return [{ path, what: `symlink ${Buffer.from(member.target).toString('latin1')}` }];
      case 'folder':
        return [{ path, what: 'folder 755' }, ...linesOf(member.members, `${path}/`)];
      case 'file':
        return [{ path, what: `file 644 ${Buffer.from(member.content).toString('latin1')}` }];
      case 'executable':
        return [{ path, what: `file 755 ${Buffer.from(member.content).toString('latin1')}` }];
    }
  });
}

function sorted(lines: readonly Line[]): Line[] {
  return [...lines].sort((left, right) => (left.path < right.path ? -1 : 1));
}

describe.for(tools)('$name', (tool) => {
  test('unpacks the set as it was, without a complaint', async (context) => {
    need(context, tool.command);
    const { folder, complaints } = unpack(tool, await tarOf(set, 1_600_000_000));
    expect(sorted(linesOnDisk(folder))).toEqual(sorted(linesOf(set)));
    expect(complaints).toBe('');
  });

  test.for([0, 1, -5, 2 ** 31 - 1, 2 ** 31, 8 ** 11 - 1, 8 ** 11])(
    'sets the time %i',
    async (time, context) => {
      need(context, tool.command);
      const members = [
        folder('d', [file('x', '1', ATTRIBUTES)]),
        symlink('l', 'd'),
        file('n'.repeat(200)),
        file(raw('\xff'.repeat(150)), '', ATTRIBUTES),
      ];
      const { folder: out } = unpack(tool, await tarOf(members, time));
      const paths = ['d', 'd/x', 'n'.repeat(200), ...(tool.setsLinkTimes ? ['l'] : [])].map((name) =>
        Buffer.from(name),
      );
      for (const path of [...paths, Buffer.from(raw('\xff'.repeat(150)))]) {
        const at = Buffer.concat([out, Buffer.from('/'), path]);
        expect(lstatSync(at).mtimeMs / 1000, path.toString()).toBe(time);
      }
    },
  );
});

test('GNU tar gives the attributes of a file back as extended attributes', async (context) => {
  need(context, 'tar');
  need(context, 'python3');
  const out = mkdtempSync(join(top, 'xattr-'));
  const archive = await tarOf([file(raw('\xff'), '', ATTRIBUTES)], 0);
  execFileSync('tar', ['--xattrs', '--xattrs-include=*', '-xf', '-'], { cwd: out, input: archive });
  const script = "import os; print(os.getxattr(b'\\xff', 'user.caskit.mediaType').decode(), end='')";
  const read = spawnSync('python3', ['-c', script], { cwd: out, env: ENVIRONMENT });
  if (read.status !== 0) context.skip('this file system has no extended attributes');
  expect(read.stdout.toString()).toBe('text/plain; name="ü"\n');
});
