import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { openNode } from '../files/file-systems.ts';
import { FaultyFileSystem } from './faulty-file-system.ts';
import type { Loss } from './power-cut.ts';

const DROPPED: Loss = { kind: 'dropped' };

/** What is found when the power goes now. */
function cutNow(files: FaultyFileSystem, loss: Loss = DROPPED): FaultyFileSystem {
  return files.afterPowerCut(files.operations.length, loss);
}

async function read(files: FileSystem, path: string): Promise<string | undefined> {
  const bytes = await files.readFile(path, 1000);
  return bytes && Buffer.from(bytes).toString();
}

async function write(files: FileSystem, path: string, text: string): Promise<void> {
  await using file = await files.open(path, 'create');
  await file.write(encodeText(text), 0);
}

async function sync(files: FileSystem, path: string): Promise<void> {
  await using file = await files.open(path, 'update');
  await file!.sync();
}

describe('after a power cut', () => {
  test('a name is gone until its folder was synced, whatever the file was', async () => {
    const files = new FaultyFileSystem();
    await write(files, '/a', 'text');
    await sync(files, '/a');
    expect(await read(cutNow(files), '/a')).toBeUndefined();
    await files.syncFolder('/');
    expect(await read(cutNow(files), '/a')).toBe('text');
  });

  test('a file whose name is durable is empty until it was synced', async () => {
    const files = new FaultyFileSystem();
    await write(files, '/a', 'text');
    await files.syncFolder('/');
    expect(await read(cutNow(files), '/a')).toBe('');
    await sync(files, '/a');
    expect(await read(cutNow(files), '/a')).toBe('text');
  });

  test('names may be kept while the bytes are lost', async () => {
    const files = new FaultyFileSystem();
    await write(files, '/tmp', 'text');
    await files.rename('/tmp', '/a');
    expect(await read(cutNow(files, { kind: 'names-kept' }), '/a')).toBe('');
    expect(await read(cutNow(files, { kind: 'nothing' }), '/a')).toBe('text');
  });

  test('what was written after the last sync is lost, and what was before is not', async () => {
    const files = new FaultyFileSystem();
    await using file = await files.open('/a', 'create');
    await file.write(encodeText('one'), 0);
    await file.sync();
    await files.syncFolder('/');
    await file.write(encodeText(' two'), 3);
    await file.truncate(1);
    expect(await read(cutNow(files), '/a')).toBe('one');
  });

  test('a rename that was not synced left the file that was there', async () => {
    const files = new FaultyFileSystem();
    await write(files, '/a', 'old');
    await write(files, '/b', 'new');
    for (const path of ['/a', '/b']) await sync(files, path);
    await files.syncFolder('/');
    await files.rename('/b', '/a');
    const found = cutNow(files);
    expect([await read(found, '/a'), await read(found, '/b')]).toEqual(['old', 'new']);
    await files.syncFolder('/');
    expect([await read(cutNow(files), '/a'), await read(cutNow(files), '/b')]).toEqual(['new', undefined]);
  });

  test('a file that moved between folders is never lost', async () => {
    const files = new FaultyFileSystem();
    for (const folder of ['/x', '/y']) await files.makeFolder(folder);
    await write(files, '/x/a', 'text');
    await sync(files, '/x/a');
    for (const folder of ['/', '/x']) await files.syncFolder(folder);
    const from = files.operations.length;
    await files.rename('/x/a', '/y/a');
    await files.syncFolder('/x');
    for (const { files: found } of files.powerCuts({ from, seeds: [1, 2, 3, 4] })) {
      expect([await read(found, '/x/a'), await read(found, '/y/a')]).toContain('text');
    }
  });

  test('powerCuts() finds every disk that a stop at any operation leaves, and fewer of those that are the same', async () => {
    const files = new FaultyFileSystem();
    await files.makeFolder('/x');
    for (const text of ['one', 'two']) {
      await write(files, '/tmp', text);
      await sync(files, '/tmp');
      await files.rename('/tmp', '/x/a');
      await files.syncFolder('/x');
      await files.syncFolder('/');
    }
    await files.remove('/x/a');
    const told = async (found: FileSystem): Promise<string> => {
      const names = [await found.list('/'), await found.list('/x')].map((entries) =>
        entries?.map(({ name }) => Buffer.from(name).toString()),
      );
      return JSON.stringify([names, await read(found, '/tmp'), await read(found, '/x/a')]);
    };
    const losses: readonly Loss[] = [
      { kind: 'nothing' },
      DROPPED,
      { kind: 'names-kept' },
      { kind: 'random', seed: 1 },
    ];
    const every = new Set<string>();
    let stops = 0;
    for (let cut = 0; cut <= files.operations.length; cut++)
      for (const loss of losses) {
        every.add(`${loss.kind} ${await told(files.afterPowerCut(cut, loss))}`);
        stops++;
      }
    const found: string[] = [];
    for (const { loss, files: after } of files.powerCuts({ seeds: [1] }))
      found.push(`${loss.kind} ${await told(after)}`);
    expect(new Set(found)).toEqual(every);
    expect(found.length).toBeLessThan(stops);
  });

  test('a removal that was not synced may be undone', async () => {
    const files = new FaultyFileSystem();
    await write(files, '/a', 'text');
    await sync(files, '/a');
    await files.syncFolder('/');
    await files.remove('/a');
    expect(await read(cutNow(files), '/a')).toBe('text');
    await files.syncFolder('/');
    expect(await read(cutNow(files), '/a')).toBeUndefined();
  });

  test('what is found is durable, and its own power can be cut', async () => {
    const files = new FaultyFileSystem();
    await write(files, '/a', 'text');
    const found = cutNow(files, { kind: 'nothing' });
    await write(found, '/b', 'more');
    const again = cutNow(found);
    expect([await read(again, '/a'), await read(again, '/b')]).toEqual(['text', undefined]);
  });

  test('random loss is the same for the same seed, and covers none, some and all', async () => {
    const files = new FaultyFileSystem();
    await write(files, '/a', 'some text to tear');
    const found = async (seed: number): Promise<string | undefined> =>
      read(cutNow(files, { kind: 'random', seed }), '/a');
    const results = new Set<string | undefined>();
    for (let seed = 0; seed < 100; seed++) {
      expect(await found(seed)).toBe(await found(seed));
      results.add(await found(seed));
    }
    expect(results.size).toBeGreaterThan(5);
    for (const each of [undefined, '', 'some text to tear']) expect(results).toContain(each);
  });

  test('what was synced is there under every loss', async () => {
    const change = fc.tuple(fc.nat({ max: 20 }), fc.uint8Array({ minLength: 1, maxLength: 8 }));
    await fc.assert(
      fc.asyncProperty(fc.array(change), fc.array(change), fc.nat(), async (before, after, seed) => {
        const files = new FaultyFileSystem();
        await using file = await files.open('/a', 'create');
        for (const [at, bytes] of before) await file.write(bytes, at);
        await file.sync();
        await files.syncFolder('/');
        const synced = await files.readFile('/a', 100);
        for (const [at, bytes] of after) await file.write(bytes, at + 30); // beyond what was synced
        const found = await cutNow(files, { kind: 'random', seed }).readFile('/a', 100);
        expect(found?.subarray(0, synced!.length)).toEqual(synced);
      }),
    );
  });
});

