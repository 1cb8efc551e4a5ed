/** What a collection takes, what it leaves, and what can be taken back. */
import { describe, expect, test } from 'vitest';
import { hexOf, type ObjectId, type Store } from '../../src/index.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { takeLease } from '../../src/store/lease.ts';
import { commitFiles, DAY, NOW, openWorkshop, type Workshop } from '../store/workshop.ts';

/** Makes all files of objects so old. */
async function age({ files }: Workshop, ageSeconds: number): Promise<void> {
  const when = Date.now() / 1000 - ageSeconds;
  for (const { name } of (await files.list('/here/.cas/objects')) ?? []) {
    const folder = `/here/.cas/objects/${String.fromCharCode(...name)}`;
    for (const file of (await files.list(folder)) ?? [])
      await files.touch(`${folder}/${String.fromCharCode(...file.name)}`, when);
  }
}

async function touch({ files }: Workshop, id: ObjectId, ageSeconds: number): Promise<void> {
  const hex = hexOf(id);
  const path = `/here/.cas/objects/${hex.slice(0, 2)}/${hex.slice(2)}`;
  await files.touch(path, Date.now() / 1000 - ageSeconds);
}

async function put(store: Store, text: string): Promise<ObjectId> {
  const id = await store.put(text);
  await store.flush();
  return id;
}

async function expectSound(store: Store): Promise<void> {
  for await (const { severity, message } of store.fsck())
    expect([severity, message]).toEqual(['info', message]);
}

async function collect(store: Store): Promise<number> {
  const { collected } = await store.gc({ graceMs: 0 });
  await expectSound(store);
  return collected.count;
}

