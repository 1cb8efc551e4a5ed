/**
 * Any sequence of calls: an overlay answers, fails and ends as a folder on the disk does, and commits to the same tree.
 *
 * How many sequences are tried is set by `FUZZ_RUNS`.
 */

import * as fs from 'node:fs';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import type { OverlayFs } from '../../src/overlay/overlay-fs.ts';
import { fromFolder } from '../../src/source/folder.ts';
import { fromOverlay } from '../../src/source/overlay.ts';
import { findEntry } from '../../src/tree/find-entry.ts';
import { openWorkshop, type Workshop } from '../source/workshop.ts';
import { file, folder, program, symlink } from '../view/stored-tree.ts';
import { linesBelow, openTwins, type Twins, toldNow } from './twins.ts';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 60);
const MEMBERS = [
  folder('a', [folder('a', [file('f', 'deep')]), file('b', 'beside'), symlink('l', '../f')]),
  folder('b'),
  file('f', 'a file of some length'),
  symlink('gone', 'none/at/all'),
  symlink('l', 'a'),
  symlink('n', 'new'),
  program('p', '#!'),
];
const NAMES = ['a', 'b', 'f', 'l', 'n', 'p', 'gone', 'new'];

let workshop: Workshop;

beforeAll(async () => {
  workshop = await openWorkshop();
});

afterAll(() => workshop[Symbol.asyncDispose]());

type Calls = typeof fs;
/** What a step works on: one of the twins, and the files that it has open. */
interface Side {
  readonly calls: Calls;
  readonly open: number[];
  at(path: string): string;
}

interface Step {
  readonly title: string;
  run(side: Side): unknown;
}

const anyPath = (): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 }),
      fc.oneof({ weight: 12, arbitrary: fc.constant('') }, fc.constantFrom('/', '/.', '/..')),
    )
    .map(([names, end]) => names.join('/') + end);
const anyData = (): fc.Arbitrary<string> => fc.string({ maxLength: 12 });
const anyPosition = (): fc.Arbitrary<number | null> => fc.oneof(fc.constant(null), fc.nat(30));
const anyFlag = (): fc.Arbitrary<string | number> =>
  fc.oneof(
    fc.constantFrom('r', 'r+', 'w', 'w+', 'wx', 'wx+', 'a', 'a+', 'ax', 'rs+'),
    fc
      .constantFrom('O_CREAT', 'O_TRUNC', 'O_NOFOLLOW', 'O_DIRECTORY')
      .map((name) => fs.constants[name as 'O_CREAT']),
    fc.constant(fs.constants.O_CREAT | fs.constants.O_RDWR | fs.constants.O_NOFOLLOW),
  );

function step<Given extends unknown[]>(
  name: string,
  given: { [Index in keyof Given]: fc.Arbitrary<Given[Index]> },
  run: (side: Side, ...given: Given) => unknown,
): fc.Arbitrary<Step> {
  return fc.tuple(...given).map((drawn) => ({
    title: `${name} ${JSON.stringify(drawn)}`,
    run: (side) => run(side, ...(drawn as Given)),
  }));
}

function openFile(side: Side, number: number): number {
  return side.open[number % Math.max(side.open.length, 1)] ?? 999_999;
}

