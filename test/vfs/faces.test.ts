/** Every call that reads, by each of the three faces: what `node:fs` answers on a copy of the tree on disk. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openViewFs, type ViewFs } from '../../src/vfs/view-fs.ts';
import type { Member } from '../arbitraries/trees.ts';
import { file, folder, program, symlink } from '../view/stored-tree.ts';
import { type PlacedTree, placeTree } from './placed-tree.ts';

const TIME = 1_700_000_000;
const MEMBERS: readonly Member[] = [
  folder('d', [folder('e', [file('f', 'deep')]), file('g', 'beside')]),
  folder('empty'),
  file('f', 'plain text\nof two lines\n'),
  symlink('gone', 'nowhere'),
  symlink('link', 'd/e/f'),
  file('long', 'x'.repeat(200_000)),
  program('run'),
  file('ä', 'umlaut'),
];

let placed: PlacedTree;
let root = '';
let view: ViewFs;

beforeAll(async () => {
  placed = await placeTree(MEMBERS);
  const { store, treeId } = placed;
  root = placed.root;
  view = openViewFs(store, { treeId, timeSeconds: TIME });
});

afterAll(() => placed[Symbol.dispose]());

/** Arguments for a call, paths from the root of the tree. */
type Given = readonly unknown[];

const CALLS: readonly (readonly [name: string, given: Given])[] = [
  ['access', ['f']],
  ['access', ['f', fs.constants.X_OK]],
  ['access', ['run', fs.constants.X_OK]],
  ['access', ['none']],
  ['readFile', ['f']],
  ['readFile', ['f', 'utf8']],
  ['readFile', ['f', { encoding: 'base64' }]],
  ['readFile', ['link', { encoding: 'latin1', flag: 'r' }]],
  ['readFile', ['d']],
  ['readFile', ['none', 'utf8']],
  ['readFile', ['f', { flag: 'q' }]],
  ['readFile', ['gone']],
  ['readdir', ['']],
  ['readdir', ['d/']],
  ['readdir', ['', 'buffer']],
  ['readdir', ['', { encoding: 'hex' }]],
  ['readdir', ['', { withFileTypes: true }]],
  ['readdir', ['d', { withFileTypes: true, encoding: 'buffer' }]],
  ['readdir', ['', { recursive: true }]],
  ['readdir', ['d', { recursive: true, withFileTypes: true }]],
  ['readdir', ['f']],
  ['readdir', ['none']],
  ['readlink', ['link']],
  ['readlink', ['link', 'buffer']],
  ['readlink', ['f']],
  ['realpath', ['link']],
  ['realpath', ['d/../link', 'utf8']],
  ['realpath', ['gone']],
  ['mkdir', ['d', { recursive: true }]],
  ['mkdir', ['d']],
];

/** A copy whose members are in one order. */
function sorted(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value
    .map((each: unknown) => (each instanceof fs.Dirent ? plainDirent(each) : each))
    .sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
}

function plainDirent(entry: fs.Dirent): unknown {
  const { name, parentPath } = entry;
  return [
    name,
    Buffer.from(parentPath).toString().replace(/\/$/, ''),
    entry.isFile(),
    entry.isDirectory(),
    entry.isSymbolicLink(),
    entry.isFIFO(),
  ];
}

async function told(call: () => unknown): Promise<unknown> {
  try {
    return { answer: sorted(await call()) };
  } catch (error) {
    const { code, errno, syscall, path, message } = error as NodeJS.ErrnoException;
    return { code, errno, syscall, path, message };
  }
}

type Face = Readonly<Record<string, (...given: unknown[]) => unknown>>;

const FACES: readonly (readonly [name: string, (calls: typeof fs | ViewFs, call: string) => Face[string]])[] =
  [
    ['at once', (calls, call) => (calls as unknown as Face)[`${call}Sync`]!],
    ['by callback', (calls, call) => promisify((calls as unknown as Face)[call] as never)],
    ['by promise', (calls, call) => (calls.promises as unknown as Face)[call]!],
  ];

