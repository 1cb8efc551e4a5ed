/** Random work on a store and on a `Map` side by side: whatever the order, both come to the same. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { initStore, openStore, type Store } from '../../src/index.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { fileSystems } from '../files/file-systems.ts';

const TEXT = new TextDecoder();

interface Model {
  /** Every value that a label had, the present one last; a label that was deleted is not here. */
  readonly labels: Map<string, ModelLabel>;
  readonly objects: Map<string, string>;
}

interface ModelLabel {
  /** Sets as `path=content` lines, one a snapshot along the parents. */
  sets: Map<string, string>[];
  isProtected: boolean;
}

interface Real {
  store: Store;
  reopen: () => Promise<Store>;
}

type Command = fc.AsyncCommand<Model, Real>;

const NAMES = ['a', 'b/c', 'b/d', 'e'];
const PATHS = ['x', 'y', 'z/one', 'z/two'];
const CONTENTS = ['', 'one', 'two', 'tree 1\n', 'snapshot 1\n', 'x'.repeat(70_000)];

const asEntries = (set: ReadonlyMap<string, string>) =>
  [...set].map(([path, content]) => ({ path, content }));

async function readSet(store: Store, revision: string): Promise<Map<string, string>> {
  const set = new Map<string, string>();
  for await (const { path, entry } of (await store.view(revision)).entries()) {
    if (entry.kind !== 'folder') set.set(TEXT.decode(path), TEXT.decode(await store.get(entry.id)));
  }
  return set;
}

const commands: fc.Arbitrary<Command>[] = [
  fc.constantFrom(...CONTENTS).map((content) => ({
    toString: () => `put(${content.length})`,
    check: () => true,
    run: async (model, { store }) => void model.objects.set(await store.put(content), content),
  })),
  fc
    .tuple(
      fc.constantFrom(...NAMES),
      fc.dictionary(fc.constantFrom(...PATHS), fc.constantFrom(...CONTENTS), { maxKeys: 4 }),
    )
    .map(([name, values]) => ({
      toString: () => `commit(${name}, ${JSON.stringify(values).slice(0, 80)})`,
      check: (model) => model.labels.get(name)?.isProtected !== true,
      run: async (model, { store }) => {
        const set = new Map(Object.entries(values).sort(([left], [right]) => (left < right ? -1 : 1)));
        const label = model.labels.get(name);
        const { kind } = await store.commit(name, fromEntries(asEntries(set)));
        const isSame =
          label !== undefined && JSON.stringify([...label.sets.at(-1)!]) === JSON.stringify([...set]);
        expect(kind).toBe(isSame ? 'unchanged' : 'committed');
        if (label === undefined) model.labels.set(name, { sets: [set], isProtected: false });
        else if (!isSame) label.sets.push(set);
      },
    })),
  fc
    .tuple(fc.constantFrom(...NAMES), fc.constantFrom(...PATHS), fc.constantFrom(...CONTENTS))
    .map(([name, path, content]) => ({
      toString: () => `add(${name}:${path})`,
      check: (model) => model.labels.get(name)?.isProtected === false,
      run: async (model, { store }) => {
        const label = model.labels.get(name)!;
        const before = label.sets.at(-1)!;
        const after = new Map(
          [...before, [path, content] as const].sort(([left], [right]) => (left < right ? -1 : 1)),
        );
        const source = fromEntries([{ path: 'member', content }]);
        const { kind } = await store.edit(name, [{ verb: 'put', path, source }]);
        if (before.get(path) === content) expect(kind).toBe('unchanged');
        else label.sets.push(after);
      },
    })),
  fc
    .tuple(fc.constantFrom(...NAMES), fc.constantFrom('protect', 'unprotect', 'delete', 'undo'))
    .map(([name, verb]) => ({
      toString: () => `${verb}(${name})`,
      check: (model) => {
        const label = model.labels.get(name);
        if (label === undefined || (label.isProtected && verb !== 'unprotect')) return false;
        return verb !== 'undo' || label.sets.length > 1;
      },
      run: async (model, { store }) => {
        const label = model.labels.get(name)!;
        if (verb === 'undo') {
          await store.labels.update([{ verb: 'move', name, at: `${name}~1` }]);
          label.sets.pop();
          return;
        }
        await store.labels.update([{ verb: verb as 'delete', name }]);
        if (verb === 'delete') model.labels.delete(name);
        else label.isProtected = verb === 'protect';
      },
    })),
  fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...NAMES)).map(([from, to]) => ({
    toString: () => `rename(${from}, ${to})`,
    check: (model) => model.labels.get(from)?.isProtected === false && !model.labels.has(to),
    run: async (model, { store }) => {
      await store.labels.update([{ verb: 'rename', name: from, to }]);
      model.labels.set(to, model.labels.get(from)!);
      model.labels.delete(from);
    },
  })),
  fc.constant({
    toString: () => 'reopen',
    check: () => true,
    run: async (model, real) => {
      await real.store.close();
      real.store = await real.reopen();
      for (const [id, content] of model.objects) expect(TEXT.decode(await real.store.get(id))).toBe(content);
    },
  }),
  fc.constant({
    toString: () => 'look',
    check: () => true,
    run: async (model, { store }) => {
      expect((await store.labels.list()).map(({ name }) => name as string)).toEqual(
        [...model.labels.keys()].sort(),
      );
      for (const [name, { sets }] of model.labels) {
        for (const [back, set] of sets.toReversed().entries()) {
          expect(await readSet(store, `${name}~${back}`)).toEqual(set);
        }
      }
      for await (const { id, severity } of store.fsck()) expect([id, severity]).toEqual([id, 'info']);
    },
  }),
];

test.each(['memfs', 'node'])('a store on %s does what a map does', async (medium) => {
  const runs = medium === 'memfs' ? 100 : 8;
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 25 }), async (sequence) => {
      await using subject = await fileSystems[medium]!();
      const { files, root } = subject;
      let now = 1_700_000_000_000;
      const options = { files, now: () => (now += 1000) };
      const store = await initStore(root, options);
      const real: Real = { store, reopen: () => openStore(root, options) };
      await fc.asyncModelRun(() => ({ model: { labels: new Map(), objects: new Map() }, real }), sequence);
      await real.store.close();
    }),
    { numRuns: runs },
  );
});
