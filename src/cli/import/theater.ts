/** `cas import theater`: brings in one store in Theater's layout, or several by their ids, and tells of what is wrong. */
import { join, resolve } from 'node:path';
import type {
  ContentStore,
  LayoutProblem,
  LayoutProblemKind,
  TheaterFolder,
  TheaterImport,
} from '../../theater.ts';
import type { Arguments, CommandContext } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { count, formatSize } from '../format.ts';

/** With these nothing was lost. */
const HARMLESS: ReadonlySet<LayoutProblemKind> = new Set(['label-outside', 'not-a-file', 'stray']);
const KIND_COLUMNS = 16;

/** @param folder an absolute path. @returns the exit code */
export async function importTheaterStores(
  folder: string,
  _args: Arguments,
  context: CommandContext,
): Promise<number> {
  const { findTheaterFolders } = await import('../../theater.ts');
  let isWhole = true;
  for (const found of await findTheaterFolders(folder)) {
    const problems = await importOne(found, context);
    isWhole &&= problems.every(({ kind }) => HARMLESS.has(kind));
  }
  return isWhole ? EXIT.ok : EXIT.corrupt;
}

async function importOne(folder: TheaterFolder, context: CommandContext): Promise<readonly LayoutProblem[]> {
  const { out, progress, signal, note } = context;
  const { importTheater } = await import('../../theater.ts');
  await using contents = await openTarget(folder, context);
  const result = await importTheater(contents, folder, { onProgress: progress.show, signal });
  progress.clear();
  const { id } = folder;
  const { problems, ...counts } = result;
  for (const problem of problems) await printProblem(problem, id, context);
  if (out.format === 'json') await out.json({ ...(id !== undefined && { store: id }), ...counts });
  await out.flush(); // before what goes another way
  for (const line of summaryOf(result, id)) note(line);
  return problems;
}

function summaryOf({ contents, bytes, labels, unlabelled }: TheaterImport, id: string | undefined): string[] {
  const what = `${count(contents, 'content')}, ${formatSize(bytes)}, and ${count(labels, 'label')}`;
  const imported = `imported ${what}${id === undefined ? '' : ` of '${id}'`}`;
  if (unlabelled === 0) return [imported];
  const verb = unlabelled === 1 ? 'has' : 'have';
  return [
    imported,
    `of these, ${count(unlabelled, 'content')} ${verb} no label: 'cas gc' takes what nothing names`,
  ];
}

/** The store that the user means, or of several stores one each, in a folder of its id. */
async function openTarget(
  { id }: TheaterFolder,
  { store, storePath, cwd }: CommandContext,
): Promise<ContentStore> {
  const theater = await import('../../theater.ts');
  if (id !== undefined) {
    const basePath = resolve(cwd, storePath ?? '.');
    const contents = theater.ContentStore.named(id, { basePath });
    await contents.init();
    return contents;
  }
  const contents = new theater.ContentStore((await store()).path);
  await contents.open();
  return contents;
}

async function printProblem(
  { kind, path, message }: LayoutProblem,
  id: string | undefined,
  { out }: CommandContext,
): Promise<void> {
  const place = id === undefined ? path : join(id, path);
  if (out.format === 'json') return out.json({ kind, path: place, message });
  const color = HARMLESS.has(kind) ? 'yellow' : 'red';
  await out.line(`${out.style(color, kind.padEnd(KIND_COLUMNS))}${out.safe(`${place}: ${message}`)}`);
}
