/** Why an object is in a store: against what a plain look through everything says. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatName, hashBytes, type ObjectId, type Store, type WhyReason } from '../../src/index.ts';
import { loosePath } from '../../src/loose/loose-path.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { commitFiles, DAY, NOW, openWorkshop } from '../store/workshop.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function shown({ label, how, role, path, snapshots }: WhyReason): string {
  return `${label} ${how} ${role} ${path === undefined ? '-' : formatName(path)} x${snapshots}`;
}

async function reasonsOf(store: Store, id: string): Promise<string[]> {
  return (await store.why(id)).reasons.map(shown).sort();
}

describe('why()', () => {
  test('names every label, path and role, and counts snapshots', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    await commitFiles(store, 'a', { x: 'one', 'd/y': 'one' });
    await commitFiles(store, 'a', { x: 'one', 'd/y': 'two' }, NOW + 1);
    await commitFiles(store, 'b', { z: 'one' });
    const id = hashBytes(bytesOf('one'));
    expect(await reasonsOf(store, id)).toEqual([
      'a history content d/y x1',
      'a history content x x1',
      'a now content x x1',
      'b now content z x1',
    ]);
    const tree = (await store.resolve('a:d')).id;
    expect(await reasonsOf(store, tree)).toEqual(['a now tree d x1']);
    expect(await reasonsOf(store, (await store.view('b')).treeId)).toEqual(['b now tree  x1']);
    expect(await reasonsOf(store, 'a~1')).toEqual(['a history snapshot - x1']);
    expect(await reasonsOf(store, id.slice(7, 15))).toHaveLength(4);
  });

  test('finds what was packed anew since the store was opened', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`f${at}`, `${at}`]));
    await commitFiles(store, 'a', many);
    await using other = await workshop.reopen();
    const id = hashBytes(bytesOf('7'));
    expect(await reasonsOf(other, id)).toEqual(['a now content f7 x1']);
    await commitFiles(store, 'a', { ...many, more: 'more' }, NOW + 1);
    await store.repack({ scope: 'all' });
    expect(await reasonsOf(other, id)).toEqual(['a history content f7 x1', 'a now content f7 x1']);
  });

  test('tells the same bytes as a file from the same bytes as a tree', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    await commitFiles(store, 'trees', { 'inner/one': '1' });
    const { treeId } = await store.view('trees');
    await store.commit('files', fromEntries([{ path: 'copy', content: await store.get(treeId) }]));
    expect(await reasonsOf(store, treeId)).toEqual(['files now content copy x1', 'trees now tree  x1']);
    expect(await reasonsOf(store, hashBytes(bytesOf('1')))).toEqual(['trees now content inner/one x1']);
  });

  test('goes by keep rules and the log: what a label was counts as long as it is kept', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    await commitFiles(store, 'a', { x: 'old' });
    await commitFiles(store, 'b', { x: 'new' });
    await store.labels.update([{ verb: 'move', name: 'a', at: 'b' }]);
    const id = hashBytes(bytesOf('old'));
    expect(await reasonsOf(store, id)).toEqual(['a former content x x1']);
    await store.labels.update([{ verb: 'keep', name: 'a', keep: '0' }]);
    const { reasons, last, trashedMs } = await store.why(id);
    expect([reasons, trashedMs]).toEqual([[], undefined]);
    expect(last).toMatchObject({ label: 'a', end: { n: 3, timeSeconds: NOW, who: 'ann' } });
  });

  test('passes over what a stopped collection took of what a label was, and of nothing else', async () => {
    await using workshop = await openWorkshop();
    const { store, files } = workshop;
    await commitFiles(store, 'a', { x: 'old' });
    const { treeId } = await store.view('a');
    await commitFiles(store, 'b', { x: 'new' });
    await store.labels.update([{ verb: 'move', name: 'a', at: 'b' }]);
    await files.remove(loosePath('/here/.cas/objects', treeId));
    expect((await store.why(hashBytes(bytesOf('old')))).reasons).toEqual([]);
    const id = hashBytes(bytesOf('new'));
    expect(await reasonsOf(store, id)).toEqual(['a now content x x1', 'b now content x x1']);
    await files.remove(loosePath('/here/.cas/objects', (await store.view('b')).treeId));
    await expect(store.why(id)).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
  });

  test('says when nothing kept it any more, also once it was collected, and does not take it back', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    await commitFiles(store, 'a', { 'd/x': 'old' });
    await store.labels.update([{ verb: 'delete', name: 'a' }], { reason: 'no use' });
    workshop.setTime(NOW + 91 * DAY);
    const id = hashBytes(bytesOf('old'));
    expect(await store.why(id)).toMatchObject({ reasons: [], last: { label: 'a', end: { why: 'no use' } } });
    await store.gc({ graceMs: 0 });
    const { reasons, trashedMs } = await store.why(id);
    expect([reasons, typeof trashedMs]).toEqual([[], 'number']);
    expect(await store.has(id)).toBe(false);
    const other = hashBytes(bytesOf('never seen'));
    expect(await store.why(other)).toEqual({ id: other, reasons: [], last: undefined, trashedMs: undefined });
  });

  test('finds what a walk through every set finds', async () => {
    const sets = fc.array(
      fc.dictionary(fc.constantFrom('x', 'd/x', 'd/e/x', 'f/e/x', 'f/x'), fc.constantFrom('1', '2', '3'), {
        minKeys: 1,
      }),
      { minLength: 1, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(sets, async (sets) => {
        await using workshop = await openWorkshop();
        const { store } = workshop;
        for (const [at, files] of sets.entries()) await commitFiles(store, `l${at % 2}`, files, NOW + at);
        const expected = new Map<ObjectId, Map<string, number>>();
        for (const { name, id: now } of await store.labels.list()) {
          for await (const { id } of store.log(name)) {
            for await (const { path, entry } of (await store.view(id)).entries()) {
              const role = entry.kind === 'folder' ? 'tree' : 'content';
              const key = `${name} ${id === now ? 'now' : 'history'} ${role} ${formatName(path)}`;
              const keys = expected.get(entry.id) ?? new Map<string, number>();
              expected.set(entry.id, keys.set(key, (keys.get(key) ?? 0) + 1));
            }
          }
        }
        for (const [id, keys] of expected) {
          const wanted = Array.from(keys, ([key, count]) => `${key} x${count}`).sort();
          const found = (await reasonsOf(store, id)).filter((line) => !/ former |tree {2}x/.test(line));
          expect(found).toEqual(wanted); // but for whole sets that are the same as a folder of another
        }
      }),
      { numRuns: 25 },
    );
  });
});
