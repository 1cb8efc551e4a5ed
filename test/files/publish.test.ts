import { mkdirSync, statSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { publish, writeFileDurably } from '../../src/files/publish.ts';
import {
  createTemporary,
  findWriterOf,
  isTemporaryName,
  temporaryName,
  writeTemporary,
} from '../../src/files/temporary.ts';
import { PUBLISHING_CALLS } from '../fakes/faults.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';
import { fileSystems, openNode } from './file-systems.ts';

const OLD = encodeText('old content');
const NEW = encodeText('new, and longer content');

async function namesIn(files: FaultyFileSystem, folder: string): Promise<string[]> {
  return ((await files.list(folder)) ?? []).map(({ name }) => Buffer.from(name).toString());
}

/** A system on which `/store/a` durably has the old content. */
async function withOld(): Promise<FaultyFileSystem> {
  const files = new FaultyFileSystem();
  await files.makeFolder('/store');
  await files.syncFolder('/');
  await writeFileDurably(files, '/store/a', OLD);
  return files;
}

for (const [name, open] of Object.entries(fileSystems)) {
  describe(`publish() on ${name}`, () => {
    test('a new file has its name, and the temporary one is gone', async () => {
      await using subject = await open();
      const { files, root } = subject;
      const temporary = await writeTemporary(files, root, NEW);
      expect(await publish(files, temporary, `${root}/a`)).toBe('published');
      expect(await files.readFile(`${root}/a`, 100)).toEqual(NEW);
      expect(await files.list(root)).toHaveLength(1);
    });

    test('a file that has the name keeps it, and the temporary one is still the caller’s', async () => {
      await using subject = await open();
      const { files, root } = subject;
      await writeFileDurably(files, `${root}/a`, OLD);
      const temporary = await writeTemporary(files, root, NEW);
      expect(await publish(files, temporary, `${root}/a`)).toBe('exists');
      expect(await files.readFile(`${root}/a`, 100)).toEqual(OLD);
      expect(await publish(files, temporary, `${root}/a`, { existing: 'replace' })).toBe('published');
      expect(await files.readFile(`${root}/a`, 100)).toEqual(NEW);
      expect(await files.list(root)).toHaveLength(1);
    });

    test('writeFileDurably() sets the permissions whatever the umask', async () => {
      await using subject = await open();
      const { files, root } = subject;
      await writeFileDurably(files, `${root}/a`, NEW, { permissions: 0o664 });
      expect(await files.stat(`${root}/a`)).toMatchObject({ mode: 0o664, sizeBytes: NEW.length });
    });
  });
}

test('publish() looks first where files cannot have two names', async () => {
  const files = await withOld();
  files.fail({ call: 'link', errno: 'ENOTSUP', times: 'from-then-on' });
  const temporary = await writeTemporary(files, '/store', NEW);
  expect(await publish(files, temporary, '/store/a')).toBe('exists');
  expect(await publish(files, temporary, '/store/b')).toBe('published');
  expect(await files.readFile('/store/b', 100)).toEqual(NEW);
});

test('writeFileDurably() leaves the old or the new content after any stop, and the new once it resolved', async () => {
  const files = await withOld();
  const from = files.operations.length;
  await writeFileDurably(files, '/store/a', NEW);
  const acknowledged = files.operations.length;
  for (const { cut, files: found } of files.powerCuts({ from, seeds: [1, 2, 3, 4, 5, 6, 7, 8] })) {
    const content = await found.readFile('/store/a', 100);
    expect([OLD, NEW]).toContainEqual(content);
    if (cut === acknowledged) expect(content).toEqual(NEW);
  }
});

test('writing in place instead would be caught: some stop leaves neither', async () => {
  const files = await withOld();
  await using file = (await files.open('/store/a', 'update'))!;
  await file.truncate(0);
  await file.write(NEW, 0);
  const found = [...files.powerCuts({ seeds: [1, 2, 3] })].map((each) => each.files);
  const contents = await Promise.all(found.map((each) => each.readFile('/store/a', 100)));
  expect(contents.some((content) => content !== undefined && content.length === 0)).toBe(true);
});

const CALLS = [...PUBLISHING_CALLS, 'set-mode'] as const;

test.each(CALLS)('writeFileDurably() with a %s that fails tells it, and leaves one file', async (call) => {
  const files = await withOld();
  files.fail({ call, errno: 'ENOSPC' });
  await expect(writeFileDurably(files, '/store/a', NEW, { permissions: 0o644 })).rejects.toMatchObject({
    name: 'SystemError',
    code: 'NO_SPACE',
    errno: 'ENOSPC',
  });
  expect(files.openFiles).toBe(0);
  expect(await namesIn(files, '/store')).toEqual(['a']);
  expect(await files.readFile('/store/a', 100)).toEqual(call === 'sync-folder' ? NEW : OLD);
  await writeFileDurably(files, '/store/a', NEW);
  expect(
    await files.afterPowerCut(files.operations.length, { kind: 'dropped' }).readFile('/store/a', 100),
  ).toEqual(NEW);
});

test('a sync that failed is not tried again', async () => {
  const files = await withOld();
  const before = files.operations.filter(({ kind }) => kind === 'sync').length;
  files.fail({ call: 'sync', errno: 'EIO' });
  await expect(writeFileDurably(files, '/store/a', NEW)).rejects.toMatchObject({ code: 'IO_FAILED' });
  expect(files.operations.filter(({ kind }) => kind === 'sync')).toHaveLength(before);
});

test('writeFileDurably() holds to a model under any faults: the last content that was acknowledged, or a later one', async () => {
  const step = fc.record({
    content: fc.uint8Array({ maxLength: 20 }),
    fault: fc.option(fc.record({ call: fc.constantFrom(...CALLS), at: fc.integer({ min: 1, max: 3 }) })),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), fc.nat(), async (steps, seed) => {
      const files = await withOld();
      let possible = [OLD];
      for (const { content, fault } of steps) {
        if (fault) files.fail({ ...fault, errno: 'EIO' });
        try {
          await writeFileDurably(files, '/store/a', content);
          possible = [content];
        } catch {
          possible.push(content);
        }
        const found = files.afterPowerCut(files.operations.length, { kind: 'random', seed });
        expect(possible).toContainEqual(await found.readFile('/store/a', 100));
      }
    }),
    { numRuns: 200 },
  );
});

