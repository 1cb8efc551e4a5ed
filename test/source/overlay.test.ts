/** Committing what became of an overlay: just its changes, whatever happened to what it began with. */
import { mkdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { initStore } from '../../src/api/open.ts';
import type { Store } from '../../src/api/store.ts';
import { formatName } from '../../src/bytes/text.ts';
import { readSnapshot } from '../../src/graph/history.ts';
import type { ObjectId } from '../../src/hash/object-id.ts';
import { parseLabelName } from '../../src/label/name.ts';
import type { OverlayFs } from '../../src/overlay/overlay-fs.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { fromOverlay } from '../../src/source/overlay.ts';
import { commit } from '../../src/store/commit.ts';
import type { Repository } from '../../src/store/repository.ts';
import { openView } from '../../src/view/view.ts';
import { watchReads } from '../tree/reading-store.ts';
import { linesOfTree, openWorkshop, type Workshop } from './workshop.ts';

const FOLDERS = 50;
const ENTRIES = [
  ...Array.from({ length: FOLDERS * 4 }, (_, number) => ({
    path: `folder-${number % FOLDERS}/file-${number}`,
    content: `content of ${number}`,
  })),
  { path: 'top', content: 'at the top', attributes: new Map([['language', 'en']]) },
  { path: 'marked/file', content: 'marked', attributes: new Map([['mediaType', 'text/plain']]) },
  { path: 'marked', kind: 'folder', attributes: new Map([['rel', 'folder']]) } as const,
];

let workshop: Workshop;

beforeEach(async () => {
  workshop = await openWorkshop();
});

afterEach(() => workshop[Symbol.asyncDispose]());

/** A repository that tells which objects were read by name. */
function watched(repository: Repository): { readonly watching: Repository; taken(): Set<ObjectId> } {
  const { objects: named, taken } = watchReads(repository.named);
  return { watching: { ...repository, named }, taken };
}

async function overlayOf(repository: Repository, label: string): Promise<OverlayFs> {
  const source = fromEntries(ENTRIES);
  const { tree } = await commit(repository, { label, source });
  return openView(repository.named, { treeId: tree }).overlay();
}

describe('fromOverlay()', () => {
  test('reads and writes only what is on the way to a change', async () => {
    const { watching, taken } = watched(workshop.repository);
    const overlay = await overlayOf(watching, 'v');
    const before = (await linesOfTree(workshop.repository, await treeOf('v'))).length;
    taken();
    await overlay.promises.writeFile('/folder-7/new', 'new');
    await overlay.promises.rename('/folder-9', '/folder-7/moved');
    await overlay.promises.rm('/folder-8', { recursive: true });
    await overlay.promises.copyFile('/top', '/copy');
    const reads = taken();
    expect(reads.size).toBe(2); // the root, and folder-7
    const { tree } = await commit(watching, { label: 'v', source: fromOverlay(overlay) });
    expect(new Set([...reads, ...taken()]).size).toBe(2 + 2); // of the label its snapshot, and of what was moved its depth
    const lines = await linesOfTree(workshop.repository, tree);
    expect(lines).toHaveLength(before - 5 + 2);
    expect(lines).toContain('copy file 10 at the top');
    expect(lines).toContain('folder-7/moved/file-9 file 12 content of 9');
    expect(lines).toContain('folder-7/new file 3 new');
  });

  test('of what is unchanged says so, and a label that moved is a conflict', async () => {
    const { repository } = workshop;
    const overlay = await overlayOf(repository, 'v');
    overlay.writeFileSync('/top', 'other');
    overlay.writeFileSync('/top', 'at the top');
    const same = await commit(repository, { label: 'v', source: fromOverlay(overlay) });
    expect(same.kind).toBe('unchanged');
    overlay.writeFileSync('/top', 'other');
    await commit(repository, { label: 'v', source: fromEntries([]) });
    const late = commit(repository, { label: 'v', source: fromOverlay(overlay) }, { expect: same.id });
    await expect(late).rejects.toMatchObject({ code: 'LABEL_MOVED' });
  });

  test('keeps attributes where they were, and with what was moved', async () => {
    const { repository } = workshop;
    const overlay = await overlayOf(repository, 'v');
    overlay.appendFileSync('/top', '!');
    overlay.renameSync('/marked', '/folder-1/marked');
    overlay.cpSync('/top', '/copy');
    const { tree } = await commit(repository, { label: 'v', source: fromOverlay(overlay) });
    const attributes = new Map<string, readonly (readonly [string, string])[]>();
    for await (const { path, entry } of openView(repository.named, { treeId: tree }).entries())
      attributes.set(formatName(path), [...entry.attributes]);
    expect(attributes.get('top')).toEqual([['language', 'en']]);
    expect(attributes.get('copy')).toEqual([]);
    expect(attributes.get('folder-1/marked')).toEqual([['rel', 'folder']]);
    expect(attributes.get('folder-1/marked/file')).toEqual([['mediaType', 'text/plain']]);
  });

  test('is committed again and again, with what came since', async () => {
    const { watching, taken } = watched(workshop.repository);
    const overlay = await overlayOf(watching, 'v');
    for (const name of ['one', 'two', 'three']) {
      await overlay.promises.writeFile(`/${name}`, name);
      taken();
      await commit(watching, { label: 'v', source: fromOverlay(overlay) });
      expect(taken().size).toBeLessThanOrEqual(2);
    }
    expect(await linesOfTree(workshop.repository, await treeOf('v'))).toContain('two file 3 two');
  });

  test('leaves out what is named .cas, and says so', async () => {
    const overlay = await overlayOf(workshop.repository, 'v');
    overlay.mkdirSync('/folder-1/.cas/x', { recursive: true });
    const { skipped, tree } = await commit(workshop.repository, { label: 'v', source: fromOverlay(overlay) });
    expect(skipped).toEqual(['folder-1/.cas']);
    expect(tree).toBe((await workshop.take(fromEntries(ENTRIES))).root.id);
  });

  test('refuses what lies too deep, also what was moved there', async () => {
    const { repository } = workshop;
    const names = Array.from({ length: 991 }, () => 'd').join('/');
    const entries = [
      { path: `${names}/f`, content: '' },
      { path: 'a/b/c/d/e/f/g/h/i/j', content: '' },
    ];
    const { tree } = await commit(repository, { label: 'deep', source: fromEntries(entries) });
    const overlay = openView(repository.named, { treeId: tree }).overlay();
    overlay.renameSync('/a', `/${names}/a`);
    const source = fromOverlay(overlay);
    await expect(commit(repository, { label: 'deep', source })).rejects.toMatchObject({
      code: 'PATH_INVALID',
    });
  });

  test('refuses what is no overlay', async () => {
    const view = openView(workshop.repository.named, {
      treeId: (await workshop.take(fromEntries([]))).root.id,
    });
    expect(() => fromOverlay(view.fs)).toThrow(expect.objectContaining({ code: 'NOT_AN_OVERLAY' }));
    expect(() => fromOverlay({ ...view.overlay() })).toThrow(
      expect.objectContaining({ code: 'NOT_AN_OVERLAY' }),
    );
  });

  test('brings what another store has not', async () => {
    await using other = await openWorkshop();
    const overlay = await overlayOf(other.repository, 'v');
    overlay.writeFileSync('/top', 'other');
    const { root } = await workshop.take(fromOverlay(overlay));
    const same = ENTRIES.map((entry) => (entry.path === 'top' ? { ...entry, content: 'other' } : entry));
    expect(root).toEqual((await other.take(fromEntries(same))).root);
    expect(await linesOfTree(workshop.repository, root.id)).toHaveLength(FOLDERS * 5 + 3);
  });

  async function treeOf(label: string): Promise<ObjectId> {
    const { labels, objects } = workshop.repository;
    return (await readSnapshot(objects, (await labels.get(parseLabelName(label)))!.id)).tree;
  }
});

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

describe('a store', () => {
  async function withStore(work: (store: Store) => Promise<void>): Promise<void> {
    mkdirSync(workshop.at('other'));
    await using store = await initStore(workshop.at('other'));
    await store.commit('v', fromEntries(ENTRIES));
    await work(store);
  }

  test('has nothing of an overlay before it is committed', () =>
    withStore(async (store) => {
      const ids = await collect(store.ids());
      const overlay = (await store.view('v')).overlay();
      overlay.writeFileSync('/top', 'other');
      await overlay.promises.mkdir('/a/b/c', { recursive: true });
      await store.flush();
      expect(await collect(store.ids())).toEqual(ids);
      expect((await store.view('v')).fs.readFileSync('/top', 'utf8')).toBe('at the top');
    }));

  test('has all of it after, though what it began with was collected meanwhile', () =>
    withStore(async (store) => {
      const overlay = (await store.view('v')).overlay();
      overlay.writeFileSync('/top', 'other');
      await store.labels.update([{ verb: 'delete', name: 'v' }]);
      await store.gc({ graceMs: 0 });
      await store.commit('w', fromOverlay(overlay));
      const findings = await collect(store.fsck());
      expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
      const { fs } = await store.view('w');
      expect(fs.readFileSync('/folder-3/file-3', 'utf8')).toBe('content of 3');
      expect(fs.readFileSync('/top', 'utf8')).toBe('other');
    }));
});