describe.each(FACES)('%s', (_, faceOf) => {
  test.each(CALLS)('%s %j answers as node:fs does', async (call, [path, ...given]) => {
    const at = join(root, path as string) + (String(path).endsWith('/') ? '/' : '');
    const expected = await told(() => faceOf(fs, call)(at, ...given));
    expect(await told(() => faceOf(view, call)(at, ...given))).toEqual(expected);
    if (JSON.stringify(given).includes('recursive')) return; // which node:fs takes for text only
    const asBytes = await told(() => faceOf(view, call)(Buffer.from(at), ...given));
    expect(asBytes).toEqual(await told(() => faceOf(fs, call)(Buffer.from(at), ...given)));
    const asUrl = await told(() => faceOf(view, call)(pathToFileURL(at), ...given));
    expect(asUrl).toEqual(await told(() => faceOf(fs, call)(pathToFileURL(at), ...given)));
  });

  test.each(['f', 'd', 'run', 'link'])('stat and lstat of %s are real Stats', async (path) => {
    for (const call of ['stat', 'lstat']) {
      const stats = (await faceOf(view, call)(join(root, path))) as fs.Stats;
      const real = (await faceOf(fs, call)(join(root, path))) as fs.Stats;
      expect(stats).toBeInstanceOf(fs.Stats);
      expect(Object.keys(stats).sort()).toEqual(Object.keys(real).sort());
      expect(stats.mode).toBe(real.mode);
      expect(stats.mtimeMs).toBe(TIME * 1000);
      expect(stats.mtime).toEqual(new Date(TIME * 1000));
      if (!real.isDirectory()) expect(stats.size).toBe(real.size);
      const big = (await faceOf(view, call)(join(root, path), { bigint: true })) as fs.BigIntStats;
      const realBig = (await faceOf(fs, call)(join(root, path), { bigint: true })) as fs.BigIntStats;
      expect(Object.getPrototypeOf(big)).toBe(Object.getPrototypeOf(realBig));
      expect(Object.keys(big).sort()).toEqual(Object.keys(realBig).sort());
      expect(big.mtimeNs).toBe(BigInt(TIME) * 1_000_000_000n);
      expect(big.ino).toBe(BigInt(stats.ino));
      expect([big.isFile(), big.isDirectory()]).toEqual([real.isFile(), real.isDirectory()]);
    }
  });

  test.each([
    ['writeFile', ['f', 'other']],
    ['appendFile', ['f', 'other']],
    ['mkdir', ['new']],
    ['rm', ['f']],
    ['unlink', ['f']],
    ['rename', ['f', 'g']],
    ['symlink', ['f', 'g']],
    ['utimes', ['f', 1, 1]],
    ['chmod', ['f', 0o600]],
    ['truncate', ['f', 0]],
  ] as const)('%s is refused as on a disk that is mounted to be read', async (call, given) => {
    const outcome = await told(() => faceOf(view, call)(...given));
    expect(outcome).toMatchObject({ code: 'EROFS', errno: -30, path: given[0] });
  });
});

test('open() refuses to write, and a file that is there is not made again', () => {
  for (const flag of ['w', 'a', 'r+', 'wx', 'w+'] as const) {
    expect(() => view.openSync(join(root, 'f'), flag)).toThrow(flag === 'wx' ? /EEXIST/ : /EROFS/);
    expect(() => view.openSync(join(root, 'new'), flag)).toThrow(flag === 'r+' ? /ENOENT/ : /EROFS/);
    expect(() => view.openSync(join(root, 'd'), flag)).toThrow(flag === 'wx' ? /EEXIST/ : /EISDIR/);
  }
  expect(() => view.createWriteStream('f')).toThrow(/EROFS/);
});