describe('gc()', () => {
  test('takes what no label reaches, and leaves what one does', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    const kept = await commitFiles(store, 'a', { x: 'one', 'd/y': 'two' });
    const id = await put(store, 'left alone');
    expect(await store.gc({ graceMs: 0, mode: 'rehearse' })).toMatchObject({
      kind: 'rehearsed',
      collected: { count: 1 },
    });
    expect(await store.has(id)).toBe(true);
    const result = await store.gc({ graceMs: 0 });
    expect(result).toMatchObject({ kind: 'collected', collected: { count: 1 }, trash: { count: 1 } });
    expect(result.before.bytes - result.collected.bytes).toBeGreaterThan(0);
    expect(await store.has(id)).toBe(false);
    expect((await store.resolve('a')).id).toBe(kept);
    await expectSound(store);
    expect(await collect(store)).toBe(0);
  });

  test('leaves what is younger than the grace, and all that it reaches', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    await commitFiles(store, 'a', { 'd/x': 'one' });
    const { id } = await store.resolve('a');
    const content = (await store.resolve('a:d/x')).id;
    await store.labels.update([{ verb: 'delete', name: 'a' }]);
    await store.setSetting('labels.window', '0d');
    workshop.setTime(NOW + 1);
    await using later = await workshop.reopen();
    await age(workshop, 15 * DAY);
    await touch(workshop, id, 13 * DAY);
    expect(await later.gc()).toMatchObject({ collected: { count: 0 } });
    await touch(workshop, id, 15 * DAY);
    await touch(workshop, content, -DAY); // a clock that was ahead
    expect(await later.gc()).toMatchObject({ collected: { count: 3 } });
    expect(await later.has(content)).toBe(true);
    await touch(workshop, content, 15 * DAY);
    expect(await later.gc()).toMatchObject({ collected: { count: 1 } });
  });

  test('keeps what a label was, and what a deleted one was for as long as the window', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    const first = await commitFiles(store, 'a', { x: 'one' });
    await store.labels.update([{ verb: 'delete', name: 'a' }]);
    await commitFiles(store, 'b', { x: 'two' });
    await commitFiles(store, 'c', { x: 'three' });
    await store.labels.update([{ verb: 'move', name: 'b', at: 'c' }]); // what it was is no parent of what it is
    workshop.setTime(NOW + 89 * DAY);
    expect(await collect(store)).toBe(0);
    workshop.setTime(NOW + 91 * DAY);
    expect(await store.gc({ graceMs: 0, mode: 'rehearse' })).toMatchObject({ collected: { count: 3 } });
    expect(await collect(store)).toBe(3);
    expect(await store.has(first)).toBe(false);
    expect((await store.view('b@{1}')).treeId).toBeDefined();
  });

  test('leaves in the log what happened within its window, also to labels that did not move since', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    await commitFiles(store, 'a', { x: 'one' });
    await commitFiles(store, 'b', { x: 'two' });
    await store.labels.update([{ verb: 'delete', name: 'b' }]);
    workshop.setTime(NOW + 89 * DAY);
    await collect(store);
    expect(await store.labels.log('a')).toHaveLength(1);
    expect(await store.labels.log('b')).toHaveLength(2);
    workshop.setTime(NOW + 91 * DAY);
    await collect(store);
    expect(await store.labels.log('a')).toHaveLength(0);
  });

  test.each([
    ['all', 5, 5],
    ['0', 1, 1],
    ['2', 3, 3],
    ['9', 5, 5],
    ['0d', 1, 1],
    ['2d', 3, 3],
  ])('with keep %s leaves %i of five snapshots, and history ends there', async (keep, kept, history) => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    for (let at = 0; at < 5; at++) {
      workshop.setTime(NOW - (4 - at) * DAY);
      await commitFiles(store, 'a', { f: `${at}` }, NOW - (4 - at) * DAY);
    }
    await store.labels.update([{ verb: 'keep', name: 'a', keep }]);
    expect(await collect(store)).toBe((5 - kept) * 3);
    let snapshots = 0;
    for await (const _ of store.log('a')) snapshots++;
    expect(snapshots).toBe(history);
    for (let at = 1; at < kept; at++) expect((await store.resolve(`a@{${at}}`)).id).toBeDefined();
    expect(await collect(store)).toBe(0);
  });

  test('keeps for each label what it wants of a history that several share', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    for (let at = 0; at < 5; at++) await commitFiles(store, 'a', { f: `${at}` }, NOW + at);
    await store.labels.update([
      { verb: 'create', name: 'b', at: 'a~1', keep: '1' },
      { verb: 'keep', name: 'a', keep: '0' },
    ]);
    expect(await collect(store)).toBe(2 * 3);
    let snapshots = 0;
    for await (const _ of store.log('b')) snapshots++;
    expect(snapshots).toBe(2);
  });

  test.each([
    ['comes back if its label named it when it was collected', -60, 1],
    ['stays where it is if it was collected after that', 60, 0],
  ])('a former value in the trash %s', async (_title, afterSeconds, found) => {
    await using workshop = await openWorkshop();
    const { store, files } = workshop;
    const id = await commitFiles(store, 'a', { x: 'one' });
    await commitFiles(store, 'b', { x: 'two' });
    const run = `/here/.cas/objects/trash/${(NOW + afterSeconds) * 1000}`;
    const hex = hexOf(id);
    for (const folder of ['/here/.cas/objects/trash', run, `${run}/${hex.slice(0, 2)}`])
      await files.makeFolder(folder);
    const path = `${hex.slice(0, 2)}/${hex.slice(2)}`;
    await files.rename(`/here/.cas/objects/${path}`, `${run}/${path}`);
    await store.labels.update([{ verb: 'move', name: 'a', at: 'b' }]);
    expect(await store.gc({ graceMs: 24 * 60 * 60 * 1000 })).toMatchObject({ collected: { count: 0 } });
    expect(await store.has(id)).toBe(found === 1);
  });

  test('takes what was forgotten, though the log names it', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    for (let at = 0; at < 5; at++) await commitFiles(store, 'a', { f: `${at}` }, NOW + at);
    await store.labels.update([{ verb: 'create', name: 'b', at: 'a~3' }]);
    await store.labels.update([{ verb: 'delete', name: 'b' }]); // which keeps it for the window
    expect(await collect(store)).toBe(0);
    await store.forget('a', '1');
    expect(await collect(store)).toBe(3); // a~2 alone: b's last value and what was before it stay
    for (let run = 0; run < 3; run++) expect(await collect(store)).toBe(0);
  });

  test('leaves a young snapshot that its label does not keep, and not what was before it', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    for (let at = 0; at < 4; at++) await commitFiles(store, 'a', { f: `${at}` }, NOW + at);
    const { id } = await store.resolve('a~2');
    await store.labels.update([{ verb: 'keep', name: 'a', keep: '1' }]);
    await age(workshop, 15 * DAY);
    await touch(workshop, id, 0);
    expect(await store.gc()).toMatchObject({ collected: { count: 3 }, cut: 1 });
    await store.labels.update([{ verb: 'create', name: 'back', at: id }]);
    await expectSound(store);
    expect(new TextDecoder().decode(await store.get((await store.resolve('back:f')).id))).toBe('1');
  });

  test('marks by role: a file whose bytes are a tree does not keep what the tree names', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    await commitFiles(store, 'trees', { 'inner/one': '1', 'inner/two': '2' });
    const content = await store.get((await store.view('trees')).treeId);
    await store.commit('files', fromEntries([{ path: 'copy', content }]));
    expect(await collect(store)).toBe(0);
    await store.setSetting('labels.window', '0d');
    await store.labels.update([{ verb: 'delete', name: 'trees' }]);
    workshop.setTime(NOW + 1);
    await using later = await workshop.reopen();
    expect(await collect(later)).toBe(4); // the snapshot, the inner tree, two files
    await commitFiles(later, 'trees', { 'inner/one': '1', 'inner/two': '2' });
    await expectSound(later);
  });

  test.each([
    ['a tree', 'a:d'],
    ['a content', 'a:d/x'],
    ['a snapshot', 'a~1'],
  ])('takes nothing where %s is missing that a label reaches', async (_, revision) => {
    await using workshop = await openWorkshop();
    const { store, files } = workshop;
    await commitFiles(store, 'a', { 'd/x': 'zero' }, NOW - 1);
    await commitFiles(store, 'a', { 'd/x': 'one' });
    const garbage = await put(store, 'left alone');
    const hex = hexOf((await store.resolve(revision)).id);
    await files.remove(`/here/.cas/objects/${hex.slice(0, 2)}/${hex.slice(2)}`);
    await using again = await workshop.reopen();
    await expect(again.gc({ graceMs: 0 })).rejects.toMatchObject({
      name: 'CorruptError',
      code: 'ROOT_BROKEN',
    });
    expect(await again.has(garbage)).toBe(true);
  });

  test('takes nothing where the log of labels is damaged', async () => {
    await using workshop = await openWorkshop();
    const { store, files } = workshop;
    await commitFiles(store, 'a', { x: 'one' });
    await commitFiles(store, 'a', { x: 'two' });
    await using file = await files.open('/here/.cas/refs/log', 'update');
    await file!.write(new Uint8Array([0x21]), 30);
    await using again = await workshop.reopen();
    await expect(again.gc({ graceMs: 0 })).rejects.toMatchObject({ code: 'LABEL_LOG_CORRUPT' });
  });

  test('leaves what was put since a lease was taken, and without a grace waits for it to end', async () => {
    await using workshop = await openWorkshop();
    const { store, files } = workshop;
    await put(store, 'before');
    await age(workshop, 5);
    const folder = '/here/.cas/leases';
    await using lease = await takeLease({ files, folder });
    await put(store, 'since');
    await expect(store.gc({ graceMs: 0 })).rejects.toMatchObject({ name: 'ConflictError', code: 'LEASED' });
    expect(await store.gc({ graceMs: 1 })).toMatchObject({ collected: { count: 1 } });
    await lease.release();
    expect(await store.gc({ graceMs: 0 })).toMatchObject({ collected: { count: 1 } });
  });

  test('can be stopped', async () => {
    await using workshop = await openWorkshop();
    await commitFiles(workshop.store, 'a', { x: 'one' });
    await put(workshop.store, 'left alone');
    await expect(workshop.store.gc({ graceMs: 0, signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    expect(await collect(workshop.store)).toBe(1);
  });

  test('says by which label objects were last reached, and until when', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    await store.setSetting('labels.window', '0d');
    await commitFiles(store, 'old', { x: 'one' });
    for (let at = 0; at < 3; at++) await commitFiles(store, 'deep', { f: `${at}` }, NOW + at);
    await put(store, 'left alone');
    workshop.setTime(NOW + 5);
    await store.labels.update([{ verb: 'delete', name: 'old' }], { reason: 'no use' });
    await store.labels.update([{ verb: 'keep', name: 'deep', keep: '1' }]);
    workshop.setTime(NOW + DAY);
    await using later = await workshop.reopen();
    const { reasons } = await later.gc({ graceMs: 0, mode: 'rehearse', explain: 'labels' });
    expect(reasons).toMatchObject([
      { kind: 'moved', label: 'old', end: { timeSeconds: NOW + 5, why: 'no use' }, dead: { count: 3 } },
      { kind: 'moved', label: 'deep', dead: { count: 3 } },
      { kind: 'unlabelled', dead: { count: 1 } },
    ]);
  });
});

