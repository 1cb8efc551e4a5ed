/** What other archivers write of one folder, read here. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { formatName } from '../../src/bytes/text.ts';
import { collectBytes, streamOf } from '../../src/flow/byte-stream.ts';
import { readArchive } from '../../src/tar/archive.ts';
import { raw } from './tar-builder.ts';

const LONG = `${'long-folder-name/'.repeat(8)}${'f'.repeat(90)}`;
const VERY_LONG = `${'v'.repeat(200)}/${'w'.repeat(250)}`;
const TIME = 1_600_000_000;
const ENVIRONMENT = { ...process.env, LC_ALL: 'C.UTF-8', NODE_EXTRA_CA_CERTS: '' };

let top: string;
let folder: string;

const at = (name: string): string => join(folder, name);
const atBytes = (name: string): Buffer => Buffer.from(concatBytes([Buffer.from(`${folder}/`), raw(name)]));

/** What every format can hold; `longNames` adds what v7 and ustar cannot. */
function makeFolder(longNames: boolean): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(at('sub/empty'), { recursive: true });
  writeFileSync(at('plain.txt'), 'hello');
  writeFileSync(at('sub/block'), 'b'.repeat(512));
  writeFileSync(at('zero'), '');
  writeFileSync(at('run.sh'), '#!/bin/sh\n');
  chmodSync(at('run.sh'), 0o755);
  chmodSync(at('sub/empty'), 0o1777);
  symlinkSync('../plain.txt', at('sub/link'));
  linkSync(at('plain.txt'), at('twin'));
  writeFileSync(at('schön'), 'umlaut');
  writeFileSync(atBytes('bytes-\xff\xfe'), 'bytes');
  utimesSync(at('plain.txt'), TIME, TIME);
  if (!longNames) return;
  mkdirSync(join(at(LONG), '..'), { recursive: true });
  writeFileSync(at(LONG), 'long');
  mkdirSync(join(at(VERY_LONG), '..'), { recursive: true });
  writeFileSync(at(VERY_LONG), 'very long');
  symlinkSync('t'.repeat(300), at('far'));
  writeFileSync(atBytes(`long-${'\xfe'.repeat(150)}`), 'long bytes');
}

function foldersOf(path: string): string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, index) => `${names.slice(0, index + 1).join('/')} folder`);
}

/** Hard links come as the second of two names, in the order in which the archiver met them. */
function expectedLines(longNames: boolean): Set<string> {
  const lines = [
    'sub folder',
    'sub/empty folder',
    'sub/block file b512',
    'zero file ',
    'run.sh file+x #!/bin/sh\n',
    'sub/link symlink ../plain.txt',
    'schön file umlaut',
    'bytes-%FF%FE file bytes',
  ];
  if (longNames) {
    lines.push(
      ...foldersOf(LONG),
      `${LONG} file long`,
      ...foldersOf(VERY_LONG),
      `${VERY_LONG} file very long`,
    );
    lines.push(`far symlink ${'t'.repeat(300)}`, `long-${'%FE'.repeat(150)} file long bytes`);
  }
  return new Set(lines);
}

async function linesOf(archive: Uint8Array): Promise<Set<string>> {
  const lines = new Set<string>();
  for await (const member of readArchive(streamOf(archive))) {
    const path = formatName(member.path);
    switch (member.kind) {
      case 'folder':
        lines.add(`${path} folder`);
        break;
      case 'symlink':
        lines.add(`${path} symlink ${formatName(member.linkTarget)}`);
        break;
      case 'hardlink':
        lines.add(`${path} hardlink ${formatName(member.linkTarget)}`);
        break;
      case 'file': {
        const text = new TextDecoder().decode(await collectBytes(member.content));
        const shown = text === 'b'.repeat(512) ? 'b512' : text;
        lines.add(`${path} file${member.isExecutable ? '+x' : ''} ${shown}`);
        if (path === 'plain.txt') expect(member.modifiedSeconds).toBe(TIME);
        break;
      }
    }
  }
  return lines;
}

async function expectRead(archive: Uint8Array, longNames: boolean): Promise<void> {
  const lines = await linesOf(archive);
  const twins = [...lines].filter((line) => /^(plain\.txt|twin) /.test(line)).sort();
  expect([
    ['plain.txt file hello', 'twin hardlink plain.txt'],
    ['plain.txt hardlink twin', 'twin file hello'],
  ]).toContainEqual(twins);
  for (const line of twins) lines.delete(line);
  expect(lines).toEqual(expectedLines(longNames));
}