const STEPS: readonly fc.Arbitrary<Step>[] = [
  step(
    'writeFile',
    [anyPath(), anyData(), fc.constantFrom('w', 'a', 'wx', 'r+')],
    ({ calls, at }, path, data, flag) => calls.writeFileSync(at(path), data, { flag }),
  ),
  step('writeFile to execute', [anyPath()], ({ calls, at }, path) =>
    calls.writeFileSync(at(path), 'x', { mode: 0o755 }),
  ),
  step('appendFile', [anyPath(), anyData()], ({ calls, at }, path, data) =>
    calls.appendFileSync(at(path), data),
  ),
  step('readFile', [anyPath()], ({ calls, at }, path) => calls.readFileSync(at(path), 'utf8')),
  step('readdir', [anyPath()], ({ calls, at }, path) => calls.readdirSync(at(path))),
  step('stat', [anyPath()], ({ calls, at }, path) => calls.statSync(at(path))),
  step('lstat', [anyPath()], ({ calls, at }, path) => calls.lstatSync(at(path))),
  step('mkdir', [anyPath()], ({ calls, at }, path) => calls.mkdirSync(at(path))),
  step('mkdir -p', [anyPath()], ({ calls, at }, path) => calls.mkdirSync(at(path), { recursive: true })),
  step('rmdir', [anyPath()], ({ calls, at }, path) => calls.rmdirSync(at(path))),
  step('unlink', [anyPath()], ({ calls, at }, path) => calls.unlinkSync(at(path))),
  step(
    'rm',
    [fc.constantFrom(...NAMES, 'a/a', 'a/b', 'b/f', 'l/b'), fc.boolean(), fc.boolean()],
    ({ calls, at }, path, force, recursive) => calls.rmSync(at(path), { force, recursive }),
  ),
  step('rename', [anyPath(), anyPath()], ({ calls, at }, path, to) => calls.renameSync(at(path), at(to))),
  step(
    'symlink',
    [fc.constantFrom(...NAMES, '../f', 'a/b', '.', ''), anyPath()],
    ({ calls, at }, target, path) => calls.symlinkSync(target, at(path)),
  ),
  step('readlink', [anyPath()], ({ calls, at }, path) => calls.readlinkSync(at(path))),
  step('truncate', [anyPath(), fc.nat(40)], ({ calls, at }, path, length) =>
    calls.truncateSync(at(path), length),
  ),
  step('chmod', [anyPath(), fc.constantFrom(0o644, 0o755, '600')], ({ calls, at }, path, mode) =>
    calls.chmodSync(at(path), mode),
  ),
  step('utimes', [anyPath(), fc.nat(2 ** 31)], ({ calls, at }, path, time) => {
    calls.utimesSync(at(path), time, time);
    return calls.statSync(at(path)).mtimeMs;
  }),
  step(
    'copyFile',
    [anyPath(), anyPath(), fc.constantFrom(0, fs.constants.COPYFILE_EXCL)],
    ({ calls, at }, path, to, mode) =>
      // that of the runtime takes away the destination when the source is a folder
      calls.statSync(at(path)).isDirectory() ? 'a folder' : calls.copyFileSync(at(path), at(to), mode),
  ),
  step(
    'access',
    [anyPath(), fc.constantFrom(0, fs.constants.W_OK, fs.constants.X_OK)],
    ({ calls, at }, path, mode) => calls.accessSync(at(path), mode),
  ),
  step(
    'open',
    [anyPath(), anyFlag()],
    ({ calls, at, open }, path, flag) => void open.push(calls.openSync(at(path), flag)),
  ),
  step('close', [fc.nat(9)], (side, number) => {
    const fd = openFile(side, number);
    side.calls.closeSync(fd);
    side.open.splice(side.open.indexOf(fd), 1);
  }),
  step('write', [fc.nat(9), anyData(), anyPosition()], (side, number, data, position) =>
    side.calls.writeSync(openFile(side, number), data, position),
  ),
  step('write a part', [fc.nat(9), fc.nat(4), anyPosition()], (side, number, offset, position) =>
    side.calls.writeSync(openFile(side, number), Buffer.from('buffer'), offset, 2, position),
  ),
  step('writev', [fc.nat(9), anyPosition()], (side, number, position) =>
    side.calls.writevSync(
      openFile(side, number),
      [Buffer.from('one'), Buffer.from('two')],
      position ?? undefined,
    ),
  ),
  step('writeFile to a descriptor', [fc.nat(9), anyData()], (side, number, data) =>
    side.calls.writeFileSync(openFile(side, number), data),
  ),
  step('read', [fc.nat(9), anyPosition()], (side, number, position) => {
    const buffer = Buffer.alloc(10);
    return [side.calls.readSync(openFile(side, number), buffer, 0, 10, position), buffer.toString('latin1')];
  }),
  step('readFile of a descriptor', [fc.nat(9)], (side, number) =>
    side.calls.readFileSync(openFile(side, number), 'latin1'),
  ),
  step('fstat', [fc.nat(9)], (side, number) => side.calls.fstatSync(openFile(side, number))),
  step('ftruncate', [fc.nat(9), fc.nat(40)], (side, number, length) =>
    side.calls.ftruncateSync(openFile(side, number), length),
  ),
];

function sidesOf({ overlay, at }: Twins): readonly [overlay: Side, disk: Side] {
  return [
    { calls: overlay as unknown as Calls, open: [], at },
    { calls: fs, open: [], at },
  ];
}

describe('an overlay', () => {
  test('answers, fails and ends as a folder on the disk, and commits to the same tree', {
    timeout: 60_000 + RUNS * 100,
  }, async () => {
    const anySteps = fc.array(fc.oneof(...STEPS), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(anySteps, async (steps) => {
        using twins = await openTwins(MEMBERS);
        const [overlay, disk] = sidesOf(twins);
        for (const { title, run } of steps) {
          const expected = toldNow(() => run(disk));
          expect({ title, told: toldNow(() => run(overlay)) }).toEqual({ title, told: expected });
        }
        for (const fd of disk.open) fs.closeSync(fd);
        expect(linesBelow(twins.overlay, twins.root)).toEqual(linesBelow(fs, twins.root));
        expect(await committedTree(twins.overlay, twins.root)).toBe(await folderTree(twins.root));
      }),
      { numRuns: RUNS },
    );
  });
});

async function folderTree(path: string): Promise<string> {
  return (await workshop.take(fromFolder(path))).root.id;
}

async function committedTree(overlay: OverlayFs, path: string): Promise<string | undefined> {
  const { objects } = workshop.repository;
  const { root } = await workshop.take(fromOverlay(overlay));
  return (await findEntry(objects, root.id, path.split('/').slice(1).map(encodeText)))?.id;
}
