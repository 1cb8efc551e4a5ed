/** What snapshots reach, by role; what is missing or damaged is said once, and walked around. */
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { type Reached, type ReachOptions, walkReachable } from '../../src/graph/reachable.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import type { ObjectId } from '../../src/hash/object-id.ts';
import { NO_ATTRIBUTES } from '../../src/object/attributes.ts';
import { ReferenceSet } from '../../src/object/role.ts';
import { encodeSnapshot } from '../../src/object/snapshot.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import type { ObjectStore } from '../../src/odb/object-store.ts';
import { writeTree } from '../../src/tree/builder.ts';
import { file, folder, storeMembers } from '../view/stored-tree.ts';
import { NOTHING, snapshot, without } from './history-maker.ts';

async function reach(
  objects: ObjectStore,
  roots: readonly ObjectId[],
  options: Partial<ReachOptions> = {},
): Promise<Reached[]> {
  const reached: Reached[] = [];
  for await (const one of walkReachable(objects, roots, { horizon: NOTHING, ...options })) reached.push(one);
  return reached;
}

function shown({ kind, reference, from }: Reached): string {
  return `${kind} ${reference.role} ${reference.id} from ${from === undefined ? 'a root' : `${from.role} ${from.id}`}`;
}

describe('walkReachable()', () => {
  test('reaches trees, contents and parents, each once in each role', async () => {
    const objects = memoryStore();
    const members = [folder('d', [file('a', 'same')]), folder('e', [file('a', 'same')]), file('x', 'same')];
    const first = await snapshot(objects, 'first', { members });
    const second = await snapshot(objects, 'second', { members, parents: [first] });
    const reached = await reach(objects, [second, first, second]);
    expect(new Set(reached.map(shown)).size).toBe(reached.length);
    const roles = reached.map(({ reference }) => reference.role).sort();
    expect(roles).toEqual(['content', 'snapshot', 'snapshot', 'tree', 'tree']);
    expect(reached.every(({ kind }) => kind === 'reached')).toBe(true);
  });

  test('reaches the same bytes as content and as a tree, and what the tree names only as a tree', async () => {
    const objects = memoryStore();
    const tree = await storeMembers(objects, [file('a', 'hidden')]);
    const asContent = await writeTree(objects, [
      { name: encodeText('copy'), kind: 'file', sizeBytes: 45, id: tree.id, attributes: NO_ATTRIBUTES },
    ]);
    const at = (root: ObjectId): Promise<ObjectId> =>
      objects.put(
        'snapshot',
        encodeSnapshot({ tree: root, parents: [], timeSeconds: 0, headers: new Map(), message: '' }),
      );
    const marks = new ReferenceSet();
    await reach(objects, [await at(asContent.id)], { marks });
    expect([marks.has('content', tree.id), marks.has('tree', tree.id)]).toEqual([true, false]);
    expect(marks.hasAny(hashBytes(encodeText('hidden')))).toBe(false);
    await reach(objects, [await at(tree.id)], { marks });
    expect(marks.has('tree', tree.id)).toBe(true);
    expect(marks.has('content', hashBytes(encodeText('hidden')))).toBe(true);
  });

  test('does not walk again what is marked', async () => {
    const objects = memoryStore();
    const marks = new ReferenceSet();
    const first = await snapshot(objects, 'first');
    expect(await reach(objects, [first], { marks })).toHaveLength(3);
    expect(await reach(objects, [first], { marks })).toEqual([]);
    const second = await snapshot(objects, 'second', { parents: [first] });
    expect(await reach(objects, [second], { marks })).toHaveLength(3);
  });

  test('says what is missing, and who names it, and goes on', async () => {
    const whole = memoryStore();
    const first = await snapshot(whole, 'first', { members: [file('a', 'one'), file('b', 'two')] });
    const second = await snapshot(whole, 'second', {
      members: [folder('d', [file('c', 'three')])],
      parents: [first],
    });
    const [one, sub] = [
      hashBytes(encodeText('one')),
      (await storeMembers(memoryStore(), [file('c', 'three')])).id,
    ];
    const reached = await reach(await without(whole, new Set([one, sub])), [second]);
    const missing = reached.filter(({ kind }) => kind === 'missing');
    expect(missing.map(({ reference }) => reference).sort((left) => (left.role === 'tree' ? 1 : -1))).toEqual(
      [
        { role: 'content', id: one },
        { role: 'tree', id: sub },
      ],
    );
    expect(missing.every(({ from }) => from?.role === 'tree')).toBe(true);
    expect(reached.some(({ reference }) => reference.id === hashBytes(encodeText('two')))).toBe(true);
    const nowhere = hashBytes(encodeText('nowhere'));
    expect((await reach(whole, [nowhere])).map(shown)).toEqual([`missing snapshot ${nowhere} from a root`]);
  });

  test('says what is none of what it must be', async () => {
    const objects = memoryStore();
    const content = await objects.put('content', encodeText('hello'));
    const bytes = encodeSnapshot({
      tree: content,
      parents: [],
      timeSeconds: 0,
      headers: new Map(),
      message: '',
    });
    const broken = await objects.put('snapshot', bytes);
    const reached = await reach(objects, [broken, content]);
    expect(reached.map(({ kind, reference }) => `${kind} ${reference.role}`).sort()).toEqual([
      'damaged snapshot',
      'damaged tree',
      'reached snapshot',
    ]);
  });

  test('stops at the horizon', async () => {
    const whole = memoryStore();
    const first = await snapshot(whole, 'first');
    const second = await snapshot(whole, 'second', { parents: [first] });
    const objects = await without(whole, new Set([first]));
    const reached = await reach(objects, [second], { horizon: new Set([second]) });
    expect(reached.map(({ kind }) => kind)).toEqual(['reached', 'reached', 'reached']);
    expect((await reach(objects, [second])).map(({ kind }) => kind)).toContain('missing');
  });

  test('shows every entry of every tree once', async () => {
    const objects = memoryStore();
    const members = [folder('d', [file('a')]), folder('e', [file('a')])];
    const first = await snapshot(objects, 'first', { members });
    const second = await snapshot(objects, 'second', { members, parents: [first] });
    const seen: string[] = [];
    await reach(objects, [second], {
      onEntry: (entry) => void seen.push(String.fromCharCode(...entry.name)),
    });
    expect(seen.sort()).toEqual(['a', 'd', 'e']);
  });

  test('can be stopped', async () => {
    const objects = memoryStore();
    const signal = AbortSignal.abort();
    await expect(reach(objects, [await snapshot(objects, 'one')], { signal })).rejects.toThrow(/abort/i);
  });

  test('throws what is no damage', async () => {
    const objects = memoryStore();
    const one = await snapshot(objects, 'one');
    const failing: ObjectStore = { ...objects, read: () => Promise.reject(new Error('the disk is gone')) };
    await expect(reach(failing, [one])).rejects.toThrow('the disk is gone');
  });
});
