/** Every call that changes something, by each of the three faces: what `node:fs` answers and leaves on the disk. */
import * as fs from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OverlayFs } from '../../src/overlay/overlay-fs.ts';
import { file, folder, program, symlink } from '../view/stored-tree.ts';
import { linesBelow, openTwins, type Twins, told } from './twins.ts';

const MEMBERS = [
  folder('d', [folder('e', [file('f', 'deep')]), file('g', 'beside'), symlink('up', '../f')]),
  folder('empty'),
  file('f', 'plain text'),
  symlink('gone', 'nowhere'),
  symlink('link', 'd/e'),
  program('run'),
];

let twins: Twins;

beforeEach(async () => {
  twins = await openTwins(MEMBERS);
});

afterEach(() => twins[Symbol.dispose]());

/** A path from the root, in what is given to a call. */
class At {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }
}

const at = (path: string): At => new At(path);
const later = async (): Promise<boolean> => true;

const CALLS: readonly (readonly [call: string, ...given: unknown[]])[] = [
  ['writeFile', at('f'), 'other'],
  ['writeFile', at('new'), Buffer.from('bytes'), { mode: 0o755 }],
  ['writeFile', at('new'), new Uint16Array([0x4141, 0x4242])],
  ['writeFile', at('new'), 'ff00', 'hex'],
  ['writeFile', at('new'), 'x', { flag: 'wx' }],
  ['writeFile', at('f'), 'x', { flag: 'wx' }],
  ['writeFile', at('f'), 'x', { flag: 'r' }],
  ['writeFile', at('f'), 7],
  ['writeFile', at('d'), 'x'],
  ['writeFile', at('none/x'), 'x'],
  ['writeFile', at('gone'), 'x'],
  ['appendFile', at('f'), ' and more'],
  ['appendFile', at('new'), 'new', 'utf8'],
  ['truncate', at('f'), 5],
  ['truncate', at('f')],
  ['truncate', at('f'), 20],
  ['truncate', at('d'), 5],
  ['truncate', at('f'), 'x'],
  ['mkdir', at('new')],
  ['mkdir', at('new/a/b'), { recursive: true }],
  ['mkdir', at('f/a/b'), { recursive: true }],
  ['mkdir', at('d')],
  ['rm', at('f')],
  ['rm', at('d'), { recursive: true }],
  ['rm', at('d')],
  ['rm', at('none')],
  ['rm', at('none'), { force: true }],
  ['rmdir', at('empty')],
  ['rmdir', at('d')],
  ['rmdir', at('f')],
  ['unlink', at('f')],
  ['unlink', at('d')],
  ['unlink', at('link')],
  ['rename', at('f'), at('g')],
  ['rename', at('d'), at('empty')],
  ['rename', at('d'), at('d/e/d')],
  ['rename', at('none'), at('g')],
  ['symlink', 'target', at('new')],
  ['symlink', 'target', at('f')],
  ['link', at('none'), at('new')],
  ['link', at('f'), at('run')],
  ['chmod', at('f'), 0o755],
  ['chmod', at('run'), '644'],
  ['chmod', at('none'), 0o755],
  ['chmod', at('f'), 'x'],
  ['chown', at('f'), 0, 0],
  ['chown', at('none'), 0, 0],
  ['lchown', at('gone'), 0, 0],
  ['utimes', at('f'), 1, new Date(5000)],
  ['utimes', at('none'), 1, 1],
  ['utimes', at('f'), 'x', 1],
  ['lutimes', at('gone'), 1, 1],
  ['access', at('f'), fs.constants.W_OK],
  ['access', at('f'), fs.constants.X_OK],
  ['copyFile', at('run'), at('new')],
  ['copyFile', at('run'), at('f')],
  ['copyFile', at('run'), at('f'), fs.constants.COPYFILE_EXCL],
  ['copyFile', at('none'), at('f')],
  ['cp', at('f'), at('new/a/f')],
  ['cp', at('d'), at('new')],
  ['cp', at('d'), at('new'), { recursive: true }],
  ['cp', at('d'), at('new'), { recursive: true, verbatimSymlinks: true }],
  ['cp', at('d'), at('empty'), { recursive: true, dereference: true }],
  ['cp', at('d'), at('d/e/x'), { recursive: true }],
  ['cp', at('d'), at('d'), { recursive: true }],
  ['cp', at('d'), at('f'), { recursive: true }],
  ['cp', at('f'), at('d'), { recursive: true }],
  ['cp', at('f'), at('run'), { force: false, errorOnExist: true }],
  ['cp', at('f'), at('run'), { force: false }],
  ['cp', at('none'), at('new')],
  ['cp', at('d'), at('new'), { recursive: true, filter: (path: string) => !path.endsWith('e') }],
  ['cp', at('f'), at('new'), { filter: () => false }],
];

type Face = Readonly<Record<string, (...given: unknown[]) => unknown>>;
type Calls = typeof fs | OverlayFs;