describe('a call that is to fail', () => {
  test('fails at its count, once, and only where the path matches', async () => {
    const files = new FaultyFileSystem();
    files.fail({ call: 'create', errno: 'ENOSPC', at: 2, path: /^\/x/ });
    await write(files, '/x1', '');
    await write(files, '/y', '');
    await expect(write(files, '/x2', '')).rejects.toMatchObject({ code: 'NO_SPACE', errno: 'ENOSPC' });
    await write(files, '/x3', '');
  });

  test('fails from there on, until it is healed', async () => {
    const files = new FaultyFileSystem();
    files.fail({ errno: 'EIO', at: 2, times: 'from-then-on' });
    await files.makeFolder('/a');
    for (let at = 0; at < 3; at++)
      await expect(files.stat('/a')).rejects.toMatchObject({ code: 'IO_FAILED' });
    files.heal();
    expect(await files.stat('/a')).toMatchObject({ kind: 'folder' });
  });

  test('leaves half of what it was to write', async () => {
    const files = new FaultyFileSystem();
    files.fail({ call: 'write', errno: 'ENOSPC' });
    await expect(write(files, '/a', 'half of it')).rejects.toMatchObject({ code: 'NO_SPACE' });
    expect(await read(files, '/a')).toBe('half ');
  });

  test('when it is a sync, drops the bytes for good, though the next sync succeeds', async () => {
    const files = new FaultyFileSystem();
    await using file = await files.open('/a', 'create');
    await files.syncFolder('/');
    await file.write(encodeText('lost'), 0);
    files.fail({ call: 'sync', errno: 'EIO' });
    await expect(file.sync()).rejects.toMatchObject({ code: 'IO_FAILED' });
    await file.sync();
    expect(await read(files, '/a')).toBe('lost'); // as long as the machine runs
    expect(await read(cutNow(files), '/a')).toBe('');
    await file.write(encodeText('kept'), 4);
    await file.sync();
    expect(await read(cutNow(files), '/a')).toBe('\0\0\0\0kept');
  });

  test('when it is a sync of a folder, drops the names for good', async () => {
    const files = new FaultyFileSystem();
    await write(files, '/a', '');
    files.fail({ call: 'sync-folder', errno: 'EIO' });
    await expect(files.syncFolder('/')).rejects.toMatchObject({ code: 'IO_FAILED' });
    await files.syncFolder('/');
    expect(await files.stat('/a')).toBeDefined();
    expect(await cutNow(files).stat('/a')).toBeUndefined();
  });

  test('when it is a sync of a folder, and there is a journal, leaves the names to the next one', async () => {
    const files = new FaultyFileSystem({ unsyncedNames: 'journal' });
    await write(files, '/a', '');
    files.fail({ call: 'sync-folder', errno: 'EIO' });
    await expect(files.syncFolder('/')).rejects.toMatchObject({ code: 'IO_FAILED' });
    expect(await cutNow(files).stat('/a')).toBeUndefined();
    await files.syncFolder('/');
    expect(await cutNow(files).stat('/a')).toBeDefined();
  });
});

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

