import { utimesSync } from 'node:fs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { acquireLock, type LockOptions } from '../../src/files/lock.ts';
import { encodeLockRecord, findLockHolder } from '../../src/files/lock-record.ts';
import type { ProcessIdentity } from '../../src/files/process-table.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';
import { fakeProcesses, identity } from './fake-processes.ts';
import { fileSystems, openNode } from './file-systems.ts';

const TOKEN = '0123456789abcdef'.repeat(2);
const ME = identity(100);
const TRY_ONCE: LockOptions = { waitMs: 0, processes: fakeProcesses(ME) };

async function write(files: FileSystem, path: string, content: Uint8Array | string): Promise<void> {
  await using file = await files.open(path, 'create');
  await file.write(typeof content === 'string' ? encodeText(content) : content, 0);
}

async function namesIn(files: FileSystem, folder: string): Promise<string[]> {
  return ((await files.list(folder)) ?? []).map(({ name }) => Buffer.from(name).toString()).sort();
}

function heldBy(process: ProcessIdentity): Uint8Array {
  return encodeLockRecord({ process, token: TOKEN });
}

for (const [name, open] of Object.entries(fileSystems)) {
  describe(`acquireLock() on ${name}`, () => {
    test('one holds the lock, the next waits until it is released, and nothing is left', async () => {
      await using subject = await open();
      const { files, root } = subject;
      const order: string[] = [];
      const hold = async (who: string): Promise<void> => {
        await using _ = await acquireLock(files, `${root}/x.lock`, { processes: fakeProcesses(ME) });
        order.push(`${who} in`);
        await new Promise((resolve) => setTimeout(resolve, 5));
        order.push(`${who} out`);
      };
      await Promise.all(['a', 'b', 'c'].map(hold));
      for (let at = 0; at < order.length; at += 2) {
        expect(order[at + 1]).toBe(order[at]!.replace('in', 'out'));
      }
      expect(await namesIn(files, root)).toEqual([]);
    });

    test('a lock of a live process is LOCKED, and says who holds it', async () => {
      await using subject = await open();
      const { files, root } = subject;
      await using _ = await acquireLock(files, `${root}/x.lock`, TRY_ONCE);
      await expect(acquireLock(files, `${root}/x.lock`, { ...TRY_ONCE, waitMs: 20 })).rejects.toMatchObject({
        name: 'ConflictError',
        code: 'LOCKED',
        message: expect.stringMatching(
          /^cannot lock '.*x\.lock': process 100 on 'here' has held it since 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
        ),
        hint: expect.stringContaining('remove'),
      });
      expect(await namesIn(files, root)).toEqual(['x.lock']);
    });

    test.each([
      ['its process is gone', identity(200)],
      ['its number is another process now', identity(100, { start: '99999999999' })],
      ['the machine was started since', identity(100, { boot: 'boot-0' })],
    ])('a lock is taken from its owner when %s', async (_why, owner) => {
      await using subject = await open();
      const { files, root } = subject;
      await write(files, `${root}/x.lock`, heldBy(owner));
      await write(files, `${root}/x.lock.new.${TOKEN}`, heldBy(owner));
      await using _ = await acquireLock(files, `${root}/x.lock`, TRY_ONCE);
      expect(await namesIn(files, root)).toEqual(['x.lock']);
    });

    test.each([
      ['another host', identity(200, { host: 'there/machine/1' })],
      ['another boot of another host', identity(200, { host: 'there/machine/1', boot: 'boot-0' })],
      ['process 1, of unknown start', identity(1, { start: '-' })],
      ['an unknown boot', identity(1, { boot: '-' })],
    ])('a lock of %s is nobody else’s to take', async (_who, owner) => {
      await using subject = await open();
      const { files, root } = subject;
      await write(files, `${root}/x.lock`, heldBy(owner));
      const processes = fakeProcesses(ME, [identity(1)]);
      await expect(acquireLock(files, `${root}/x.lock`, { waitMs: 0, processes })).rejects.toMatchObject({
        code: 'LOCKED',
      });
      expect(await namesIn(files, root)).toEqual(['x.lock']);
    });

    test.each([
      ['empty', ''],
      ['garbage', '\0\xff garbage'],
      ['of process 2^40', heldText({ pid: 2 ** 40 })],
      ['of process 0', heldText({ pid: 0 })],
      ['cut short', heldText({ pid: 200 }).slice(0, -2)],
      ['far too long', 'x'.repeat(100_000)],
    ])('a lock file that is %s is LOCK_UNREADABLE, and stays', async (_what, content) => {
      await using subject = await open();
      const { files, root } = subject;
      await write(files, `${root}/x.lock`, content);
      await expect(acquireLock(files, `${root}/x.lock`, TRY_ONCE)).rejects.toMatchObject({
        name: 'ConflictError',
        code: 'LOCK_UNREADABLE',
        hint: expect.stringContaining(`${root}/x.lock`),
      });
      expect(await namesIn(files, root)).toEqual(['x.lock']);
    });

    test.each(['folder', 'symlink'])('a %s where the lock goes is LOCK_UNREADABLE', async (kind) => {
      await using subject = await open();
      const { files, root } = subject;
      if (kind === 'folder') await files.makeFolder(`${root}/x.lock`);
      else await files.makeSymlink(encodeText('nowhere'), `${root}/x.lock`);
      await expect(acquireLock(files, `${root}/x.lock`, TRY_ONCE)).rejects.toMatchObject({
        code: 'LOCK_UNREADABLE',
      });
    });

    test('files that it makes have the permissions that were asked for', async () => {
      await using subject = await open();
      const { files, root } = subject;
      await using _ = await acquireLock(files, `${root}/x.lock`, { ...TRY_ONCE, permissions: 0o664 });
      expect(await files.stat(`${root}/x.lock`)).toMatchObject({ mode: 0o664 });
    });
  });
}