const FACES: readonly (readonly [name: string, (calls: Calls, call: string) => Face[string]])[] = [
  ['at once', (calls, call) => (calls as unknown as Face)[`${call}Sync`]!],
  ['by callback', (calls, call) => promisify((calls as unknown as Face)[call] as never)],
  ['by promise', (calls, call) => (calls.promises as unknown as Face)[call]!],
];

/** What is given, with its paths as text, as bytes or as URLs. */
function spelt(given: readonly unknown[], spell: (path: string) => unknown): never[] {
  return given.map((value) => (value instanceof At ? spell(twins.at(value.path)) : value)) as never[];
}

describe.each(FACES)('%s', (_, faceOf) => {
  test.each(CALLS)('%s %j %j %j', async (call, ...given) => {
    const texts = spelt(given, (path) => path);
    const expected = await told(() => faceOf(fs, String(call))(...texts));
    expect(await told(() => faceOf(twins.overlay, String(call))(...texts))).toEqual(expected);
    expect(linesBelow(twins.overlay, twins.root)).toEqual(linesBelow(fs, twins.root));
  });

  test.each([
    ['writeFile', at('new'), 'x'],
    ['mkdir', at('new')],
    ['rename', at('f'), at('new')],
    ['copyFile', at('f'), at('new')],
    ['rm', at('d'), { recursive: true }],
  ] as const)('%s takes paths as bytes and as URLs', async (call, ...given) => {
    for (const spell of [(path: string) => Buffer.from(path), pathToFileURL]) {
      await using again = { ...(await openTwins(MEMBERS)), [Symbol.asyncDispose]: async () => {} };
      const values = given.map((value) => (value instanceof At ? spell(again.at(value.path)) : value));
      const expected = await told(() => faceOf(fs, call)(...values));
      expect(await told(() => faceOf(again.overlay, call)(...values))).toEqual(expected);
      expect(linesBelow(again.overlay, again.root)).toEqual(linesBelow(fs, again.root));
      again[Symbol.dispose]();
    }
  });

  test('mkdtemp makes a folder that was not there', async () => {
    const made = (await faceOf(twins.overlay, 'mkdtemp')(twins.at('t-'))) as string;
    expect(made).toMatch(/\/t-[A-Za-z0-9]{6}$/);
    expect(twins.overlay.statSync(made).isDirectory()).toBe(true);
    const given = [twins.at('none/t-')];
    const expected = await told(() => faceOf(fs, 'mkdtemp')(...given));
    const { code, syscall } = expected as NodeJS.ErrnoException; // the path differs by face
    expect(await told(() => faceOf(twins.overlay, 'mkdtemp')(...given))).toMatchObject({ code, syscall });
  });

  test('link makes none, as where there are no hard links', async () => {
    const outcome = await told(() => faceOf(twins.overlay, 'link')(twins.at('f'), twins.at('new')));
    expect(outcome).toMatchObject({ code: 'EPERM', syscall: 'link' });
    expect(twins.overlay.existsSync(twins.at('new'))).toBe(false);
  });

  test('chown to anybody else is refused', async () => {
    const outcome = await told(() => faceOf(twins.overlay, 'chown')(twins.at('f'), 7, 7));
    expect(outcome).toMatchObject({ code: 'EPERM', syscall: 'chown' });
  });

  test('what no file can be so long as is refused, and nothing is allocated', async () => {
    const outcome = await told(() => faceOf(twins.overlay, 'truncate')(twins.at('f'), 2 ** 50));
    expect(outcome).toMatchObject({ code: 'EFBIG', syscall: 'ftruncate' });
    expect(twins.overlay.readFileSync(twins.at('f'), 'utf8')).toBe('plain text');
  });
});

test('cp waits for its filter, where it may', async () => {
  const { overlay } = twins;
  await overlay.promises.cp(twins.at('d'), twins.at('new'), { recursive: true, filter: later });
  expect(overlay.readFileSync(twins.at('new/e/f'), 'utf8')).toBe('deep');
  const now = (calls: Calls) => () => calls.cpSync(twins.at('f'), twins.at('x'), { filter: later as never });
  expect(await told(now(overlay))).toEqual(await told(now(fs)));
  const failing = overlay.promises.cp(twins.at('f'), twins.at('x'), {
    filter: () => Promise.reject(new Error('no')),
  });
  await expect(failing).rejects.toThrow('no');
});

test('cp replaces a symlink by another, also where one leads nowhere', async () => {
  const { overlay } = twins; // of node:fs each face has errors of its own there
  overlay.cpSync(twins.at('link'), twins.at('gone'), { verbatimSymlinks: true });
  expect(overlay.readlinkSync(twins.at('gone'))).toBe('d/e');
  await overlay.promises.cp(twins.at('d/up'), twins.at('link'));
  expect(overlay.readlinkSync(twins.at('link'))).toBe(twins.at('f'));
});