test('it answers as the machine’s own file system does, whatever is done to it', async () => {
  const name = fc.constantFrom('a', 'b', 'x', 'x/a', 'x/b', 'x/y');
  const step = fc.record({
    call: fc.constantFrom('create', 'write', 'folder', 'symlink', 'rename', 'link', 'remove', 'read', 'list'),
    from: name,
    to: name,
    at: fc.nat({ max: 5 }),
  });
  type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
  const act = async (files: FileSystem, root: string, { call, from, to, at }: Step): Promise<unknown> => {
    const [path, other] = [`${root}/${from}`, `${root}/${to}`];
    switch (call) {
      case 'create':
        return (await files.open(path, 'create')).close();
      case 'write': {
        await using file = await files.open(path, 'update');
        return await file?.write(encodeText(to), at);
      }
      case 'folder':
        return files.makeFolder(path);
      case 'symlink':
        return files.makeSymlink(encodeText(to), path);
      case 'rename':
        return isWithin(from, to) ? undefined : files.rename(path, other);
      case 'link':
        return files.link(path, other);
      case 'remove':
        return files.remove(path);
      case 'read':
        return files.readFile(path, 100);
      case 'list': {
        const entries = (await files.list(path)) ?? [];
        return entries.map(({ kind, name }) => `${kind} ${Buffer.from(name).toString()}`).sort();
      }
    }
  };
  const outcome = async (files: FileSystem, root: string, step: Step): Promise<unknown> =>
    act(files, root, step).catch((error: { code: string }) => error.code);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      await using node = await openNode();
      const faulty = new FaultyFileSystem();
      for (const each of steps) {
        expect(await outcome(faulty, '', each)).toEqual(await outcome(node.files, node.root, each));
      }
    }),
    { numRuns: 300 },
  );
});
