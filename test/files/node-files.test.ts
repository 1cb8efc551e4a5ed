import { execFileSync } from 'node:child_process';
import * as nodeFs from 'node:fs';
import { memfs } from 'memfs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { nodeFiles } from '../../src/files/node-files.ts';
import type { NodeFs } from '../../src/files/node-fs.ts';
import { openNode } from './file-systems.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

const onLinux = test.skipIf(process.platform !== 'linux');

/** The machine's own calls, some of them replaced. */
function withCalls(calls: Partial<NodeFs>): NodeFs {
  return { ...nodeFs, ...calls };
}

function failing(code: string): () => never {
  return () => {
    throw Object.assign(new Error(`${code}: made for a test`), { code });
  };
}

test('nodeFiles() is named for what it is over', () => {
  expect(nodeFiles().name).toBe('node');
  expect(nodeFiles(memfs({}).fs).name).toBe('memfs');
  expect(nodeFiles(nodeFs, { name: 'disk' }).name).toBe('disk');
});

onLinux('open() does not wait for a fifo, and refuses it', async () => {
  await using subject = await openNode();
  execFileSync('mkfifo', [`${subject.root}/fifo`]);
  for (const mode of ['read', 'update'] as const) {
    await expect(subject.files.open(`${subject.root}/fifo`, mode)).rejects.toMatchObject({
      code: 'NOT_A_FILE',
    });
  }
  await expect(subject.files.readFile(`${subject.root}/fifo`, 10)).rejects.toMatchObject({
    code: 'NOT_A_FILE',
  });
  expect(await subject.files.stat(`${subject.root}/fifo`)).toMatchObject({ kind: 'other' });
});

onLinux('a descriptor is given back where open() refuses what it opened', async () => {
  await using subject = await openNode();
  const openCount = (): number => nodeFs.readdirSync('/proc/self/fd').length;
  const before = openCount();
  for (let at = 0; at < 20; at++) await expect(subject.files.open(subject.root, 'read')).rejects.toThrow();
  expect(openCount()).toBe(before);
});

test('reads and writes that stop short go on until all is done', async () => {
  await using subject = await openNode();
  const files = nodeFiles(
    withCalls({
      readSync: (fd, into, offset, length, at) => nodeFs.readSync(fd, into, offset, Math.min(length, 3), at),
      writeSync: (fd, bytes, offset, length, at) =>
        nodeFs.writeSync(fd, bytes, offset, Math.min(length, 2), at),
    }),
  );
  const bytes = Uint8Array.from({ length: 100 }, (_, at) => at);
  await using file = await files.open(`${subject.root}/a`, 'create');
  await file.write(bytes, 5);
  const into = new Uint8Array(200);
  expect(await file.read(into, 5)).toBe(100);
  expect(into.subarray(0, 100)).toEqual(bytes);
});

test('a write that moves nothing is an error, not an endless loop', async () => {
  await using subject = await openNode();
  const files = nodeFiles(withCalls({ writeSync: () => 0 }));
  await using file = await files.open(`${subject.root}/a`, 'create');
  await expect(file.write(Uint8Array.of(1), 0)).rejects.toMatchObject({ code: 'IO_FAILED' });
});

test('several syncs run at once', async () => {
  await using subject = await openNode();
  let [running, most] = [0, 0];
  const fdatasync: NodeFs['fdatasync'] = (fd, done) => {
    most = Math.max(most, ++running);
    nodeFs.fdatasync(fd, (error) => {
      running--;
      done(error);
    });
  };
  const files = nodeFiles(withCalls({ fdatasync }));
  const opened = await Promise.all([1, 2, 3].map((name) => files.open(`${subject.root}/${name}`, 'create')));
  await Promise.all(opened.map((file) => file.sync()));
  await Promise.all(opened.map((file) => file.close()));
  expect(most).toBe(3);
});

test.each(['EINVAL', 'ENOTSUP', 'EISDIR', 'EPERM'])(
  'syncFolder() takes %s for a system without it',
  async (code) => {
    await using subject = await openNode();
    const error = Object.assign(new Error(code), { code });
    await nodeFiles(withCalls({ fsync: (_fd, done) => done(error) })).syncFolder(subject.root);
    await nodeFiles(withCalls({ openSync: failing(code) })).syncFolder(subject.root);
  },
);

test('syncFolder() never hides an I/O error', async () => {
  await using subject = await openNode();
  const error = Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' });
  const files = nodeFiles(withCalls({ fsync: (_fd, done) => done(error) }));
  await expect(files.syncFolder(subject.root)).rejects.toMatchObject({ code: 'IO_FAILED', errno: 'EIO' });
});

test.each(['EPERM', 'ENOTSUP', 'EMLINK', 'ENOSYS', 'EXDEV'])(
  'link() answers unsupported for %s',
  async (code) => {
    const files = nodeFiles(withCalls({ linkSync: failing(code) }));
    expect(await files.link('/a', '/b')).toBe('unsupported');
  },
);

test('remove() keeps the reason where a file may not be removed', async () => {
  await using subject = await openNode();
  await (await subject.files.open(`${subject.root}/a`, 'create')).close();
  const files = nodeFiles(withCalls({ unlinkSync: failing('EPERM') }));
  await expect(files.remove(`${subject.root}/a`)).rejects.toMatchObject({ code: 'NO_PERMISSION' });
  expect(await files.stat(`${subject.root}/a`)).toMatchObject({ kind: 'file' });
});

test('touch() is false where the time may not be set', async () => {
  const files = nodeFiles(withCalls({ lutimesSync: failing('EROFS') }));
  expect(await files.touch('/a')).toBe(false);
});

test.each([
  ['15 days behind', -15 * DAY_MS],
  ['a second behind', -1000],
  ['right', 0],
  ['15 days ahead', 15 * DAY_MS],
])('touch() leaves no file older than one that is made now, where the clock is %s', async (_, skewMs) => {
  await using subject = await openNode();
  const { files, root } = subject;
  for (const name of ['old', 'young']) await (await files.open(`${root}/${name}`, 'create')).close();
  await files.touch(`${root}/old`, 1000);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + skewMs });
  onTestFinished(() => void vi.useRealTimers());
  const before = (await files.stat(`${root}/young`))!.modifiedNs - 1_000_000n; // it is given in milliseconds
  expect([await files.touch(`${root}/old`), await files.touch(`${root}/young`)]).toEqual([true, true]);
  for (const name of ['old', 'young'])
    expect((await files.stat(`${root}/${name}`))!.modifiedNs).toBeGreaterThanOrEqual(before);
});

test('where open() cannot leave symlinks alone by itself, it looks first', async () => {
  await using subject = await openNode();
  nodeFs.writeFileSync(`${subject.root}/a`, 'x');
  nodeFs.symlinkSync('a', `${subject.root}/link`);
  const { O_NOFOLLOW, ...constants } = nodeFs.constants;
  expect(O_NOFOLLOW).toBeTypeOf('number');
  const files = nodeFiles(withCalls({ constants }));
  await expect(files.open(`${subject.root}/link`, 'read')).rejects.toMatchObject({ code: 'NOT_A_FILE' });
  await (await files.open(`${subject.root}/a`, 'read'))?.close();
});
