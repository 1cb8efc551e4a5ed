/** Random edits, by several handles, against a map. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { CasError } from '../../src/errors/errors.ts';
import type { LabelEdit } from '../../src/label/edit.ts';
import { KEEP_ALL } from '../../src/label/keep.ts';
import type { Label } from '../../src/label/label.ts';
import { type LabelStore, openLabelStore } from '../../src/label/label-store.ts';
import type { LabelName } from '../../src/label/name.ts';
import { edits, fewNames } from '../arbitraries/labels.ts';
import { clashOf } from './clash.ts';
import { at, id, makeFolderInMemory, name } from './label-folder.ts';

type Model = ReadonlyMap<LabelName, Label>;

/** What the edits make of the labels, or `undefined` when they are refused. Written to be plain, not quick. */
function apply(model: Model, edits: readonly LabelEdit[]): Model | undefined {
  const touched = edits.flatMap(({ name, action }) =>
    action.kind === 'rename' && action.to !== name ? [name, action.to] : [name],
  );
  if (new Set(touched).size < touched.length) return undefined;
  const result = new Map(model);
  for (const { name, expect, action, force } of edits) {
    const label = model.get(name);
    if (expect.kind === 'absent' && label) return undefined;
    if (expect.kind === 'present' && !label) return undefined;
    if (expect.kind === 'id' && label?.id !== expect.id) return undefined;
    const moves =
      (action.kind === 'set' && action.id !== label?.id) ||
      action.kind === 'delete' ||
      (action.kind === 'rename' && action.to !== name);
    if (label?.isProtected && moves && !force) return undefined;
    if (!label && action.kind !== 'set' && action.kind !== 'delete') return undefined;
    if (action.kind === 'rename' && action.to !== name && model.has(action.to)) return undefined;
    if (action.kind === 'delete' || action.kind === 'rename') result.delete(name);
    if (action.kind === 'set') {
      result.set(name, { name, isProtected: false, keep: KEEP_ALL, ...label, id: action.id });
    }
    if (!label) continue;
    if (action.kind === 'rename') result.set(action.to, { ...label, name: action.to });
    if (action.kind === 'protect') result.set(name, { ...label, isProtected: true });
    if (action.kind === 'unprotect') result.set(name, { ...label, isProtected: false });
    if (action.kind === 'keep') result.set(name, { ...label, keep: action.keep });
  }
  const added = [...result.keys()].filter((name) => !model.has(name));
  return added.some((name) => clashOf(result.keys(), name)) ? undefined : result;
}

type Step =
  | { readonly kind: 'update'; readonly edits: readonly LabelEdit[]; readonly handle: number }
  | { readonly kind: 'reopen'; readonly handle: number }
  | { readonly kind: 'fold'; readonly keepFrom: number; readonly handle: number }
  | { readonly kind: 'look'; readonly name: LabelName; readonly handle: number };

const handle = fc.nat({ max: 2 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('update' as const),
        edits: fc.array(edits, { minLength: 1, maxLength: 3 }),
        handle,
      }),
    },
    fc.record({ kind: fc.constant('reopen' as const), handle }),
    fc.record({ kind: fc.constant('fold' as const), keepFrom: fc.nat({ max: 20 }), handle }),
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('look' as const), name: fewNames, handle }) },
  ),
  { maxLength: 40 },
);

/** A rename onto a label that is there, which random edits seldom come to. */
const ontoAnother: Step[] = (
  [
    { name: 'x/y', expect: { kind: 'any' }, action: { kind: 'set', id: id(0) } },
    { name: 'c', expect: { kind: 'any' }, action: { kind: 'set', id: id(0) } },
    { name: 'x/y', expect: { kind: 'present' }, action: { kind: 'rename', to: name('c') } },
  ] as LabelEdit[]
).map((edit) => ({ kind: 'update', edits: [edit], handle: 0 }));

test('a label store does what a map does, through any handle, reopened and folded at any time', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.constantFrom(0, 300, 64 * 1024), async (steps, foldBytes) => {
      using folder = makeFolderInMemory();
      const open = (): LabelStore => openLabelStore(folder.files, folder.path, { foldBytes });
      const stores = [open(), open(), open()];
      let model: Model = new Map();
      let n = 0;
      for (const step of steps) {
        const store = stores[step.handle]!;
        if (step.kind === 'reopen') stores[step.handle] = open();
        if (step.kind === 'fold') await store.fold({ keepFrom: step.keepFrom });
        if (step.kind === 'look') {
          expect(await store.get(step.name)).toEqual(model.get(step.name));
          const [last] = await store.history(step.name);
          if (last !== undefined) expect(last.new).toBe(model.get(step.name)?.id);
        }
        if (step.kind === 'update') {
          const next = apply(model, step.edits);
          const outcome = await store
            .update(step.edits, { who: 'fc', reason: 'model', now: at(n) })
            .catch((error: unknown) => error);
          if (next === undefined) expect(outcome).toBeInstanceOf(CasError);
          else expect(outcome).not.toBeInstanceOf(Error);
          if (next !== undefined && outcome !== undefined) n++;
          model = next ?? model;
        }
      }
      for (const store of [...stores, open()]) {
        const state = await store.read();
        expect(state).toEqual({ n, labels: model, tornBytes: 0 });
        for await (const record of store.walkRecords()) expect(record.n).toBeLessThanOrEqual(n);
      }
    }),
    { numRuns: 120, examples: [[ontoAnother, 0]] },
  );
});
