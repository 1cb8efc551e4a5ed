/** That nothing makes the folder export write outside of its target, and that what fails leaves nothing half. */
import { existsSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CorruptError } from '../../src/errors/errors.ts';
import { fileError } from '../../src/files/file-error.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import type { ObjectStore } from '../../src/odb/object-store.ts';
import type { FolderSummary } from '../../src/view/folder-writer.ts';
import type { FolderGuard } from '../../src/view/held-folder.ts';
import type { Member } from '../arbitraries/trees.ts';
import {
  type ExportOptions,
  expectUntouched,
  exportSet,
  hooked,
  linesIn,
  openSite,
  type Site,
} from './export-site.ts';
import { file, folder, symlink } from './stored-tree.ts';

let site: Site;
let top: string;
let target: string;
let canary: string;
beforeEach(() => {
  site = openSite();
  ({ top, target, canary } = site);
});
afterEach(() => site[Symbol.dispose]());

function put(members: readonly Member[], options: Partial<ExportOptions> = {}): Promise<FolderSummary> {
  return exportSet(members, { target, ...options });
}

describe.for<FolderGuard>(['descriptors', 'paths'])('toFolder() guarded by %s', (guard) => {
  const skips = guard === 'descriptors' && process.platform !== 'linux';

  test.skipIf(skips)('keeps what it writes in the target, whatever symlinks the set holds', async () => {
    const members = [
      symlink('a', canary),
      symlink('b', '../canary'),
      folder('c', [symlink('d', '../../canary/f')]),
    ];
    await put(members, { guard });
    await put([file('a', '1'), file('b', '2'), folder('c', [file('d', '3')])], {
      guard,
      existing: 'replace',
    });
    expect(linesIn(target)).toEqual(['a 644 1', 'b 644 2', 'c/ 755', 'c/d 644 3']);
    expectUntouched(site);
  });

  test.skipIf(skips)(
    'notices a folder that was swapped for a symlink, and writes nothing through it',
    async () => {
      const calls = ['open', 'touch', 'rename', 'stat', 'makeFolder'];
      for (const [at, swapAt] of calls.entries()) {
        target = join(top, `target-${at}`);
        let isSwapped = false;
        const files = hooked(nodeFiles(), (call) => {
          if (isSwapped && guard === 'descriptors') expectUntouched(site); // not even for a moment
          if (isSwapped || call !== swapAt || !existsSync(join(target, 'd'))) return;
          isSwapped = true;
          renameSync(join(target, 'd'), join(top, `away-${at}`));
          symlinkSync(join(canary, 'sub'), join(target, 'd'));
        });
        const members = [folder('d', [folder('e', [file('x', 'new')]), file('x', 'new')]), file('g')];
        await expect(put(members, { files, guard })).rejects.toMatchObject({ name: 'SystemError' });
        expect(isSwapped).toBe(true);
        expectUntouched(site);
      }
    },
  );

  test.skipIf(skips)('removes what it did not finish, and says of which path', async () => {
    const long = new Uint8Array(2_000_000);
    const members = [file('a', 'done'), folder('b', [file('x', long)])];
    const change = (objects: ObjectStore): ObjectStore => ({
      ...objects,
      open: async (id) => {
        const found = await objects.open(id);
        return found && { ...found, content: failAtTheEnd(long) };
      },
    });
    const damaged = put(members, { guard, change });
    await expect(damaged).rejects.toMatchObject({ name: 'CorruptError', code: 'OBJECT_CORRUPT' });
    await expect(damaged).rejects.toThrow(/^cannot export 'b\/x': /);
    expect(linesIn(target)).toEqual(['a 644 done', 'b/ 755']);
  });

  test.skipIf(skips)('removes what it did not finish where the disk fails, with a typed error', async () => {
    for (const fails of ['touch', 'rename']) {
      target = join(top, `target-${fails}`);
      const full = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
      const files = hooked(nodeFiles(), (call, path) => {
        if (call === fails) throw fileError(full, call, path);
      });
      const failed = put([file('a', '1')], { files, guard });
      await expect(failed).rejects.toMatchObject({ name: 'SystemError', code: 'NO_SPACE' });
      await expect(failed).rejects.toThrow("cannot write 'a': no space left on device");
      expect(linesIn(target)).toEqual([]);
    }
  });
});

async function* failAtTheEnd(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
  throw new CorruptError('OBJECT_CORRUPT', 'damaged');
}
