/** A view of a store that has nothing at once: the calls that may wait work, and the others say why they do not. */
import { expect, test } from 'vitest';
import { openViewFs } from '../../src/vfs/view-fs.ts';
import { openFaulty } from '../files/file-systems.ts';
import { openFiles } from '../odb/object-stores.ts';
import { file, folder, storeMembers } from '../view/stored-tree.ts';

test('what cannot be had at once is CONTENT_NOT_HERE, with a hint, and is read by who waits', async () => {
  await using place = await openFaulty();
  expect(place.files.openNow).toBeUndefined();
  await place.files.makeFolder(`${place.root}/pack`);
  await using store = openFiles(place.files, place.root);
  const { id: treeId } = await storeMembers(store, [folder('d', [file('f', 'waited for')])]);
  const view = openViewFs(store, { treeId, timeSeconds: 0 });
  const notHere = expect.objectContaining({
    name: 'SystemError',
    code: 'CONTENT_NOT_HERE',
    hint: 'use the calls that take a callback or answer with a promise',
  });
  for (const call of [
    () => view.readFileSync('/d/f'),
    () => view.statSync('/d'),
    () => view.existsSync('/d'),
    () => view.readdirSync('/'),
    () => view.opendirSync('/'),
  ]) {
    expect(call).toThrow(notHere);
  }
  expect(view.statSync('/').isDirectory()).toBe(true); // for which nothing is read
  expect(await view.promises.readdir('/')).toEqual(['d']);
  expect(view.readdirSync('/')).toEqual(['d']); // which is known by now
  expect(await view.promises.readFile('/d/f', 'utf8')).toBe('waited for');
  expect((await view.createReadStream('/d/f').toArray()).join('')).toBe('waited for');
  expect(() => view.readFileSync('/d/f')).toThrow(notHere);
});