function heldText({ pid }: { pid: number }): string {
  return Buffer.from(heldBy(identity(pid))).toString();
}

test('an empty lock file from before the machine started is what a power cut left, and is taken', async () => {
  await using subject = await openNode();
  const { files, root } = subject;
  await write(files, `${root}/x.lock`, '');
  utimesSync(`${root}/x.lock`, 1000, 1000);
  await using _ = await acquireLock(files, `${root}/x.lock`, TRY_ONCE);
  expect(await namesIn(files, root)).toEqual(['x.lock']);
});

test.each([
  ['15 days behind', -15],
  ['15 days ahead', 15],
])('a lock that is just being written stays its owner’s where the clock is %s', async (_, days) => {
  await using subject = await openNode();
  const { files, root } = subject;
  await write(files, `${root}/x.lock`, '');
  await write(files, `${root}/y.lock.new.${TOKEN}`, ''); // of one who waits for another lock
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * 24 * 60 * 60 * 1000 });
  onTestFinished(() => void vi.useRealTimers());
  const processes = { ...fakeProcesses(ME), upMs: 60_000 };
  await expect(acquireLock(files, `${root}/x.lock`, { waitMs: 0, processes })).rejects.toMatchObject({
    code: 'LOCK_UNREADABLE',
  });
  await using _lock = await acquireLock(files, `${root}/y.lock`, { waitMs: 0, processes });
  expect(await namesIn(files, root)).toEqual(['x.lock', 'y.lock', `y.lock.new.${TOKEN}`]);
});

test.each(['folder', 'symlink'])(
  'a %s from before the machine started is no lock of anybody',
  async (kind) => {
    await using subject = await openNode();
    const { files, root } = subject;
    if (kind === 'folder') await files.makeFolder(`${root}/x.lock`);
    else await files.makeSymlink(encodeText('nowhere'), `${root}/x.lock`);
    await files.touch(`${root}/x.lock`, 1000);
    await expect(acquireLock(files, `${root}/x.lock`, TRY_ONCE)).rejects.toMatchObject({
      code: 'LOCK_UNREADABLE',
    });
    expect(await namesIn(files, root)).toEqual(['x.lock']);
  },
);