describe('streams', () => {
  test.each([{}, { flags: 'a' }, { flags: 'r+', start: 3 }, { highWaterMark: 4 }])(
    'write as those of node:fs, with %j',
    async (options) => {
      for (const calls of [fs, twins.overlay]) {
        const pieces = Readable.from(['one ', 'two ', Buffer.from('three')]);
        await pipeline(pieces, calls.createWriteStream(twins.at('f'), options));
      }
      expect(linesBelow(twins.overlay, twins.root)).toEqual(linesBelow(fs, twins.root));
    },
  );

  test('fail as those of node:fs do', async () => {
    for (const path of ['d', 'none/x', 'f/x']) {
      const write = (calls: Calls) => async () =>
        pipeline(Readable.from(['x']), calls.createWriteStream(twins.at(path)));
      expect(await told(write(twins.overlay))).toEqual(await told(write(fs)));
    }
  });

  test('of pieces are written whole', async () => {
    for (const { promises } of [fs, twins.overlay]) {
      await promises.writeFile(twins.at('new'), Readable.from(['a', 'b']));
      await promises.appendFile(twins.at('new'), ['c', 'd'] as never);
    }
    expect(twins.overlay.readFileSync(twins.at('new'), 'utf8')).toBe('abcd');
    expect(linesBelow(twins.overlay, twins.root)).toEqual(linesBelow(fs, twins.root));
  });
});

describe('descriptors', () => {
  test('a FileHandle writes, cuts and marks', async () => {
    const seen: unknown[] = [];
    for (const calls of [fs, twins.overlay] as const) {
      await using handle = await calls.promises.open(twins.at('f'), 'r+');
      seen.push([
        await handle.write('AB', 2),
        await handle.write(Buffer.from('xyz'), 1, 2, 0),
        await handle.writev([Buffer.from('12'), Buffer.from('3')]),
        await handle.writeFile('end'),
        await handle.appendFile('!'),
        await handle.truncate(8),
        await handle.chmod(0o755),
        await handle.utimes(1, 2),
        (await handle.stat()).mtimeMs,
        await handle.readFile('utf8'),
      ]);
      await calls.promises.writeFile(handle, 'last');
      const stream = handle.createWriteStream({ start: 0 });
      await pipeline(Readable.from(['S']), stream);
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(linesBelow(twins.overlay, twins.root)).toEqual(linesBelow(fs, twins.root));
  });

  test('promisified write() and writev() answer as those of node:fs', async () => {
    const seen: unknown[] = [];
    for (const calls of [fs, twins.overlay] as const) {
      const fd = calls.openSync(twins.at('f'), 'w+');
      seen.push([
        await promisify(calls.write)(fd, Buffer.from('abc')),
        await promisify(calls.writev)(fd, [Buffer.from('d'), Buffer.from('e')]),
        await promisify(calls.readv)(fd, [Buffer.alloc(2)], 1),
      ]);
      calls.closeSync(fd);
    }
    expect(seen[1]).toEqual(seen[0]);
  });

  test('see what others do to the file, also when it is gone', () => {
    for (const calls of [fs, twins.overlay] as const) {
      const fd = calls.openSync(twins.at('f'), 'r');
      expect(calls.readSync(fd, Buffer.alloc(5))).toBe(5);
      calls.copyFileSync(twins.at('d/g'), twins.at('f'));
      expect(calls.readFileSync(fd, 'utf8')).toBe('e');
      calls.writeFileSync(twins.at('f'), 'written by another');
      calls.unlinkSync(twins.at('f'));
      expect(calls.readFileSync(fd, 'utf8')).toBe('n by another');
      calls.closeSync(fd);
    }
    expect(linesBelow(twins.overlay, twins.root)).toEqual(linesBelow(fs, twins.root));
  });

  test('that are written to at the same time lose nothing', async () => {
    const pieces = Array.from({ length: 50 }, (_, number) => `<${number}>`);
    await Promise.all(pieces.map((piece) => twins.overlay.promises.appendFile(twins.at('d/e/f'), piece)));
    const text = twins.overlay.readFileSync(twins.at('d/e/f'), 'utf8');
    expect(text).toHaveLength('deep'.length + pieces.join('').length);
    for (const piece of pieces) expect(text).toContain(piece);
  });
});

test('inodes stay with what is moved, and are not given twice', () => {
  const { overlay } = twins;
  const before = overlay.statSync(twins.at('f')).ino;
  overlay.renameSync(twins.at('f'), twins.at('moved'));
  overlay.writeFileSync(twins.at('f'), 'new');
  expect(overlay.statSync(twins.at('moved')).ino).toBe(before);
  expect(overlay.statSync(twins.at('f')).ino).not.toBe(before);
});

test('folders are listed in order, whatever came when', () => {
  const { overlay } = twins;
  for (const name of ['z', 'A', 'm']) overlay.writeFileSync(twins.at(name), '');
  expect(overlay.readdirSync(twins.root)).toEqual(overlay.readdirSync(twins.root).toSorted());
});