describe('the trash', () => {
  test('gives back what is read, and whatever a label reaches again', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    const alone = await put(store, 'left alone');
    const used = await put(store, 'used');
    expect(await collect(store)).toBe(2);
    expect(new TextDecoder().decode(await store.get(alone))).toBe('left alone');
    await commitFiles(store, 'a', { x: 'used' });
    expect(await store.has(used)).toBe(true);
    expect(await collect(store)).toBe(1);
  });

  test('gives back all that a label is moved to, though nothing else kept it', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    await store.setSetting('labels.window', '0d');
    await commitFiles(store, 'a', { 'd/x': 'one', 'd/y': 'two' }, NOW - 1);
    const id = await commitFiles(store, 'a', { 'd/x': 'one', 'd/y': 'three' });
    await store.labels.update([{ verb: 'delete', name: 'a' }]);
    workshop.setTime(NOW + 1);
    await using later = await workshop.reopen();
    expect(await collect(later)).toBe(9);
    await later.labels.update([{ verb: 'create', name: 'back', at: id }]);
    await expectSound(later);
    expect((await later.gc({ graceMs: 60_000 })).collected.count).toBe(0);
    let snapshots = 0;
    for await (const _ of later.log('back')) snapshots++;
    expect(snapshots).toBe(2);
  });

  test('is emptied a grace later, and not before an hour has passed', async () => {
    await using workshop = await openWorkshop();
    const { store, files } = workshop;
    const id = await put(store, 'left alone');
    await age(workshop, 2);
    expect(await store.gc({ graceMs: 1000 })).toMatchObject({ collected: { count: 1 }, freed: { count: 0 } });
    expect(await store.gc({ graceMs: 1000 })).toMatchObject({ freed: { count: 0 }, trash: { count: 1 } });
    const [run] = (await files.list('/here/.cas/objects/trash'))!;
    const name = String.fromCharCode(...run!.name);
    const earlier = Number(name) - 60 * 60 * 1000 - 1;
    const folder = `/here/.cas/objects/trash/${earlier}`;
    await files.rename(`/here/.cas/objects/trash/${name}`, folder);
    // It began so long ago, and went on until now.
    expect(await store.gc({ graceMs: 1000 })).toMatchObject({ freed: { count: 0 }, trash: { count: 1 } });
    await files.touch(folder, earlier / 1000);
    expect(await store.gc({ graceMs: 1000 })).toMatchObject({ freed: { count: 0 }, trash: { count: 1 } });
    await files.touch(`${folder}/${hexOf(id).slice(0, 2)}`, earlier / 1000);
    expect(await store.gc({ graceMs: 2 * 60 * 60 * 1000 })).toMatchObject({ freed: { count: 0 } });
    expect(await store.gc({ graceMs: 1000 })).toMatchObject({ freed: { count: 1 }, trash: { count: 0 } });
    expect(await files.list('/here/.cas/objects/trash')).toBeUndefined();
    expect(await store.has(id)).toBe(false);
    await expect(store.get(id)).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
  });

  test('is emptied by the next collection without a grace', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    await put(store, 'left alone');
    expect(await store.gc({ graceMs: 0 })).toMatchObject({ freed: { count: 0 }, trash: { count: 1 } });
    expect(await store.gc({ graceMs: 0 })).toMatchObject({ freed: { count: 1 }, trash: { count: 0 } });
  });

  test('is taken back by undelete(), as young as if it were put now', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    const ids = [await put(store, 'one'), await put(store, 'two')];
    await age(workshop, 30 * DAY);
    expect(await store.gc()).toMatchObject({ collected: { count: 2 } });
    expect(await store.undelete({ mode: 'rehearse' })).toMatchObject({
      kind: 'rehearsed',
      restored: { count: 2 },
    });
    expect(await store.has(ids[0]!)).toBe(false);
    expect(await store.undelete()).toMatchObject({ kind: 'restored', restored: { count: 2 } });
    for (const id of ids) expect(await store.has(id)).toBe(true);
    expect(await store.gc()).toMatchObject({ collected: { count: 0 } });
    expect(await store.undelete()).toMatchObject({ restored: { count: 0 } });
  });
});
