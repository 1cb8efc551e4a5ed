import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { memfs } from 'memfs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import type { ProgressEvent } from '../../src/flow/progress.ts';
import { NO_ATTRIBUTES } from '../../src/object/attributes.ts';
import { readObject } from '../../src/odb/read-object.ts';
import { fromFolder } from '../../src/source/folder.ts';
import { formatSeconds } from '../../src/source/gathering.ts';
import { readTree } from '../../src/tree/read-tree.ts';
import { anyFolder, anyPlainName, type Member } from '../arbitraries/trees.ts';
import { watchFiles } from './watched-files.ts';
import { linesOfMembers, linesOfTree, makeOnDisk, openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
let folder: string;
let folders = 0;

beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop[Symbol.asyncDispose]());
beforeEach(() => {
  folder = newPath();
  mkdirSync(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const newPath = (): string => workshop.at(`folder-${++folders}`);
const at = (name: string): string => join(folder, name);
const place = (...names: (string | Uint8Array)[]): Buffer =>
  Buffer.concat([Buffer.from(folder), ...names.flatMap((name) => [Buffer.from('/'), Buffer.from(name)])]);

async function linesOf(path: string, options = {}): Promise<string[]> {
  const { root } = await workshop.take(fromFolder(path, options));
  return linesOfTree(workshop.repository, root.id);
}

describe('fromFolder() stores what is there', () => {
  test('exactly, for any folder', async () => {
    const property = fc.asyncProperty(
      anyFolder({ attributes: fc.constant(NO_ATTRIBUTES) }),
      async (members) => {
        const path = newPath();
        makeOnDisk(encodeText(path), members);
        const { root, entries, skipped } = await workshop.take(fromFolder(path, { ignoreFiles: 'off' }));
        const expected = linesOfMembers(members);
        expect(await linesOfTree(workshop.repository, root.id)).toEqual(expected);
        expect(entries).toBe(expected.filter((line) => !/ folder \d+ $/.test(line)).length);
        expect(skipped).toEqual([]);
      },
    );
    await fc.assert(property, { numRuns: 40 });
  });

  test('the same from a volume in memory, for any folder of text names', async () => {
    const names = anyPlainName();
    const property = fc.asyncProperty(
      anyFolder({ attributes: fc.constant(NO_ATTRIBUTES), names }),
      async (members) => {
        const { fs } = memfs({});
        const make = (path: string, inside: readonly Member[]): void => {
          fs.mkdirSync(path);
          for (const member of inside) {
            const inner = `${path}/${Buffer.from(member.name).toString()}`;
            if (member.kind === 'folder') make(inner, member.members);
            else if (member.kind === 'file') fs.writeFileSync(inner, Buffer.from(member.content));
            else if (member.kind === 'executable') {
              fs.writeFileSync(inner, Buffer.from(member.content), { mode: 0o755 });
            }
          }
        };
        const withoutLinks = (inside: readonly Member[]): Member[] =>
          inside
            .filter(({ kind }) => kind !== 'symlink')
            .map((member) =>
              member.kind === 'folder' ? { ...member, members: withoutLinks(member.members) } : member,
            );
        make('/set', members);
        expect(await linesOf('/set', { files: nodeFiles(fs) })).toEqual(
          linesOfMembers(withoutLinks(members)),
        );
      },
    );
    await fc.assert(property, { numRuns: 30 });
  });

  test('symlinks of a volume in memory as they are', async () => {
    const { fs } = memfs({ '/set/file': 'x' });
    fs.symlinkSync('../nowhere', '/set/link');
    expect(await linesOf('/set', { files: nodeFiles(fs) })).toEqual([
      'file file 1 x',
      'link symlink 10 ../nowhere',
    ]);
  });

  test('two names that are different broken UTF-8 as two files', async () => {
    writeFileSync(place(Uint8Array.of(0x61, 0xff)), '1');
    writeFileSync(place(Uint8Array.of(0x61, 0xfe)), '2');
    expect(await linesOf(folder)).toEqual(['a%FE file 1 2', 'a%FF file 1 1']);
  });

  test('a file of some megabytes as the same bytes', async () => {
    const content = Buffer.alloc(3 * 2 ** 20 + 17, 'caskit ');
    writeFileSync(at('big'), content);
    const { root } = await workshop.take(fromFolder(folder));
    const [entry] = await readTree(workshop.repository.objects, root.id);
    expect(root.sizeBytes).toBe(content.length);
    expect(Buffer.from(await readObject(workshop.repository.objects, entry!.id)).equals(content)).toBe(true);
  });

  test('any of the three execute bits as executable', async () => {
    for (const mode of [0o644, 0o744, 0o654, 0o645]) writeFileSync(at(mode.toString(8)), '', { mode });
    for (const mode of [0o744, 0o654, 0o645]) chmodSync(at(mode.toString(8)), mode);
    expect(await linesOf(folder)).toEqual([
      '644 file 0 ',
      '645 executable 0 ',
      '654 executable 0 ',
      '744 executable 0 ',
    ]);
  });

  test('a folder that the path is a symlink to, and symlinks to folders in it as symlinks', async () => {
    mkdirSync(at('real'));
    writeFileSync(at('real/file'), 'x');
    symlinkSync('.', at('real/loop'));
    symlinkSync('real', at('link'));
    expect(await linesOf(at('link'))).toEqual(['file file 1 x', 'loop symlink 1 .']);
  });

  test('modification times as attributes, where they are asked for', async () => {
    writeFileSync(at('file'), '');
    utimesSync(at('file'), 1_500_000_000.25, 1_500_000_000.25);
    const { root } = await workshop.take(fromFolder(folder, { preserve: 'mtime' }));
    const [entry] = await readTree(workshop.repository.objects, root.id);
    expect(entry!.attributes).toEqual(new Map([['mtime', '1500000000.25']]));
  });
});

describe('formatSeconds()', () => {
  test('gives decimal seconds without zeros at the end', () => {
    expect(formatSeconds(0n)).toBe('0');
    expect(formatSeconds(1n)).toBe('0.000000001');
    expect(formatSeconds(1_500_000_000n)).toBe('1.5');
    expect(formatSeconds(-1_500_000_000n)).toBe('-1.5');
    expect(formatSeconds(-1n)).toBe('-0.000000001');
    expect(formatSeconds(10_000_000_000n)).toBe('10');
  });

  test('can be read back to the nanosecond', () => {
    const property = fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (nanoseconds) => {
      const [, sign, whole, fraction = ''] =
        /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(formatSeconds(nanoseconds)) ?? [];
      const absolute = BigInt(whole!) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
      expect(sign === '-' ? -absolute : absolute).toBe(nanoseconds);
    });
    fc.assert(property);
  });
});

describe('fromFolder() leaves out', () => {
  test("the store's own folder, silently, also under another name", async () => {
    await using inside = await openWorkshop({ store: 'set/.cas' });
    writeFileSync(inside.at('set/file'), 'x');
    symlinkSync('.cas/config.json', inside.at('set/link'));
    const taken = await inside.take(fromFolder(inside.at('set')));
    expect(await linesOfTree(inside.repository, taken.root.id)).toEqual([
      'file file 1 x',
      'link symlink 16 .cas/config.json',
    ]);
    expect(taken.skipped).toEqual([]);
    await using renamed = await openWorkshop({ store: 'set/deep/depot' });
    writeFileSync(renamed.at('set/deep/file'), 'x');
    const { root, skipped } = await renamed.take(fromFolder(renamed.at('set')));
    expect(await linesOfTree(renamed.repository, root.id)).toEqual(['deep folder 1 ', 'deep/file file 1 x']);
    expect(skipped).toEqual([]);
  });

  test("whatever else is named '.cas', and says so", async () => {
    for (const name of ['.cas', 'a', 'b', 'c']) mkdirSync(at(name));
    writeFileSync(at('.cas/config.json'), '{}');
    writeFileSync(at('a/.CAS'), 'x');
    symlinkSync('..', at('b/.Cas'));
    mkdirSync(at('c/.cas'));
    writeFileSync(at('.casignore'), '/c/.cas\n');
    const { root, skipped } = await workshop.take(fromFolder(folder));
    expect(await linesOfTree(workshop.repository, root.id)).toEqual([
      '.casignore file 8 /c/.cas%0A',
      'a folder 0 ',
      'b folder 0 ',
      'c folder 0 ',
    ]);
    expect(skipped).toEqual(['.cas', 'a/.CAS', 'b/.Cas']);
  });

  test('sockets and fifos where that is asked for, else refuses them by name', async () => {
    execFileSync('mkfifo', [at('fifo')]);
    const server = createServer().listen(at('socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    writeFileSync(at('file'), 'x');
    const error = {
      name: 'RefusedError',
      code: 'SPECIAL_FILE',
      message: expect.stringContaining(`'${at('fifo')}'`),
    };
    await expect(linesOf(folder)).rejects.toMatchObject(error);
    const { root, skipped } = await workshop.take(fromFolder(folder, { special: 'skip' }));
    expect(await linesOfTree(workshop.repository, root.id)).toEqual(['file file 1 x']);
    expect(skipped).toEqual(['fifo', 'socket']);
    expect(await linesOf(folder, { exclude: ['fifo', 'sock*'] })).toEqual(['file file 1 x']);
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('fromFolder() refuses', () => {
  test('a path that is not there, and one that is no folder', async () => {
    writeFileSync(at('file'), 'x');
    symlinkSync('file', at('link'));
    await expect(linesOf(at('none'))).rejects.toMatchObject({
      code: 'PATH_NOT_FOUND',
      name: 'NotFoundError',
    });
    for (const name of ['file', 'link']) {
      await expect(linesOf(at(name))).rejects.toMatchObject({
        code: 'NOT_A_FOLDER',
        name: 'InvalidInputError',
      });
    }
  });

  test("the store's folder and any in it, also by a symlink", async () => {
    const { root } = workshop.repository.layout;
    symlinkSync(join(root, 'refs'), at('link'));
    for (const path of [root, join(root, 'objects/pack'), at('link')]) {
      await expect(linesOf(path)).rejects.toMatchObject({ code: 'FOLDER_IN_STORE' });
    }
  });

  test('what lies over a thousand names deep, or has a path of over 4,095 bytes', async () => {
    const { fs } = memfs({});
    const files = nodeFiles(fs);
    fs.mkdirSync(`/deep${'/d'.repeat(1000)}`, { recursive: true });
    fs.mkdirSync(`/long${`/${'n'.repeat(255)}`.repeat(15)}/${'n'.repeat(254)}`, { recursive: true });
    expect(await linesOf('/deep', { files })).toHaveLength(1000);
    expect(await linesOf('/long', { files })).toHaveLength(16);
    fs.mkdirSync(`/deep${'/d'.repeat(1001)}`);
    fs.mkdirSync(`/long${`/${'n'.repeat(255)}`.repeat(15)}/${'n'.repeat(254)}/n`);
    for (const [path, limit] of [
      ['/deep', '1000 names'],
      ['/long', '4095 bytes'],
    ] as const) {
      const error = { code: 'PATH_INVALID', message: expect.stringContaining(limit) };
      await expect(linesOf(path, { files })).rejects.toMatchObject(error);
    }
  });

  test('a name that a tree cannot hold', async () => {
    const { fs } = memfs({ [`/set/${'n'.repeat(256)}`]: 'x' });
    await expect(linesOf('/set', { files: nodeFiles(fs) })).rejects.toMatchObject({ code: 'PATH_INVALID' });
  });

  test('to go on after an abort', async () => {
    for (let file = 0; file < 20; file++) writeFileSync(at(`${file}`), `${file}`);
    const stop = new AbortController();
    let opened = 0;
    const files = watchFiles(nodeFiles(), (call) => call === 'open' && ++opened === 5 && stop.abort());
    const { repository } = workshop;
    const target = { repository, objects: repository.objects, signal: stop.signal };
    await expect(fromFolder(folder, { files }).write(target)).rejects.toThrow(/abort/i);
    expect(opened).toBe(5);
  });
});

describe('progress', () => {
  test('ends with all files and bytes that were read', async () => {
    writeFileSync(at('a'), 'xyz');
    writeFileSync(at('b'), '');
    truncateSync(at('b'), 2 ** 21);
    renameSync(at('b'), at('c'));
    const events: ProgressEvent[] = [];
    const { repository } = workshop;
    const onProgress = (event: ProgressEvent): void => void events.push(event);
    await fromFolder(folder).write({ repository, objects: repository.objects, onProgress });
    expect(events.at(-1)).toEqual({ phase: 'reading', done: 2, unit: 'files', bytes: 3 + 2 ** 21 });
  });
});
