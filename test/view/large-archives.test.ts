/** Archives beyond 16 and 32 bits, and of trees that are read as streams, made without the bytes that they claim. */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { type ByteStream, collectBytes } from '../../src/flow/byte-stream.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { NO_ATTRIBUTES } from '../../src/object/attributes.ts';
import type { TreeEntry } from '../../src/object/tree-entry.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import type { ObjectReader } from '../../src/odb/object-store.ts';
import { writeTree } from '../../src/tree/builder.ts';
import { openView, type View } from '../../src/view/view.ts';

const ENTRIES = 70_000;
const BEFORE_NUMBER = 'a-name-that-is-so-long-that-the-tree-has-over-8-MiB-and-so-is-read-as-a-stream-';
const PIECE = new Uint8Array(2 ** 20);

let top: string;
beforeAll(() => {
  top = mkdtempSync(join(tmpdir(), 'caskit-large-'));
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

function need(context: TestContext, command: string, version = '--version'): void {
  if (spawnSync(command, [version]).error === undefined) return;
  if (process.env['CI'] !== undefined) throw new Error(`${command} is missing`);
  context.skip(`${command} is not installed`);
}

/** What Python says at the end of `lines`, with the zip open as `z`. */
function python(path: string, lines: readonly string[]): unknown {
  const script = ['import json, zipfile', `z = zipfile.ZipFile(${JSON.stringify(path)})`, ...lines].join(
    '\n',
  );
  return JSON.parse(execFileSync('python3', ['-c', script], { encoding: 'utf8' }));
}

describe('a set of 70,000 files in one folder', () => {
  let view: View;
  let treeBytes = 0;
  beforeAll(async () => {
    const objects = memoryStore();
    const content = encodeText('x');
    const id = await objects.put('content', content);
    const entries = Array.from({ length: ENTRIES }, (_, at): TreeEntry => {
      const name = encodeText(`${BEFORE_NUMBER}${at + 100_000}`);
      return { name, kind: 'file', sizeBytes: 1, id, attributes: NO_ATTRIBUTES };
    });
    const { id: treeId } = await writeTree(objects, entries);
    treeBytes = (await objects.stat(treeId))!.sizeBytes;
    view = openView(objects, { treeId, timeSeconds: 1_600_000_000 });
  });

  test('is read as a stream, and walked to its end by an update that is only rehearsed', async () => {
    expect(treeBytes).toBeGreaterThan(8 * 2 ** 20);
    const options = { mode: 'rehearse', include: ['*7'] } as const;
    expect(await view.updateFolder(join(top, 'none'), options)).toMatchObject({ files: ENTRIES / 10 });
  });

  test('is a tar that tar reads, to its last member', async (context) => {
    need(context, 'tar');
    const path = join(top, 'many.tar');
    writeFileSync(path, await collectBytes(view.tar()));
    const names = execFileSync('tar', ['-tf', path], { maxBuffer: 2 ** 26, encoding: 'utf8' }).split('\n');
    expect([names.length - 1, names.at(-2)]).toEqual([ENTRIES, `${BEFORE_NUMBER}169999`]);
  });

  test('is a zip with more members than 16 bits can count, for Python and unzip', async (context) => {
    need(context, 'python3');
    need(context, 'unzip', '-v');
    const path = join(top, 'many.zip');
    writeFileSync(path, await collectBytes(view.zip()));
    const last = `${BEFORE_NUMBER}169999`;
    const told = [
      `print(json.dumps([len(z.infolist()), z.read(${JSON.stringify(last)}).decode(), z.testzip()]))`,
    ];
    expect(python(path, told)).toEqual([ENTRIES, 'x', null]);
    expect(execFileSync('unzip', ['-tq', path], { encoding: 'utf8' })).toContain('No errors detected');
    expect(execFileSync('unzip', ['-p', path, last], { encoding: 'utf8' })).toBe('x');
  });
});

describe('a file of over 4 GiB', () => {
  const sizeBytes = 5 * 2 ** 30 + 1;
  const packedBytes = 2 ** 32 + 2 ** 20;
  const id = hashBytes(encodeText('stands for what nobody has'));

  /** A store that has it deflated, as it says: nobody inflates it here. */
  async function viewOfLong(bytes: number): Promise<View> {
    const objects = memoryStore();
    const small = await objects.put('content', encodeText('small'));
    const entry = (name: string, of: { id: typeof id; sizeBytes: number }): TreeEntry => {
      return { ...of, name: encodeText(name), kind: 'file', attributes: NO_ATTRIBUTES };
    };
    const { id: treeId } = await writeTree(objects, [
      entry('a', { id: small, sizeBytes: 5 }),
      entry('long', { id, sizeBytes }),
      entry('z', { id: small, sizeBytes: 5 }),
    ]);
    const reader: ObjectReader = {
      ...objects,
      findDeflated: (asked) =>
        asked === id
          ? {
              id,
              sizeBytes,
              contentCrc: 0x1234_5678,
              deflatedBytes: bytes,
              deflated: zeros(bytes),
              zlib: zeros(0),
            }
          : undefined,
    };
    return openView(reader, { treeId, timeSeconds: 1_600_000_000 });
  }

  const told = [
    'told = [[i.filename, i.file_size, i.compress_size, i.header_offset, i.CRC] for i in z.infolist()]',
    "print(json.dumps([told, z.read('a').decode(), z.read('z').decode()]))",
  ];

  test('has its sizes, and what follows it its place, in 64 bits, for Python and unzip', async (context) => {
    need(context, 'python3');
    need(context, 'unzip', '-v');
    const path = join(top, 'long.zip');
    await writeSparse(path, (await viewOfLong(packedBytes)).zip());
    const [found, first, last] = python(path, told) as [readonly unknown[], string, string];
    const [a, long, z] = found as [
      readonly unknown[],
      [string, number, number, number, number],
      [string, number, number, number],
    ];
    expect(a.slice(0, 2)).toEqual(['a', 5]);
    expect(long).toEqual(['long', sizeBytes, packedBytes, long[3], 0x1234_5678]);
    expect(z[3]).toBeGreaterThan(packedBytes);
    expect([first, last]).toEqual(['small', 'small']);
    expect(execFileSync('unzip', ['-p', path, 'z'], { encoding: 'utf8' })).toBe('small');
    expect(execFileSync('unzip', ['-l', path], { encoding: 'utf8' })).toContain(`${sizeBytes}  2020`);
  });

  test('has its size in 64 bits where its deflate is short', async (context) => {
    need(context, 'python3');
    const path = join(top, 'short.zip');
    await writeSparse(path, (await viewOfLong(3)).zip());
    const [found] = python(path, told) as [readonly unknown[]];
    expect((found[1] as unknown[]).slice(0, 3)).toEqual(['long', sizeBytes, 3]);
  });
});

async function* zeros(bytes: number): AsyncGenerator<Uint8Array> {
  for (let rest = bytes; rest > 0; rest -= PIECE.length) yield PIECE.subarray(0, rest);
}

/** Writes what is not zeros, and leaves holes. */
async function writeSparse(path: string, stream: ByteStream): Promise<void> {
  const file = openSync(path, 'w');
  let at = 0;
  for await (const piece of stream) {
    if (!isZeros(piece)) writeSync(file, piece, 0, piece.length, at);
    at += piece.length;
  }
  ftruncateSync(file, at);
  closeSync(file);
}

function isZeros(piece: Uint8Array): boolean {
  return Buffer.compare(piece, PIECE.subarray(0, piece.length)) === 0;
}
