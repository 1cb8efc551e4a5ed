/** Stores in Theater's layout go in and come out again as they were. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeText, formatName } from '../../src/bytes/text.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { importTheater, type TheaterImport } from '../../src/theater/import-store.ts';
import type { LabelLayout } from '../../src/theater/label-file.ts';
import { findTheaterFolders } from '../../src/theater/layout.ts';
import { viewAsTheater } from '../../src/theater/theater-view.ts';
import { memoryFiles, openInMemory } from './content-stores.ts';
import {
  DAMAGES,
  damaged,
  type Files,
  hashOf,
  readFiles,
  survivors,
  theaterStore,
  writeFiles,
} from './theater-folders.ts';

/** Stores of each layout, sound ones and as many damaged ones. */
const RUNS = Number(process.env['THEATER_RUNS'] ?? 60);

interface Trip {
  readonly files: FileSystem;
  readonly imported: TheaterImport;
  readonly exported: Files;
}

async function travel(members: Files, layout: LabelLayout): Promise<Trip> {
  const files = memoryFiles();
  await writeFiles(files, '/here/old', members);
  await using contents = await openInMemory(files);
  const [folder] = await findTheaterFolders('/here/old', { files });
  const imported = await importTheater(contents, folder!, { files });
  const { view } = await viewAsTheater(contents, { layout });
  await view.toFolder('/here/new', { files });
  return { files, imported, exported: await readFiles(files, '/here/new') };
}

const NOTHING = new Uint8Array([0]);

/** To be compared: whatever the order in which they were found. */
const asText = (files: Files): Readonly<Record<string, string>> =>
  Object.fromEntries(Array.from(files, ([path, bytes]) => [path, Buffer.from(bytes).toString('hex')]));

describe.each<LabelLayout>(['list', 'single'])('a store whose labels are of the layout %s', (layout) => {
  test('is the same bytes under the same names', async () => {
    await fc.assert(
      fc.asyncProperty(theaterStore(layout), async (members) => {
        const { imported, exported } = await travel(members, layout);
        expect(imported.problems).toEqual([]);
        expect(asText(exported)).toEqual(asText(members));
      }),
      { numRuns: RUNS },
    );
  });

  test('loses by damage what is damaged, and nothing else, and every damage is named', async () => {
    await fc.assert(
      fc.asyncProperty(
        theaterStore(layout),
        fc.array(fc.tuple(fc.constantFrom(...DAMAGES), fc.nat()), { minLength: 1, maxLength: 3 }),
        async (members, damages) => {
          const broken = damages.reduce((files, [damage, seed]) => damaged(files, damage, seed), members);
          const { imported, exported } = await travel(broken, layout);
          expect(asText(exported)).toEqual(asText(survivors(broken)));
          const named = new Set(imported.problems.map(({ path }) => path));
          for (const [path, bytes] of broken) {
            const isWrong = path.startsWith('data/') && path !== `data/${hashOf(bytes)}`;
            const isStray = !path.includes('/');
            const isChanged =
              path.startsWith('labels/') && !Buffer.from(bytes).equals(exported.get(path) ?? NOTHING);
            expect([path, named.has(formatName(encodeText(path)))]).toEqual([
              path,
              isWrong || isStray || isChanged,
            ]);
          }
        },
      ),
      { numRuns: RUNS },
    );
  });
});