test('what lies beside a lock stays: other files, however old, and what live processes wait with', async () => {
  await using subject = await openNode();
  const { files, root } = subject;
  const others = ['labels', 'x.lock.news', `y.lock.new.${TOKEN}`, `y.lock.break.${TOKEN}.0`];
  for (const name of others) await write(files, `${root}/${name}`, heldBy(identity(200)));
  await write(files, `${root}/empty`, '');
  utimesSync(`${root}/empty`, 1000, 1000);
  await write(files, `${root}/x.lock.new.${TOKEN}`, heldBy(identity(201)));
  const processes = fakeProcesses(ME, [identity(201)]);
  await (await acquireLock(files, `${root}/x.lock`, { processes })).release();
  expect(await namesIn(files, root)).toEqual(['empty', ...others, `x.lock.new.${TOKEN}`].sort());
});

test('release() of a lock that was removed by hand is well', async () => {
  const files = new FaultyFileSystem();
  const lock = await acquireLock(files, '/x.lock', TRY_ONCE);
  await files.remove('/x.lock');
  await lock.release();
  expect(await namesIn(files, '/')).toEqual([]);
});

test('release() twice is well, and leaves a lock that another has taken since', async () => {
  await using subject = await openNode();
  const { files, root } = subject;
  const lock = await acquireLock(files, `${root}/x.lock`, TRY_ONCE);
  await files.remove(`${root}/x.lock`); // by hand
  await using _ = await acquireLock(files, `${root}/x.lock`, TRY_ONCE);
  await lock.release();
  await lock.release();
  expect(await namesIn(files, root)).toEqual(['x.lock']);
});

test('release() that failed may be tried again', async () => {
  const files = new FaultyFileSystem();
  const lock = await acquireLock(files, '/x.lock', TRY_ONCE);
  files.fail({ call: 'remove', errno: 'EIO' });
  await expect(Promise.all([lock.release(), lock.release()])).rejects.toMatchObject({ code: 'IO_FAILED' });
  expect(await namesIn(files, '/')).toEqual(['x.lock']);
  await lock.release();
  expect(await namesIn(files, '/')).toEqual([]);
});

test('disposing a lock that cannot be removed leaves the error of what was done under it', async () => {
  const files = new FaultyFileSystem();
  await files.makeFolder('/d');
  const work = async (): Promise<void> => {
    await using _ = await acquireLock(files, '/d/x.lock', TRY_ONCE);
    files.fail({ call: 'remove', errno: 'EIO' });
    throw new Error('the first cause');
  };
  await expect(work()).rejects.toThrow('the first cause');
});

test('a lock that could not be removed, or was half taken, is in the way of others and not of its process', async () => {
  const files = new FaultyFileSystem();
  await files.makeFolder('/d');
  {
    await using _ = await acquireLock(files, '/d/x.lock', TRY_ONCE);
    files.fail({ call: 'remove', errno: 'EIO', times: 'from-then-on' });
  }
  await expect(acquireLock(files, '/d/x.lock', TRY_ONCE)).rejects.toMatchObject({ code: 'IO_FAILED' });
  files.heal();
  expect(await namesIn(files, '/d')).toContain('x.lock');
  await using _ = await acquireLock(files, '/d/x.lock', TRY_ONCE);
  expect(await namesIn(files, '/d')).toEqual(['x.lock']);
});

test('a live breaker is waited for, and the next generation follows a dead one', async () => {
  await using subject = await openNode();
  const { files, root } = subject;
  const [owner, first, second] = [identity(200), identity(201), identity(202)];
  await write(files, `${root}/x.lock`, heldBy(owner));
  await write(files, `${root}/x.lock.break.${TOKEN}.0`, heldBy(first));
  await write(files, `${root}/x.lock.break.${TOKEN}.1`, heldBy(second));
  const processes = fakeProcesses(ME, [second]);
  const options = { waitMs: 0, processes };
  await expect(acquireLock(files, `${root}/x.lock`, options)).rejects.toMatchObject({
    code: 'LOCKED',
    message: expect.stringContaining('process 202 '),
  });
  processes.alive.delete(second.pid);
  await using _ = await acquireLock(files, `${root}/x.lock`, options);
  expect(await namesIn(files, root)).toEqual(['x.lock']);
});

