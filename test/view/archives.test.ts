/** Zip and tar.gz, and the tar inside: what other programs read back out of them is the set that they were made of. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { decodeText } from '../../src/bytes/text.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { collectBytes } from '../../src/flow/byte-stream.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { NO_ATTRIBUTES } from '../../src/object/attributes.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import type { ObjectReader } from '../../src/odb/object-store.ts';
import { initRepository } from '../../src/store/init-repository.ts';
import type { Repository } from '../../src/store/repository.ts';
import { exportTar } from '../../src/view/tar.ts';
import { exportTarGz } from '../../src/view/tar-gz.ts';
import { openView, type View } from '../../src/view/view.ts';
import { exportZip } from '../../src/view/zip.ts';
import { nativeCodec } from '../../src/zlib/native.ts';
import { noise } from '../arbitraries/contents.ts';
import { anyFolder, anyName, type Member } from '../arbitraries/trees.ts';
import { bytesOf, file, folder, program, raw, storeMembers, symlink } from './stored-tree.ts';

const TIME = 1_600_000_000;
const TREES = Number(process.env['ARCHIVE_TREES'] ?? 500);
/** Of those, so many are read out of a pack, and have attributes, which only cost time where all are. */
const PACKED = Math.ceil(TREES / 5);

/** Given, so that no codec is looked for a thousand times. */
const COMPRESSION = { codec: nativeCodec, level: 6 } as const;

/** One entry as Python tells it too: kind, executable, SHA-256 of what it holds. */
type Told = Map<string, readonly [kind: string, mode: number, hash: string]>;

const PYTHON = `
import hashlib, json, stat, sys, tarfile, zipfile, gzip, os
def told(kind, mode, data): return [kind, mode, hashlib.sha256(data).hexdigest()]
def of_tar(path, mode):
    found = {}
    with tarfile.open(path, mode, encoding='utf-8', errors='surrogateescape') as archive:
        for m in archive:
            if m.isdir(): entry = told('folder', m.mode, b'')
            elif m.issym(): entry = told('symlink', m.mode, os.fsencode(m.linkname))
            else: entry = told('file', m.mode, archive.extractfile(m).read())
            name = m.name[2:] if m.name.startswith('./') else m.name
            assert name not in found and m.mtime == ${TIME} and m.uid == 0
            found[name] = entry
    return found
def of_zip(path):
    found = {}
    with zipfile.ZipFile(path) as archive:
        for i in archive.infolist():
            mode, name, data = i.external_attr >> 16, i.filename, archive.read(i)
            assert i.create_system == 3 and i.flag_bits & 0x800 and len(data) == i.file_size
            assert i.date_time == (2020, 9, 13, 12, 26, 40)
            kind = {stat.S_IFDIR: 'folder', stat.S_IFLNK: 'symlink', stat.S_IFREG: 'file'}[stat.S_IFMT(mode)]
            assert (kind == 'folder') == name.endswith('/') and name.rstrip('/') not in found
            found[name.rstrip('/')] = told(kind, stat.S_IMODE(mode), data)
    return found
for n, expected in enumerate(json.load(open('expected.json'))):
    readers = [of_tar(f'{n}.tar', 'r:'), of_tar(f'{n}.tar.gz', 'r:gz'), of_zip(f'{n}.zip')]
    for number, found in enumerate(readers): assert found == expected, (n, number, found, expected)
    assert gzip.open(f'{n}.tar.gz').read() == open(f'{n}.tar', 'rb').read()
print('equal')
`;

let top: string;
let repository: Repository;
beforeAll(async () => {
  top = mkdtempSync(join(tmpdir(), 'caskit-archives-'));
  const context = { files: nodeFiles(), codec: nativeCodec, now: () => 0 };
  repository = await initRepository(join(top, '.cas'), context);
});
afterAll(async () => {
  await repository[Symbol.asyncDispose]();
  rmSync(top, { recursive: true, force: true });
});

/** A missing tool is a failure where tests must not be left out. */
function need(context: TestContext, command: string, version = '--version'): void {
  if (spawnSync(command, [version]).error === undefined) return;
  if (process.env['CI'] !== undefined) throw new Error(`${command} is missing`);
  context.skip(`${command} is not installed`);
}

function tell(members: readonly Member[], above = ''): Told {
  const told: Told = new Map();
  const hash = (bytes: Uint8Array): string => hashBytes(bytes).slice('sha256:'.length);
  for (const member of members) {
    const path = `${above}${decodeText(member.name)}`;
    if (member.kind === 'folder') {
      told.set(path, ['folder', 0o755, hash(new Uint8Array(0))]);
      for (const [inner, entry] of tell(member.members, `${path}/`)) told.set(inner, entry);
    } else if (member.kind === 'symlink') told.set(path, ['symlink', 0o777, hash(member.target)]);
    else told.set(path, ['file', member.kind === 'file' ? 0o644 : 0o755, hash(member.content)]);
  }
  return told;
}

