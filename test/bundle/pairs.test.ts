/** Any two stores: what one says that it holds does not come to it, and what comes makes it whole. BUNDLE_RUNS asks for more. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FileSystem } from '../../src/files/file-system.ts';
import { openBundle, type Store } from '../../src/index.ts';
import { commitFiles, NOW, openWorkshop } from '../store/workshop.ts';
import { contentsOf, historyOf, idsOf } from './carriage.ts';

const RUNS = Number(process.env['BUNDLE_RUNS'] ?? 30);

type Files = Readonly<Record<string, string>>;
type Step =
  | { readonly kind: 'commit'; readonly at: 0 | 1; readonly label: string; readonly files: Files }
  | { readonly kind: 'send'; readonly from: 0 | 1; readonly label: string; readonly how: 'have' | 'whole' }
  | { readonly kind: 'repack'; readonly at: 0 | 1 };

const at = fc.constantFrom(0 as const, 1 as const);
const label = fc.constantFrom('a', 'b/c');
const lines = Array.from({ length: 60 }, (_, number) => `line ${number} of a text that is long enough\n`);
const text = fc.oneof(
  fc.constantFrom('', 'x', 'tree 1\n'),
  fc.tuple(fc.nat({ max: 59 }), fc.string({ maxLength: 5 })).map(([number, word]) => {
    return lines.with(number, `${word}\n`).join('');
  }),
);
const files = fc.dictionary(fc.constantFrom('x', 'y', 'd/x', 'd/e/x'), text, { minKeys: 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('commit' as const), at, label, files }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      from: at,
      label,
      how: fc.constantFrom('have' as const, 'have' as const, 'whole' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('repack' as const), at }) },
);

async function write(files: FileSystem, path: string, bytes: Uint8Array): Promise<void> {
  await using file = await files.open(path, 'create');
  await file.write(bytes, 0);
}

interface Place {
  readonly store: Store;
  readonly files: FileSystem;
}

async function send(
  from: Place,
  to: Place,
  { label, how }: { label: string; how: 'have' | 'whole' },
  turn: number,
): Promise<void> {
  const known = await idsOf(to.store);
  const [path, have] = [`/here/${turn}.casb`, `/here/${turn}.have`];
  if (how === 'have') await write(from.files, have, await to.store.bundles.have());
  const { objects } = await from.store.bundles.create(path, {
    labels: [label],
    ...(how === 'have' && { have }),
  });
  await write(to.files, path, (await from.files.readFile(path, 2 ** 30))!);
  const name = `from/${turn}/${label}`;
  await to.store.bundles.apply([path], { prefix: `from/${turn}/` });
  expect(await contentsOf(to.store, name)).toEqual(await contentsOf(from.store, label));
  expect(await historyOf(to.store, name)).toEqual(await historyOf(from.store, label));
  if (how === 'have') expect((await idsOf(to.store)).size).toBe(known.size + objects); // each that came was new
  await using bundle = await openBundle([path], { files: to.files });
  await bundle.verify();
}

test('what is held does not travel, and what travels is enough', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
      await using ann = await openWorkshop();
      await using bob = await openWorkshop();
      const places = [ann, bob] as const;
      for (const [turn, step] of steps.entries()) {
        if (step.kind === 'commit')
          await commitFiles(places[step.at].store, step.label, step.files, NOW + turn);
        else if (step.kind === 'repack') await places[step.at].store.repack({ scope: 'all' });
        else {
          const [from, to] = step.from === 0 ? [ann, bob] : [bob, ann];
          if ((await from.store.labels.get(step.label)) === undefined) continue;
          await send(from, to, step, turn);
        }
      }
      for (const { store } of places)
        for await (const { severity, message } of store.fsck())
          expect([severity, message]).toEqual(['info', message]);
    }),
    { numRuns: RUNS },
  );
}, 600_000);