describe('descriptors', () => {
  test('read where they are, and where they are told to', () => {
    const fd = view.openSync(join(root, 'f'), 'r');
    const buffer = Buffer.alloc(6);
    expect(view.readSync(fd, buffer)).toBe(6);
    expect(buffer.toString()).toBe('plain ');
    expect(view.readSync(fd, buffer, 0, 4, 11)).toBe(4);
    expect(buffer.toString()).toBe('of tn ');
    expect(view.readSync(fd, buffer, { offset: 2, length: 4 })).toBe(4);
    expect(buffer.toString()).toBe('oftext');
    expect(view.readFileSync(fd, 'utf8')).toBe('\nof two lines\n');
    expect(view.readSync(fd, buffer)).toBe(0);
    expect(view.fstatSync(fd).size).toBe(24);
    expect(view.readvSync(fd, [Buffer.alloc(3), buffer], 0)).toBe(9);
    expect(buffer.toString()).toBe('in tex');
    expect(() => view.readSync(fd, buffer, 2, 9, null)).toThrow(RangeError);
    view.closeSync(fd);
    expect(() => view.readSync(fd, buffer)).toThrow(/EBADF/);
    expect(() => view.closeSync(fd)).toThrow(/EBADF/);
  });

  test('promisified read() and exists() answer as those of node:fs', async () => {
    const fd = await promisify(view.open)(join(root, 'f'), 'r');
    const { bytesRead, buffer } = await promisify(view.read)(fd, Buffer.alloc(5), 0, 5, 0);
    expect([bytesRead, String(buffer)]).toEqual([5, 'plain']);
    await promisify(view.close)(fd);
    expect(await promisify(view.exists)(join(root, 'f'))).toBe(true);
    expect(await promisify(view.exists)(join(root, 'none'))).toBe(false);
  });

  test('a FileHandle reads, streams, tells lines and closes', async () => {
    await using handle = await view.promises.open(join(root, 'f'));
    expect((await handle.stat()).size).toBe(24);
    expect((await handle.read(Buffer.alloc(5), 0, 5, null)).bytesRead).toBe(5);
    expect(await handle.readFile('utf8')).toBe(' text\nof two lines\n');
    await expect(handle.writeFile('x')).rejects.toMatchObject({ code: 'EROFS' });
    const again = await view.promises.open(join(root, 'f'));
    const lines: string[] = [];
    for await (const line of again.readLines()) lines.push(line);
    expect(lines).toEqual(['plain text', 'of two lines']);
    expect(again.fd).toBe(-1);
  });
});

describe('streams', () => {
  test.each([{}, { start: 5, end: 9 }, { start: 150_000 }, { highWaterMark: 7, end: 100 }])(
    'read what those of node:fs read, with %j',
    async (options) => {
      for (const path of ['f', 'long']) {
        const chunks = await collect(view.createReadStream(join(root, path), options));
        expect(chunks.equals(await collect(fs.createReadStream(join(root, path), options)))).toBe(true);
      }
    },
  );

  test('fail as those of node:fs do', async () => {
    await expect(collect(view.createReadStream(join(root, 'none')))).rejects.toMatchObject({
      code: 'ENOENT',
    });
    await expect(collect(view.createReadStream(join(root, 'd')))).rejects.toMatchObject({ code: 'EISDIR' });
  });
});

async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('opendir', () => {
  test('gives Dirents one by one, in any of its ways', async () => {
    const names: string[] = [];
    for await (const entry of await view.promises.opendir(join(root, 'd'))) names.push(entry.name);
    const dir = view.opendirSync(join(root, 'd'));
    expect([dir.readSync()?.name, dir.readSync()?.name, dir.readSync()]).toEqual([...names, null]);
    dir.closeSync();
    expect(() => dir.readSync()).toThrow(/closed/);
    await expect(view.promises.opendir(join(root, 'f'))).rejects.toThrow(/ENOTDIR: not a directory, opendir/);
  });
});

test('statfs() gives a real StatsFs, of a file system without room', async () => {
  const real = Object.getPrototypeOf(fs.statfsSync(root)) as object;
  for (const stats of [view.statfsSync(root), await view.promises.statfs(root)]) {
    expect(Object.getPrototypeOf(stats)).toBe(real);
    expect(Object.keys(stats).sort()).toEqual(Object.keys(fs.statfsSync(root)).sort());
    expect([stats.bavail, stats.bfree]).toEqual([0, 0]);
  }
  expect((await promisify(view.statfs)(root)).ffree).toBe(0);
  expect(view.statfsSync(root, { bigint: true }).bfree).toBe(0n);
  expect(await told(() => view.statfsSync(join(root, 'none')))).toEqual(
    await told(() => fs.statfsSync(join(root, 'none'))),
  );
});

test('watch() tells nothing until it is stopped, as that of node:fs', async () => {
  const stopping = new AbortController();
  const watch = async (calls: Pick<typeof fs.promises, 'watch'>): Promise<unknown> =>
    told(async () => {
      for await (const change of calls.watch(root, { signal: stopping.signal })) return change;
      return 'over';
    });
  const both = Promise.all([watch(view.promises), watch(fs.promises)]);
  stopping.abort();
  const [silent, real] = await both;
  expect(silent).toEqual(real);
  expect(await watch(view.promises)).toMatchObject({ code: 'ABORT_ERR' });
});