/** Views of sets that lie in one pack. */
async function viewsOf(sets: readonly (readonly Member[])[]): Promise<View[]> {
  const views: View[] = [];
  await using intake = repository.openIntake();
  for (const members of sets) {
    const { id } = await storeMembers(intake, members);
    views.push(openView(repository.named, { treeId: id, timeSeconds: TIME, compression: COMPRESSION }));
  }
  await intake.flush();
  return views;
}

async function viewInMemory(members: readonly Member[]): Promise<View> {
  const objects = memoryStore();
  const { id } = await storeMembers(objects, members);
  return openView(objects, { treeId: id, timeSeconds: TIME, compression: COMPRESSION });
}

/** Without the view, which loads its packers at every call: here that takes longer than to pack. */
async function archivesOf(view: View): Promise<Archives> {
  return {
    tar: await collectBytes(exportTar(view)),
    tarGz: await collectBytes(exportTarGz(view)),
    zip: await collectBytes(exportZip(view)),
  };
}

interface Archives {
  readonly tar: Uint8Array;
  readonly tarGz: Uint8Array;
  readonly zip: Uint8Array;
}

function write(name: string, { tar, tarGz, zip }: Archives): void {
  writeFileSync(join(top, `${name}.tar`), tar);
  writeFileSync(join(top, `${name}.tar.gz`), tarGz);
  writeFileSync(join(top, `${name}.zip`), zip);
}

const text = (length: number, seed: string): string =>
  `${seed} of the text\n`.repeat(length).slice(0, length);
const set: readonly Member[] = [
  file('a.txt', text(100, 'short')),
  folder('docs', [file('guide.md', text(9000, 'guide')), file('ünï.md', text(70_000, 'long'))]),
  folder('empty'),
  file('empty-file'),
  file('long.bin', concatBytes([noise(1_500_000), new Uint8Array(2_000_000)])),
  symlink('link', 'docs/guide.md'),
  ...Array.from({ length: 30 }, (_, at) => file(`many-${10 + at}`, text(5000 + at, `file ${at}`))),
  file('noise', noise(40_000)),
  program('run.sh'),
].sort((left, right) => Buffer.compare(left.name, right.name));

