/** History that is left out on purpose, and the paths whose history is asked for. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ObjectId } from '../../src/hash/object-id.ts';
import { decodeHorizon, encodeHorizon } from '../../src/store/horizon.ts';
import { anyObjectId } from '../arbitraries/trees.ts';
import { commitFiles, DAY, NOW, openWorkshop, type Workshop } from './workshop.ts';

async function openHistory(length = 5): Promise<Workshop> {
  const workshop = await openWorkshop();
  for (let at = 0; at < length; at++)
    await commitFiles(workshop.store, 'a', { f: `${at}` }, NOW - (length - 1 - at) * DAY);
  return workshop;
}

async function historyOf({ store }: Workshop, revision: string, path?: string): Promise<string[]> {
  const messages: string[] = [];
  for await (const { snapshot } of store.log(revision, path === undefined ? {} : { path }))
    messages.push(snapshot.message.trim());
  return messages;
}

describe('forget()', () => {
  test.each([
    ['0', 1],
    ['1', 2],
    ['3', 4],
    ['4', 5],
    ['100', 5],
    ['0d', 1],
    ['1d', 2],
    ['3d', 4],
  ])('with keep %s leaves %i of five snapshots, a day between them', async (keep, kept) => {
    await using workshop = await openHistory();
    const { store } = workshop;
    expect(await store.forget('a', keep)).toEqual({ kept, forgotten: 5 - kept, sharedWith: [] });
    expect(await historyOf(workshop, 'a')).toHaveLength(kept);
    expect(await store.forget('a', keep)).toEqual({ kept, forgotten: 0, sharedWith: [] });
    await using again = await workshop.reopen();
    expect(await historyOf({ ...workshop, store: again }, 'a')).toHaveLength(kept);
    for await (const found of again.fsck()) throw new Error(found.message);
  });

  test('ends the history for ~, too, and changes no id and no label', async () => {
    await using workshop = await openHistory();
    const { store } = workshop;
    const [before, old] = [await store.resolve('a'), await store.resolve('a~2')];
    await store.forget('a', '1');
    expect((await store.resolve('a')).id).toBe(before.id);
    expect((await store.resolve('a~1')).id).toBeDefined();
    await expect(store.resolve('a~2')).rejects.toMatchObject({ code: 'HISTORY_TOO_SHORT' });
    expect(await store.has(old.id)).toBe(true);
    expect((await store.resolve('a@{2}')).id).toBe(old.id);
  });

  test('leaves whole what another label shares, and says which', async () => {
    await using workshop = await openHistory();
    const { store } = workshop;
    await store.labels.update([
      { verb: 'create', name: 'other', at: 'a~1' },
      { verb: 'create', name: 'old', at: 'a~4' },
    ]);
    expect(await store.forget('a', '2')).toEqual({ kept: 5, forgotten: 0, sharedWith: ['other'] });
    expect(await store.forget('a', '0')).toEqual({ kept: 1, forgotten: 4, sharedWith: [] });
    expect(await historyOf(workshop, 'other')).toHaveLength(4);
  });

  test('goes on after it, and can forget again', async () => {
    await using workshop = await openHistory(3);
    const { store } = workshop;
    await store.forget('a', '1');
    await commitFiles(store, 'a', { f: 'new' }, NOW + 1);
    expect(await historyOf(workshop, 'a')).toHaveLength(3);
    expect(await store.forget('a', '0')).toEqual({ kept: 1, forgotten: 2, sharedWith: [] });
  });

  test('needs a label that is there', async () => {
    await using workshop = await openHistory(1);
    await expect(workshop.store.forget('b', '1')).rejects.toMatchObject({ code: 'LABEL_NOT_FOUND' });
    await expect(workshop.store.forget('a', 'some')).rejects.toMatchObject({ code: 'KEEP_INVALID' });
  });
});

describe('the horizon', () => {
  test('comes back as it was written', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyObjectId(), { maxLength: 20 }), (ids) => {
        expect(decodeHorizon(encodeHorizon(new Set(ids)))).toEqual(new Set(ids.toSorted()));
      }),
    );
  });

  test('is refused with any damage, or is another one, whole', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyObjectId(), { minLength: 1, maxLength: 5 }),
        fc.nat(),
        fc.nat(255),
        (ids, at, byte) => {
          const bytes = encodeHorizon(new Set(ids));
          bytes[at % bytes.length] = byte;
          let found: Set<ObjectId>;
          try {
            found = decodeHorizon(bytes);
          } catch (error) {
            expect(error).toMatchObject({ name: 'CorruptError', code: 'HORIZON_CORRUPT' });
            return;
          }
          expect(encodeHorizon(found)).toEqual(bytes);
        },
      ),
    );
  });

  test.each([
    'sha256:12\n',
    `sha256:${'0'.repeat(64)}`,
    `sha256:${'0'.repeat(64)}\n\n`,
    `${'0'.repeat(64)}\n`,
    `sha256:${'A'.repeat(64)}\n`,
    '\n',
  ])('is not %j', (text) => {
    expect(() => decodeHorizon(new TextEncoder().encode(text))).toThrow(/is damaged/);
  });
});

describe('log() of a path', () => {
  test('lists where it came, changed and went', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    const versions = [
      { x: '1' },
      { x: '1', 'd/f': 'a' },
      { x: '2', 'd/f': 'a' },
      { x: '2', 'd/f': 'b' },
      { x: '3' },
      { x: '3', 'd/f': 'b' },
    ];
    for (const [at, contents] of versions.entries()) await commitFiles(store, 'a', contents, at);
    expect(await historyOf(workshop, 'a', 'd/f')).toEqual(['a 5', 'a 4', 'a 3', 'a 1']);
    expect(await historyOf(workshop, 'a', 'd')).toEqual(['a 5', 'a 4', 'a 3', 'a 1']);
    expect(await historyOf(workshop, 'a', 'x')).toEqual(['a 4', 'a 2', 'a 0']);
    expect(await historyOf(workshop, 'a', '')).toHaveLength(6);
    expect(await historyOf(workshop, 'a', 'nope')).toEqual([]);
    await store.forget('a', '2');
    expect(await historyOf(workshop, 'a', 'd/f')).toEqual(['a 5', 'a 4', 'a 3']);
  });
});
