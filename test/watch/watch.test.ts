/** What is told of a store by whoever watches it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { fromEntries, initStore, openStore, type Store, type StoreEvent } from '../../src/index.ts';
import { formatCursor, parseCursor } from '../../src/watch/cursor.ts';
import { openWorkshop } from '../store/workshop.ts';

const idOf = (text: string) => hashBytes(encodeText(text));

const root = mkdtempSync(join(tmpdir(), 'cas-watch-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function freshFolder(): string {
  return mkdtempSync(join(root, 'store-'));
}

/** Events until `isEnough` says so of one. */
async function collect(
  events: AsyncIterable<StoreEvent>,
  isEnough: (event: StoreEvent) => boolean,
): Promise<StoreEvent[]> {
  const all: StoreEvent[] = [];
  for await (const event of events) {
    all.push(event);
    if (isEnough(event)) break;
  }
  return all;
}

async function commit(store: Store, label: string, content: string): Promise<string> {
  return (await store.commit(label, fromEntries([{ path: 'a', content }]))).id;
}

const stores = {
  'on a disk': async () => {
    const folder = freshFolder();
    const store = await initStore(folder);
    return { store, other: await openStore(folder) };
  },
  'in memory': async () => {
    const { store, reopen } = await openWorkshop();
    return { store, other: await reopen() };
  },
};

test.each(Object.entries(stores))('labels and objects are told, %s', async (_, open) => {
  const { store, other } = await open();
  await commit(store, 'before', 'before');
  const since = await store.cursor();
  const watching = collect(
    store.watch({ since, pollMs: 20 }),
    (event) => event.kind === 'label' && event.new === undefined,
  );
  const id = await commit(other, 'now', 'content');
  await other.labels.update([{ verb: 'delete', name: 'now' }], { reason: 'no more' });
  const events = await watching;
  const puts = events.flatMap((event) => (event.kind === 'put' ? [event.id] : []));
  const labels = events.flatMap((event) => (event.kind === 'label' ? [event] : []));
  if (!puts.includes(idOf('content'))) {
    const last = events.at(-1)!.cursor;
    const more = store.watch({ since: last, pollMs: 20 });
    await collect(more, (event) => event.kind === 'put' && event.id === idOf('content'));
  }
  expect(labels.map(({ name, old, new: next, n, why }) => [name, old, next, n, why])).toEqual([
    ['now', undefined, id, 2, expect.any(String)],
    ['now', id, undefined, 3, 'no more'],
  ]);
  await Promise.all([store.close(), other.close()]);
});

test('from 0 everything that is known is told; objects that are packed anew are not told again', async () => {
  await using workshop = await openWorkshop();
  const { store } = workshop;
  await commit(store, 'a', 'one');
  await commit(store, 'a', 'two');
  const all = await collect(store.watch({ since: '0' }), (event) => event.kind === 'label' && event.n === 2);
  const ids = new Set(all.flatMap((event) => (event.kind === 'put' ? [event.id] : [])));
  expect([idOf('one'), idOf('two')].every((id) => ids.has(id))).toBe(true);
  const since = await store.cursor();
  await store.put('three');
  await store.flush();
  const next = await collect(
    store.watch({ since }),
    (event) => event.kind === 'put' && event.id === idOf('three'),
  );
  expect(next.every(({ kind }) => kind === 'put')).toBe(true);
});

test('a put of what is there tells nothing', async () => {
  await using workshop = await openWorkshop();
  const { store } = workshop;
  await store.put('one');
  await store.flush();
  const watching = collect(store.watch({ pollMs: 10 }), () => true);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await store.put('one');
  await store.flush();
  await commit(store, 'a', 'one');
  const [first] = await watching;
  expect(first).not.toMatchObject({ id: idOf('one') });
});

test('a signal ends it at once, while it waits and before it begins', async () => {
  await using workshop = await openWorkshop();
  const stop = new AbortController();
  const watching = collect(workshop.store.watch({ signal: stop.signal, pollMs: 1e6 }), () => false);
  const reason = new Error('enough');
  setTimeout(() => stop.abort(reason), 30);
  await expect(watching).rejects.toBe(reason);
  await expect(collect(workshop.store.watch({ signal: stop.signal }), () => true)).rejects.toBe(reason);
});

test('many watchers are told the same', async () => {
  await using workshop = await openWorkshop();
  const since = await workshop.store.cursor();
  const isLast = (event: StoreEvent): boolean => event.kind === 'label' && event.n === 3;
  const watching = Array.from({ length: 10 }, () =>
    collect(workshop.store.watch({ since, pollMs: 10 }), isLast),
  );
  for (const content of ['1', '2', '3']) await commit(workshop.store, 'a', content);
  for (const events of await Promise.all(watching))
    expect(events.flatMap((event) => (event.kind === 'label' ? [event.n] : []))).toEqual([1, 2, 3]);
});

test('a cursor that the log was folded past is CURSOR_GONE, and what is none is CURSOR_INVALID', async () => {
  await using workshop = await openWorkshop();
  const { store } = workshop;
  await commit(store, 'a', '1');
  const since = await store.cursor();
  const day = 24 * 60 * 60;
  for (const at of [1, 2, 3, 4]) {
    workshop.setTime(1_769_817_600 + at * 100 * day);
    await store.labels.update([{ verb: 'keep', name: 'a', keep: at % 2 === 0 ? '1' : '2' }]);
  }
  await store.gc({ graceMs: 0 });
  await expect(collect(store.watch({ since: '0' }), ({ kind }) => kind === 'label')).rejects.toMatchObject({
    code: 'CURSOR_GONE',
  });
  await expect(collect(store.watch({ since }), ({ kind }) => kind === 'label')).rejects.toMatchObject({
    code: 'CURSOR_GONE',
  });
  for (const bad of ['', '1', '1.2', 'x.0', '1-0.0', '1-00000000.', '0.-1', `9${'9'.repeat(40)}.0`])
    await expect(collect(store.watch({ since: bad }), () => true)).rejects.toMatchObject({
      code: 'CURSOR_INVALID',
    });
  for (const good of ['0.0', '12-0d4a1180.1769817600000000000', '0.5'])
    expect(formatCursor(parseCursor(good))).toBe(good);
});

const MOVES = 150;

test('of many moves by another store none is missed, though the watcher is stopped and goes on', async () => {
  const folder = freshFolder();
  await using store = await initStore(folder);
  const ids = [await commit(store, 'a', 'one'), await commit(store, 'b', 'two')];
  let cursor = await store.cursor();
  const moving = (async () => {
    await using other = await openStore(folder);
    for (let at = 0; at < MOVES; at++)
      await other.labels.update([{ verb: 'move', name: 'a', at: ids[(at + 1) % 2]!, force: true }]);
  })();
  const seen: number[] = [];
  while (seen.at(-1) !== MOVES + 2) {
    let left = 37; // then it is stopped, in the middle of what it was told
    for await (const event of store.watch({ since: cursor, pollMs: 20 })) {
      cursor = event.cursor;
      if (event.kind === 'label') seen.push(event.n);
      if (--left === 0 || seen.at(-1) === MOVES + 2) break;
    }
  }
  await moving;
  expect([...new Set(seen)]).toEqual(Array.from({ length: MOVES }, (_, at) => at + 3));
});