describe('zip and tar.gz', () => {
  test(`of ${TREES} sets are read by Python as what they were made of`, async (context) => {
    need(context, 'python3');
    const isText = (name: Uint8Array): boolean => decodeText(name) !== undefined;
    const contents = fc.oneof(
      { weight: 12, arbitrary: fc.uint8Array({ maxLength: 64 }) },
      { weight: 2, arbitrary: fc.nat(9000).map((size) => bytesOf(text(size, 'any'))) },
      { weight: 1, arbitrary: fc.nat(9000).map((size) => noise(size)) },
    );
    const names = anyName().filter(isText);
    const any = anyFolder({ names, contents });
    const plain = anyFolder({ names, contents, attributes: fc.constant(NO_ATTRIBUTES) });
    const sets = [...fc.sample(any, PACKED), ...fc.sample(plain, TREES - PACKED)];
    const packed = await viewsOf(sets.slice(0, PACKED));
    for (const [at, members] of sets.entries())
      write(String(at), await archivesOf(packed[at] ?? (await viewInMemory(members))));
    const expected = sets.map((members) => Object.fromEntries(tell(members)));
    writeFileSync(join(top, 'expected.json'), JSON.stringify(expected));
    expect(execFileSync('python3', ['-c', PYTHON], { cwd: top, encoding: 'utf8' })).toBe('equal\n');
  }, 60_000);

  const readers: readonly (readonly [command: string, args: readonly string[]])[] = [
    ['unzip', ['-q', '../set.zip']],
    ['bsdtar', ['-xpf', '../set.zip']],
    ['7z', ['x', '-y', '-snld', '../set.zip']],
    ['tar', ['-xzpf', '../set.tar.gz']],
    ['bsdtar', ['-xpf', '../set.tar.gz']],
    ['python3', ['-c', "import tarfile; tarfile.open('../set.tar.gz').extractall()"]],
  ];
  test.for(readers)('%s %j unpacks the set', async ([command, args], context) => {
    need(context, command, command === 'unzip' ? '-v' : '--version');
    write('set', await archivesOf((await viewsOf([set]))[0]!));
    const out = mkdtempSync(join(top, 'out-'));
    execFileSync(command, args, { cwd: out });
    writeFileSync(join(top, 'walk.py'), WALK);
    const found: unknown = JSON.parse(
      execFileSync('python3', ['../walk.py'], { cwd: out, encoding: 'utf8' }),
    );
    expect(found).toEqual(Object.fromEntries(tell(set)));
  });

  test('pass the checks of gzip and unzip', async (context) => {
    need(context, 'gzip');
    need(context, 'unzip', '-v');
    write('checked', await archivesOf((await viewsOf([set]))[0]!));
    execFileSync('gzip', ['-t', 'checked.tar.gz'], { cwd: top });
    execFileSync('unzip', ['-tq', 'checked.zip'], { cwd: top });
  });

  test('take what a pack has deflated as it lies', async () => {
    const { zip, tarGz, tar } = await archivesOf((await viewsOf([set]))[0]!);
    expect(gunzipSync(tarGz).equals(tar)).toBe(true);
    const long = hashBytes(
      (set.find(({ name }) => decodeText(name) === 'many-20') as { content: Uint8Array }).content,
    );
    const found = repository.named.findDeflated?.(long);
    expect(found).toMatchObject({ id: long, sizeBytes: 5010 });
    const deflated = Buffer.from(await collectBytes(found!.deflated));
    for (const archive of [zip, tarGz]) expect(Buffer.from(archive).includes(deflated)).toBe(true);
  });

  test('are the same in memory that is used again', async () => {
    const view = (await viewsOf([set]))[0]!;
    for (const pack of [view.tar, view.zip, view.tarGz]) {
      const kept = await collectBytes(pack());
      const copies: Uint8Array[] = [];
      let before: Uint8Array | undefined;
      for await (const piece of pack({ pieces: 'lent' })) {
        if (before !== undefined) copies.push(before.slice()); // as one that is written while the next is made
        before = piece;
      }
      expect(Buffer.concat([...copies, before!]).equals(kept)).toBe(true);
    }
  });

  test('have a directory of any length', async (context) => {
    need(context, 'unzip', '-v');
    const long = Array.from({ length: 12_000 }, (_, at) => file(`${at + 10_000}-${'long'.repeat(20)}`));
    write('directory', await archivesOf(await viewInMemory(long)));
    const listed = execFileSync('unzip', ['-Z1', 'directory.zip'], { cwd: top, encoding: 'utf8' });
    expect(listed.trim().split('\n')).toEqual(long.map(({ name }) => decodeText(name)));
  });

  test('refuse in a zip a name that is not text, and say where to go', async () => {
    const objects = memoryStore();
    const { id } = await storeMembers(objects, [file(raw('a\xff'), 'x')]);
    const stream = openView(objects, { treeId: id }).zip();
    await expect(collectBytes(stream)).rejects.toMatchObject({ code: 'NAME_NOT_TEXT' });
  });

  test('put everything below a prefix, and refuse what is not portable', async () => {
    const objects = memoryStore();
    const { id } = await storeMembers(objects, [file('nul')]);
    const view = openView(objects, { treeId: id, timeSeconds: TIME });
    const archive = await collectBytes(view.zip({ prefix: 'app/v1/' }));
    for (const name of ['app/', 'app/v1/', 'app/v1/nul'])
      expect(Buffer.from(archive).includes(name)).toBe(true);
    for (const pack of [view.tar, view.tarGz, view.zip])
      await expect(collectBytes(pack({ profile: 'portable' }))).rejects.toMatchObject({
        code: 'NOT_PORTABLE',
      });
  });

  test('end in an error where an object is damaged, or is not as long as its entry says', async () => {
    const objects = memoryStore();
    const { id } = await storeMembers(objects, [file('a', 'content')]);
    const cut: ObjectReader = {
      ...objects,
      has: (asked) => objects.has(asked),
      stat: (asked) => objects.stat(asked),
      open: (asked) => objects.open(asked),
      ids: (prefix) => objects.ids(prefix),
      read: async (asked, how) => {
        const content = await objects.read(asked, how);
        return asked === id ? content : content?.subarray(1);
      },
    };
    const view = openView(cut, { treeId: id });
    for (const stream of [view.tar(), view.tarGz(), view.zip()])
      await expect(collectBytes(stream)).rejects.toMatchObject({ code: 'ENTRY_SIZE_WRONG' });
  });
});

const WALK = `
import hashlib, json, os, stat
found = {}
def told(kind, mode, data): return [kind, mode, hashlib.sha256(data).hexdigest()]
for folder, folders, files in os.walk('.'):
    for name in folders + files:
        path = os.path.join(folder, name)
        mode = os.lstat(path).st_mode
        key = path[2:]
        if stat.S_ISLNK(mode): found[key] = told('symlink', 0o777, os.fsencode(os.readlink(path)))
        elif stat.S_ISDIR(mode): found[key] = told('folder', stat.S_IMODE(mode), b'')
        else: found[key] = told('file', stat.S_IMODE(mode), open(path, 'rb').read())
print(json.dumps(found))
`;
