/** Folders that are held while they are written into: by which guard, and what becomes of them meanwhile. */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memfs } from 'memfs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { type FolderGuard, holdFolder, keepsNames, strongestGuard } from '../../src/view/held-folder.ts';

const files = nodeFiles();
const NAME = encodeText('d');
let top: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'caskit-held-'));
  mkdirSync(join(top, 'd'));
});
afterEach(() => rmSync(top, { recursive: true }));

test('strongestGuard() is by descriptors where the platform has them for these files', () => {
  expect(strongestGuard(files)).toBe(process.platform === 'linux' ? 'descriptors' : 'paths');
  expect(strongestGuard(nodeFiles(memfs({}).fs))).toBe('paths');
});

test.skipIf(process.platform !== 'linux')('keepsNames() leaves nothing of what it tried', async () => {
  const held = await holdFolder(files, top, 'descriptors');
  expect(await keepsNames(files, held, Uint8Array.of(0xff))).toBe(true);
  held.release();
  expect(readdirSync(top)).toEqual(['d']);
});

test('keepsNames() is false of a volume whose names are text', async () => {
  const volume = nodeFiles(memfs({ '/a/b': '' }).fs);
  expect(await keepsNames(volume, await holdFolder(volume, '/a', 'paths'), Uint8Array.of(0xff))).toBe(false);
  expect(await volume.list('/a')).toHaveLength(1);
});

describe.for<FolderGuard>(['descriptors', 'paths'])('a folder held by %s', (guard) => {
  const onSuch = test.skipIf(guard === 'descriptors' && process.platform !== 'linux');

  onSuch('is none where there is a file or a symlink', async () => {
    writeFileSync(join(top, 'file'), '');
    symlinkSync('d', join(top, 'link'));
    const held = await holdFolder(files, top, guard);
    for (const name of ['file', 'link']) {
      const failure = { name: 'SystemError', code: 'NOT_A_FOLDER' };
      await expect(holdFolder(files, join(top, name), guard)).rejects.toMatchObject(failure);
      await expect(held.enter(encodeText(name))).rejects.toMatchObject(failure);
    }
    held.release();
  });

  onSuch('is told from none, and from another one of its name', async () => {
    const held = await holdFolder(files, top, guard);
    const inner = await held.enter(NAME);
    await inner.check();
    await inner.checkName(NAME);
    renameSync(join(top, 'd'), join(top, 'e'));
    await expect(inner.checkName(NAME)).rejects.toMatchObject({ code: 'FOLDER_REPLACED' });
    mkdirSync(join(top, 'd'));
    await expect(inner.checkName(NAME)).rejects.toMatchObject({ code: 'FOLDER_REPLACED' });
    if (guard === 'paths') await expect(inner.check()).rejects.toMatchObject({ code: 'FOLDER_REPLACED' });
    inner.release();
    held.release();
  });
});
