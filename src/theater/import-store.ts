/** Takes a store in Theater's layout into one of this library. */
import type { FileSystem } from '../files/file-system.ts';
import { nodeFiles } from '../files/node-files.ts';
import type { ProgressListener } from '../flow/progress.ts';
import { ReadingProgress } from '../source/reading-progress.ts';
import { findContent } from './content-index.ts';
import type { ContentStore } from './content-store.ts';
import { fromWrongContents, type ImportedContents, importContents } from './import-contents.ts';
import { type LabelToImport, readLabels } from './import-labels.ts';
import { fromContents } from './label-set.ts';
import type { TheaterFolder } from './layout.ts';
import type { LayoutProblem } from './layout-problem.ts';

/** How a store is taken in. */
export interface TheaterImportOptions {
  /** Where the folder is. @default the machine's own */
  readonly files?: FileSystem;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** What was taken in, and what was not. */
export interface TheaterImport {
  /** Files in `data` whose bytes are what their names say. */
  readonly contents: number;
  /** Of those. */
  readonly bytes: number;
  /** Labels that name at least one of them. */
  readonly labels: number;
  /** Contents that none of these labels names: garbage, once it is collected. */
  readonly unlabelled: number;
  readonly problems: readonly LayoutProblem[];
}

/**
 * The label that keeps files of `data` whose names are not the hashes of their bytes, under their paths. No text has this
 * name, so it is no label of Theater's.
 */
export const QUARANTINE_LABEL = '=quarantine/theater';

/** So many labels go into one transaction at most. */
const LABELS_AT_ONCE = 10_000;

/**
 * Takes everything in: contents whose bytes are what their names say, and labels, which name just what their files say
 * from then on. What is wrong is named in the answer and loses nothing else; contents under wrong names are kept apart,
 * under the label {@link QUARANTINE_LABEL}. The folder is only read. Taken in again, the same changes nothing.
 *
 * @param contents open
 * @throws RefusedError `LABEL_PROTECTED` @throws ConflictError `LABEL_MOVED` where somebody changes labels meanwhile
 */
export async function importTheater(
  contents: ContentStore,
  folder: TheaterFolder,
  options: TheaterImportOptions = {},
): Promise<TheaterImport> {
  const { files = nodeFiles(), onProgress, signal } = options;
  const store = contents.database;
  const problems: LayoutProblem[] = [];
  const progress = new ReadingProgress(onProgress);
  const taken = await store.batch(async (batch) => {
    const found = await importContents({ files, folder, batch, progress, signal }, problems);
    if (found.wrong.length > 0) await batch.commit(QUARANTINE_LABEL, fromWrongContents(found.wrong));
    return found;
  });
  progress.finish();
  const labels = await readLabels(
    {
      files,
      folder,
      taken: (await store.labels.list()).map(({ name }) => name),
      find: async (ref) => taken.contents.get(ref.hash) ?? findContent(store, ref),
    },
    problems,
  );
  for (let at = 0; at < labels.length; at += LABELS_AT_ONCE)
    await commitLabels(contents, labels.slice(at, at + LABELS_AT_ONCE));
  return { ...countContents(taken, labels), labels: labels.length, problems };
}

async function commitLabels({ database }: ContentStore, labels: readonly LabelToImport[]): Promise<void> {
  await database.batch(async (batch) => {
    for (const { text, name, members } of labels)
      await batch.commit(name, fromContents(members, { name: text }));
  });
}

function countContents(
  { contents }: ImportedContents,
  labels: readonly LabelToImport[],
): Pick<TheaterImport, 'contents' | 'bytes' | 'unlabelled'> {
  const labelled = new Set(labels.flatMap(({ members }) => members.map(({ ref }) => ref.hash)));
  let bytes = 0;
  let unlabelled = 0;
  for (const [hash, { sizeBytes }] of contents) {
    bytes += sizeBytes;
    if (!labelled.has(hash)) unlabelled++;
  }
  return { contents: contents.size, bytes, unlabelled };
}