test('who takes a lock that a power cut left empty holds it, to those who come meanwhile', async () => {
  await using subject = await openNode();
  const { files, root } = subject;
  const breaker = identity(201);
  await write(files, `${root}/x.lock`, '');
  utimesSync(`${root}/x.lock`, 1000, 1000);
  const { token } = (await findLockHolder(files, `${root}/x.lock`))!;
  await write(files, `${root}/x.lock.break.${token}.0`, heldBy(breaker));
  const options = { waitMs: 0, processes: fakeProcesses(ME, [breaker]) };
  await expect(acquireLock(files, `${root}/x.lock`, options)).rejects.toMatchObject({
    code: 'LOCKED',
    message: expect.stringContaining('process 201 '),
  });
});

test('a signal ends the wait', async () => {
  await using subject = await openNode();
  const path = `${subject.root}/x.lock`;
  await using _ = await acquireLock(subject.files, path, TRY_ONCE);
  const signal = AbortSignal.timeout(10);
  await expect(acquireLock(subject.files, path, { signal })).rejects.toThrow(/abort|timeout/i);
});

test('where files cannot have two names, the lock is created in place', async () => {
  const files = new FaultyFileSystem();
  files.fail({ call: 'link', errno: 'ENOTSUP', times: 'from-then-on' });
  await write(files, '/x.lock', heldBy(identity(200)));
  await using _ = await acquireLock(files, '/x.lock', TRY_ONCE);
  await expect(acquireLock(files, '/x.lock', TRY_ONCE)).rejects.toMatchObject({ code: 'LOCKED' });
  expect(await namesIn(files, '/')).toEqual(['x.lock']);
});

test.each(['create', 'write', 'close', 'link', 'stat', 'read'] as const)(
  'a %s that fails is a typed error, leaves nothing, and the next try succeeds',
  async (call) => {
    const files = new FaultyFileSystem();
    await write(files, '/x.lock', heldBy(identity(200)));
    files.fail({ call, errno: 'EIO' });
    await expect(acquireLock(files, '/x.lock', TRY_ONCE)).rejects.toMatchObject({
      name: 'SystemError',
      code: 'IO_FAILED',
    });
    expect(await namesIn(files, '/')).toEqual(['x.lock']);
    expect(files.openFiles).toBe(0);
    await (await acquireLock(files, '/x.lock', TRY_ONCE)).release();
    expect(await namesIn(files, '/')).toEqual([]);
    expect(files.openFiles).toBe(0);
  },
);

test.each(['write', 'close'] as const)(
  'on a disk that fails for good from a %s on, the error is the first one',
  async (call) => {
    const files = new FaultyFileSystem();
    await write(files, '/x.lock', heldBy(identity(200)));
    for (const each of [call, 'close', 'remove'] as const)
      files.fail({ call: each, errno: 'EIO', times: 'from-then-on' });
    await expect(acquireLock(files, '/x.lock', TRY_ONCE)).rejects.toMatchObject({
      name: 'SystemError',
      message: expect.stringMatching(`cannot ${call}`),
    });
  },
);

test('after any stop of the process or the machine, the next process takes the lock', async () => {
  const files = new FaultyFileSystem();
  await write(files, '/x.lock', heldBy(identity(200)));
  const from = files.operations.length;
  const before = fakeProcesses(identity(300));
  await (await acquireLock(files, '/x.lock', { processes: before })).release();
  for (const { files: found, loss } of files.powerCuts({ from, seeds: [1, 2, 3, 4, 5] })) {
    const isReboot = loss.kind !== 'nothing';
    const self = identity(400, isReboot ? { boot: 'boot-2' } : {});
    const processes = { ...fakeProcesses(self), ...(isReboot && { upMs: -1000 }) };
    const lock = await acquireLock(found, '/x.lock', { waitMs: 0, processes });
    await lock.release();
    const left = (await namesIn(found, '/')).filter((name) => !name.startsWith('x.lock.new.'));
    expect(left).toEqual([]);
  }
});