test('temporary names differ, and are told from others', () => {
  const names = new Set(Array.from({ length: 100 }, () => temporaryName()));
  expect(names.size).toBe(100);
  for (const name of names) expect(isTemporaryName(name)).toBe(true);
  expect(temporaryName(() => new Uint8Array(8).fill(0xab))).toBe(`tmp_${process.pid}_abababababababab`);
  for (const name of ['tmp_', 'tmp_1_abc', 'tmp_0_0123456789abcdef', 'a', 'xtmp_1_0123456789abcdef']) {
    expect(isTemporaryName(name)).toBe(false);
  }
});

test('a temporary name says which process made it, and no other name does', () => {
  expect(findWriterOf(temporaryName())).toBe(process.pid);
  expect(findWriterOf('tmp_12_0123456789abcdef')).toBe(12);
  for (const name of ['tmp_0_0123456789abcdef', 'tmp_12_0123456789abcdef0', 'a']) {
    expect(findWriterOf(name)).toBeUndefined();
  }
});

test('createTemporary() leaves nothing where the permissions cannot be set', async () => {
  const files = await withOld();
  files.fail({ call: 'set-mode', errno: 'EPERM' });
  await expect(createTemporary(files, '/store', { permissions: 0o640 })).rejects.toMatchObject({
    code: 'NO_PERMISSION',
  });
  expect(await namesIn(files, '/store')).toEqual(['a']);
});

test('writeFileDurably() does not replace a folder', async () => {
  await using subject = await openNode();
  mkdirSync(`${subject.root}/a`);
  await expect(writeFileDurably(subject.files, `${subject.root}/a`, NEW)).rejects.toMatchObject({
    name: 'SystemError',
  });
  expect(await subject.files.list(subject.root)).toHaveLength(1);
  expect(statSync(`${subject.root}/a`).isDirectory()).toBe(true);
});
