/** What a clone leaves where it fails. */
import { createFsFromVolume, Volume } from 'memfs';
import { expect, test } from 'vitest';
import { nodeFiles } from '../../src/files/node-files.ts';
import { cloneStore } from '../../src/index.ts';

test('a clone of which nothing came leaves nothing, and no folder of others goes', async () => {
  const files = nodeFiles(createFsFromVolume(Volume.fromJSON({ '/x/mine/.keep': '' })) as never);
  const namesIn = async (path: string): Promise<string[]> =>
    ((await files.list(path)) ?? []).map(({ name }) => Buffer.from(name).toString());
  for (const url of ['/nowhere', 'ftp://host/store'])
    for (const folder of ['/x/new', '/x/mine'])
      await expect(cloneStore(url, folder, { files })).rejects.toMatchObject({
        code: expect.stringMatching(/STORE_NOT_FOUND|URL_INVALID/),
      });
  expect(await namesIn('/x')).toEqual(['mine']);
  expect(await namesIn('/x/mine')).toEqual(['.keep']);
});
