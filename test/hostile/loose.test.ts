/** Loose objects that nobody of us wrote: read never wrong, found by a check, and healed by the right bytes. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { constants, deflateRawSync, deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { collectBytes, fromEntries, hashBytes, openStore } from '../../src/index.ts';
import { cpuMs } from '../cpu-time.ts';
import { objectPath, plantObject } from './raw-objects.ts';
import { codeOf, findingsOf, rawStore, readAll } from './raw-store.ts';

const CONTENT = Buffer.from('hello world, good bytes\n'.repeat(4));
const WHOLE = withHeader(`blob ${CONTENT.length}`);
const ID = hashBytes(CONTENT);

function withHeader(header: string, content: Uint8Array = CONTENT): Buffer {
  return Buffer.concat([Buffer.from(`${header}\0`), content]);
}

/** A megabyte that inflates to a gigabyte of zeros behind `start`. */
function bomb(start: string): Buffer {
  const cut = { finishFlush: constants.Z_SYNC_FLUSH };
  const zeros = deflateRawSync(Buffer.alloc(2 ** 20), cut);
  const head = Buffer.concat([Buffer.from([0x78, 0x01]), deflateRawSync(Buffer.from(start), cut)]);
  return Buffer.concat([head, ...Array.from({ length: 1024 }, () => zeros)]);
}

const WRONG: Readonly<Record<string, () => Buffer>> = {
  'a size too small': () => deflateSync(withHeader('blob 5')),
  'a size too large': () => deflateSync(withHeader('blob 500')),
  'a size of -1': () => deflateSync(withHeader('blob -1')),
  'a size of 1e3': () => deflateSync(withHeader('blob 1e3')),
  'a size with leading zeros': () => deflateSync(withHeader('blob 0096')),
  'a size of 2^53 - 1': () => deflateSync(withHeader('blob 9007199254740991')),
  'a size of 2^63': () => deflateSync(withHeader('blob 9223372036854775808')),
  'an unknown type': () => deflateSync(withHeader('blurb 96')),
  'the type of git tags': () => deflateSync(withHeader('tag 96')),
  'a type of 33 letters': () => deflateSync(withHeader(`${'x'.repeat(33)} 96`)),
  'no end of its header': () => deflateSync(Buffer.from(`blob 96 ${'y'.repeat(300)}`)),
  'bytes after its stream': () => Buffer.concat([deflateSync(WHOLE), Buffer.from('junk')]),
  'two streams': () => Buffer.concat([deflateSync(WHOLE), deflateSync(WHOLE)]),
  'a preset dictionary': () => deflateSync(WHOLE, { dictionary: Buffer.from('hello world') }),
  'a wrong checksum': () => Buffer.concat([deflateSync(WHOLE).subarray(0, -1), Buffer.from([0])]),
  'no checksum': () => deflateSync(WHOLE).subarray(0, -4),
  'half of its bytes': () => deflateSync(WHOLE).subarray(0, 20),
  'no compression': () => WHOLE,
  'no bytes': () => Buffer.alloc(0),
  'an empty stream': () => deflateSync(Buffer.alloc(0)),
  'another object': () => deflateSync(withHeader('blob 5', Buffer.from('other'))),
};

const IN_PLACE: Readonly<Record<string, (path: string) => void>> = {
  'a symlink': (path) => symlinkSync('/etc/passwd', path),
  'a symlink to itself': (path) => symlinkSync(path, path),
  'a pipe': (path) => void execFileSync('mkfifo', [path]),
  'a file of 100 GB without bytes': (path) => {
    writeFileSync(path, '');
    truncateSync(path, 10 ** 11);
  },
};

async function committed(): Promise<string> {
  const root = await rawStore();
  await using store = await openStore(root);
  await store.commit('x', fromEntries([{ path: 'f', content: CONTENT }]));
  return root;
}

/** Every way to read it ends in an error; a check names it; the right bytes heal it. */
async function expectDamage(root: string, fault?: string): Promise<void> {
  await using store = await openStore(root);
  // What lies in its place may be longer than may be held at once: that is refused before it is judged.
  const codes = fault === undefined ? ['OBJECT_CORRUPT', 'TOO_LARGE'] : ['OBJECT_CORRUPT'];
  expect(codes, fault).toContain(await codeOf(() => store.get(ID)));
  expect(await codeOf(() => collectBytes(store.read(ID))), fault).toBe('OBJECT_CORRUPT');
  expect(await codeOf(() => collectBytes(store.read(ID, { start: 1, end: 3 })))).toBe('OBJECT_CORRUPT');
  expect(['OBJECT_CORRUPT', 'ENTRY_SIZE_WRONG']).toContain(await codeOf(() => readAll(store, 'x')));
  expect((await findingsOf(root)).map(({ id, object }) => [id, object])).toEqual([['object-corrupt', ID]]);
}

async function expectHealed(root: string): Promise<void> {
  await using store = await openStore(root);
  expect(await store.put(CONTENT)).toBe(ID);
  await store.flush();
  expect(Buffer.from(await store.get(ID))).toEqual(CONTENT);
  expect(await findingsOf(root)).toEqual([]);
}

describe('a loose object', () => {
  test('with anything wrong is damage, and heals', async () => {
    const root = await committed();
    for (const [fault, make] of Object.entries(WRONG)) {
      plantObject(root, ID, make());
      await expectDamage(root, fault);
      await expectHealed(root);
    }
  });

  test.each(Object.entries(IN_PLACE))('that is %s is damage, and heals', async (_, make) => {
    const root = await committed();
    rmSync(objectPath(root, ID));
    make(objectPath(root, ID));
    await expectDamage(root);
    await expectHealed(root);
  });

  test('that is a folder is damage, and says what is in the way of the right bytes', async () => {
    const root = await committed();
    rmSync(objectPath(root, ID));
    mkdirSync(objectPath(root, ID));
    await expectDamage(root);
    const store = await openStore(root);
    await store.put(CONTENT);
    await expect(store.flush()).rejects.toThrow(/objects.*: it is a folder|not empty|exists/);
    rmSync(objectPath(root, ID), { recursive: true });
    await store.close();
    expect(await findingsOf(root)).toEqual([]);
  });

  test.each([`blob ${CONTENT.length}\0`, 'blob 5\0', ''])(
    'that is a bomb behind %j is not inflated',
    async (header) => {
      const root = await committed();
      plantObject(root, ID, bomb(header));
      const before = process.memoryUsage().rss;
      const started = cpuMs();
      await expectDamage(root);
      expect(cpuMs() - started).toBeLessThan(2000);
      expect(process.memoryUsage().rss - before).toBeLessThan(128 * 2 ** 20);
    },
  );
});
