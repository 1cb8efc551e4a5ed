/** What others do to a lock between two looks at it. */
import { expect, test } from 'vitest';
import type { FileSystem } from '../../src/files/file-system.ts';
import { acquireLock, type LockOptions } from '../../src/files/lock.ts';
import { encodeLockRecord } from '../../src/files/lock-record.ts';
import type { ProcessIdentity } from '../../src/files/process-table.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';
import { watchFiles } from '../source/watched-files.ts';
import { fakeProcesses, identity } from './fake-processes.ts';

const TOKEN = '0123456789abcdef'.repeat(2);
const ME = identity(100);
const TRY_ONCE: LockOptions = { waitMs: 0, processes: fakeProcesses(ME) };

async function write(files: FileSystem, path: string, owner: ProcessIdentity, token = TOKEN): Promise<void> {
  await using file = await files.open(path, 'create');
  await file.write(encodeLockRecord({ process: owner, token }), 0);
}

async function namesIn(files: FileSystem, folder: string): Promise<string[]> {
  return ((await files.list(folder)) ?? []).map(({ name }) => Buffer.from(name).toString()).sort();
}

test.each(['stat', 'open'])('a lock that is given back just before the %s of it is taken', async (look) => {
  const inner = new FaultyFileSystem();
  await write(inner, '/x.lock', ME);
  const files = watchFiles(inner, (call, path) => call === look && path === '/x.lock' && inner.remove(path));
  await using _ = await acquireLock(files, '/x.lock', TRY_ONCE);
  expect(await namesIn(inner, '/')).toEqual(['x.lock']);
});

test('a breaker that is done just before it is looked at is not waited for', async () => {
  const inner = new FaultyFileSystem();
  await write(inner, '/x.lock', identity(200));
  const breaker = `/x.lock.break.${TOKEN}.0`;
  await write(inner, breaker, ME);
  const files = watchFiles(inner, (call, path) => call === 'stat' && path === breaker && inner.remove(path));
  await using _ = await acquireLock(files, '/x.lock', TRY_ONCE);
  expect(await namesIn(inner, '/')).toEqual(['x.lock']);
});

test('a breaker that looks late does not remove the lock of the next owner', async () => {
  const files = new FaultyFileSystem();
  await write(files, '/x.lock', identity(200));
  const holds = new Set<string>();
  const contend = async (pid: number): Promise<void> => {
    const others = [100, 101, 102, 103, 104].map((each) => identity(each));
    const processes = fakeProcesses(identity(pid), others);
    await using _ = await acquireLock(files, '/x.lock', { processes });
    expect(holds.size).toBe(0);
    holds.add(`${pid}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
    holds.clear();
  };
  await Promise.all([100, 101, 102, 103, 104].map(contend));
  expect(await namesIn(files, '/')).toEqual([]);
});

test('who was elected to break a lock leaves the one that another process has taken meanwhile', async () => {
  const inner = new FaultyFileSystem();
  await write(inner, '/x.lock', identity(200));
  let isElected = false;
  const files = watchFiles(inner, async (call, path) => {
    if (call !== 'stat' || path !== '/x.lock') return;
    isElected = (await namesIn(inner, '/')).includes(`x.lock.break.${TOKEN}.0`);
    if (!isElected) return;
    await inner.remove('/x.lock');
    await write(inner, '/x.lock', identity(300), 'f'.repeat(32));
  });
  const processes = fakeProcesses(ME, [identity(300)]);
  const failed = acquireLock(files, '/x.lock', { waitMs: 0, processes });
  await expect(failed).rejects.toMatchObject({
    code: 'LOCKED',
    message: expect.stringContaining('process 300'),
  });
  expect(isElected).toBe(false); // the last look was at the lock of process 300, with no election going on
  expect(await namesIn(inner, '/')).toEqual(['x.lock']);
});

test('a lock whose taking was done, but told as if it was not, is held', async () => {
  const inner = new FaultyFileSystem();
  const link = async (from: string, to: string): Promise<'exists'> => {
    await inner.link(from, to);
    return 'exists'; // as of a call to another host that was sent twice
  };
  const files: FileSystem = new Proxy(inner, {
    get: (target, name) => {
      if (name === 'link') return link;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const lock = await acquireLock(files, '/x.lock', TRY_ONCE);
  await lock.release();
  expect(await namesIn(inner, '/')).toEqual([]);
});
