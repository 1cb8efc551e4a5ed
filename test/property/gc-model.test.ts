/** Random work, collections in between: what labels name, and what they keep, is there and right after each of them. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { CasError, type Store } from '../../src/index.ts';
import { commitFiles, DAY, NOW, openWorkshop, type Workshop } from '../store/workshop.ts';

interface Model {
  /** The sets of each label along its history, the present one last. */
  readonly labels: Map<string, Readonly<Record<string, string>>[]>;
  readonly keeps: Map<string, number | undefined>;
  seconds: number;
}

type Step =
  | { readonly kind: 'commit'; readonly name: string; readonly files: Readonly<Record<string, string>> }
  | { readonly kind: 'keep'; readonly name: string; readonly keep: number | undefined }
  | { readonly kind: 'forget'; readonly name: string; readonly keep: number }
  | { readonly kind: 'delete' | 'back'; readonly name: string }
  | { readonly kind: 'put'; readonly text: string }
  | { readonly kind: 'wait' | 'gc' | 'repack' | 'undelete' };

const name = fc.constantFrom('a', 'b', 'c/d');
const text = fc.constantFrom('1', '2', '3', 'tree 1\n', 'snapshot 1\n');
const files = fc.dictionary(fc.constantFrom('x', 'y', 'd/x', 'd/e/x'), text, { minKeys: 1 });
const many = text.map((content) =>
  Object.fromEntries(Array.from({ length: 25 }, (_, at) => [`m${at}`, `${content} ${at % 7}`])),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('commit' as const), name, files }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('commit' as const), name, files: many }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('keep' as const),
      name,
      keep: fc.option(fc.nat({ max: 3 }), { nil: undefined }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('forget' as const), name, keep: fc.nat({ max: 2 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('delete' as const, 'back' as const), name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('put' as const), text }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'wait' as const,
        'gc' as const,
        'gc' as const,
        'repack' as const,
        'undelete' as const,
      ),
    }),
  },
);

async function take({ store, setTime }: Workshop, model: Model, step: Step): Promise<void> {
  switch (step.kind) {
    case 'commit': {
      const label = model.labels.get(step.name) ?? [];
      const sorted = sortedByPath(Object.entries(step.files));
      if (JSON.stringify(label.at(-1)) === JSON.stringify(sorted)) return;
      await commitFiles(store, step.name, step.files, model.seconds);
      if (label.length === 0) model.keeps.set(step.name, undefined);
      model.labels.set(step.name, [...label, sorted]);
      return;
    }
    case 'keep':
      if (!model.labels.has(step.name)) return;
      await store.labels.update([{ verb: 'keep', name: step.name, keep: `${step.keep ?? 'all'}` }]);
      model.keeps.set(step.name, step.keep);
      return;
    case 'forget': {
      const label = model.labels.get(step.name);
      if (label === undefined) return;
      const { sharedWith, kept } = await store.forget(step.name, `${step.keep}`);
      if (sharedWith.length === 0) model.labels.set(step.name, label.slice(-kept));
      return;
    }
    case 'delete':
      if (model.labels.delete(step.name)) await store.labels.update([{ verb: 'delete', name: step.name }]);
      return;
    case 'back': {
      // To the snapshot before, if the label has one still: the other one then is a former value.
      const label = model.labels.get(step.name);
      if (label === undefined || label.length < 2) return;
      try {
        await store.labels.update([{ verb: 'move', name: step.name, at: `${step.name}~1` }]);
        model.labels.set(step.name, label.slice(0, -1));
      } catch (error) {
        if (!(error instanceof CasError && error.code === 'HISTORY_TOO_SHORT')) throw error;
      }
      return;
    }
    case 'put':
      await store.put(step.text);
      return;
    case 'wait':
      model.seconds += 50 * DAY;
      setTime(model.seconds);
      return;
    case 'gc':
      await store.gc({ graceMs: 0 });
      trim(model);
      return;
    case 'repack':
      await store.repack({ scope: 'all' });
      return;
    case 'undelete':
      await store.undelete();
  }
}

function sortedByPath(entries: [path: string, content: string][]): Record<string, string> {
  return Object.fromEntries(entries.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

/** What a label keeps no more may be gone. */
function trim({ labels, keeps }: Model): void {
  for (const [name, sets] of labels) {
    const keep = keeps.get(name);
    if (keep !== undefined) labels.set(name, sets.slice(-keep - 1));
  }
}

async function readSet(store: Store, revision: string): Promise<Record<string, string>> {
  const set: [string, string][] = [];
  const decoder = new TextDecoder();
  for await (const { path, entry } of (await store.view(revision)).entries())
    if (entry.kind !== 'folder') set.push([decoder.decode(path), decoder.decode(await store.get(entry.id))]);
  return sortedByPath(set);
}

async function check({ store }: Workshop, { labels }: Model): Promise<void> {
  expect((await store.labels.list()).map((label): string => label.name)).toEqual([...labels.keys()].sort());
  for (const [name, sets] of labels) {
    for (const [back, set] of sets.toReversed().entries())
      expect(await readSet(store, `${name}~${back}`), `${name}~${back}`).toEqual(set);
  }
  for await (const { severity, message } of store.fsck())
    expect([severity, message]).toEqual(['info', message]);
}

test('whatever is collected, labels keep what they name and what their rules say', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
      await using workshop = await openWorkshop();
      const model: Model = { labels: new Map(), keeps: new Map(), seconds: NOW };
      for (const step of steps) await take(workshop, model, step);
      await check(workshop, model);
      await workshop.store.gc({ graceMs: 0 });
      trim(model);
      await check(workshop, model);
      expect((await workshop.store.gc({ graceMs: 0 })).collected.count).toBe(0);
    }),
    { numRuns: Number(process.env['GC_RUNS'] ?? 15) },
  );
}, 600_000);