/** A missing tool is a failure where tests must not be left out. */
function need(context: TestContext, ...command: [string, ...string[]]): void {
  if (spawnSync(command[0], command.slice(1)).status === 0) return;
  if (process.env['CI'] !== undefined) throw new Error(`${command[0]} is missing`);
  context.skip(`${command[0]} is missing`);
}

function run(command: string, options: readonly string[], cwd = folder): Uint8Array {
  return execFileSync(command, options, {
    cwd,
    env: ENVIRONMENT,
    maxBuffer: 2 ** 26,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

beforeAll(() => {
  top = mkdtempSync(join(tmpdir(), 'tar-interop-'));
  folder = join(top, 'folder');
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

describe('GNU tar', () => {
  test.for(['v7', 'oldgnu', 'gnu', 'ustar', 'posix'])(
    'writes --format=%s and it reads right',
    async (format, context) => {
      need(context, 'tar', '--version');
      const longNames = format !== 'v7' && format !== 'ustar';
      makeFolder(longNames);
      await expectRead(run('tar', [`--format=${format}`, '-cf', '-', '.']), longNames);
    },
  );

  test('packs with gzip and it reads right', async (context) => {
    need(context, 'tar', '--version');
    makeFolder(true);
    await expectRead(run('tar', ['-czf', '-', '.']), true);
  });

  test('reports a time before 1970 and a time after 2242', async (context) => {
    need(context, 'tar', '--version');
    makeFolder(false);
    for (const [seconds, format] of [
      [-5, 'gnu'],
      [-5, 'posix'],
      [9_000_000_000, 'gnu'],
      [9_000_000_000, 'posix'],
    ] as const) {
      const mtime = `--mtime=@${seconds}`;
      const archive = run('tar', [`--format=${format}`, mtime, '-cf', '-', 'zero']);
      for await (const member of readArchive(streamOf(archive))) expect(member.modifiedSeconds).toBe(seconds);
    }
  });
});

describe('bsdtar', () => {
  test.for(['v7tar', 'ustar', 'pax', 'gnutar'])(
    'writes --format=%s and it reads right',
    async (format, context) => {
      need(context, 'bsdtar', '--version');
      const longNames = format === 'pax' || format === 'gnutar';
      makeFolder(longNames);
      await expectRead(run('bsdtar', [`--format=${format}`, '--no-xattrs', '-cf', '-', '.']), longNames);
    },
  );
});

describe('Python tarfile', () => {
  const script = `
import sys, tarfile
out = tarfile.open(fileobj=sys.stdout.buffer, mode='w|', format=getattr(tarfile, sys.argv[1]))
out.add('.')
out.close()`;

  test.for(['USTAR_FORMAT', 'GNU_FORMAT', 'PAX_FORMAT'])(
    'writes %s and it reads right',
    async (format, context) => {
      need(context, 'python3', '--version');
      const longNames = format !== 'USTAR_FORMAT';
      makeFolder(longNames);
      await expectRead(run('python3', ['-c', script, format]), longNames);
    },
  );
});

test('npm pack writes a package and it reads right', async (context) => {
  need(context, 'npm', '--version');
  const folder = join(top, 'package');
  mkdirSync(join(folder, 'lib'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"name":"x","version":"1.0.0"}');
  writeFileSync(join(folder, `lib/${'n'.repeat(120)}.js`), '1');
  execFileSync('npm', ['pack', '--silent', '--offline'], { cwd: folder, env: ENVIRONMENT });
  const lines = await linesOf(run('cat', ['x-1.0.0.tgz'], folder));
  expect(lines).toEqual(
    new Set([
      'package/package.json file {"name":"x","version":"1.0.0"}',
      `package/lib/${'n'.repeat(120)}.js file 1`,
    ]),
  );
});

test('git archive writes a commit, with a comment for all members, and it reads right', async (context) => {
  need(context, 'git', '--version');
  const folder = join(top, 'repository');
  mkdirSync(join(folder, 'd'), { recursive: true });
  writeFileSync(join(folder, 'd', 'n'.repeat(200)), 'x');
  symlinkSync('t'.repeat(200), join(folder, 'l'));
  const git = (...options: string[]): Uint8Array =>
    run(
      'git',
      ['-c', 'user.name=n', '-c', 'user.email=n@x', '-c', 'commit.gpgsign=false', ...options],
      folder,
    );
  git('init', '-q');
  git('add', '.');
  git('commit', '-q', '-m', 'x');
  const expected = new Set(['d folder', `d/${'n'.repeat(200)} file x`, `l symlink ${'t'.repeat(200)}`]);
  expect(await linesOf(git('archive', 'HEAD'))).toEqual(expected);
  expect(await linesOf(git('archive', '--format=tar.gz', 'HEAD'))).toEqual(expected);
});
