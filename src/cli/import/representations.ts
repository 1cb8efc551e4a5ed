/** `cas import representations`: brings in files of representations, and tells of those that are something else. */
import { stat } from 'node:fs/promises';
import { fileError, NotFoundError, SystemError } from '../../index.ts';
import type { ImportFinding, LayoutImportOptions } from '../../semiont.ts';
import type { Arguments, CommandContext } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { count, formatSize } from '../format.ts';

const STYLES = { alien: 'dim', unreadable: 'red', misplaced: 'yellow', damaged: 'red' } as const;
const KIND_COLUMNS = 11;

/** @param folder an absolute path. @returns the exit code */
export async function importRepresentations(
  folder: string,
  args: Arguments,
  { out, progress, signal, store, note }: CommandContext,
): Promise<number> {
  await checkFolder(folder);
  const { importLayout } = await import('../../semiont.ts');
  const findings: ImportFinding[] = [];
  const result = await importLayout(await store(), folder, {
    ...optionsOf(args),
    onFinding: (finding) => findings.push(finding),
    onProgress: progress.show,
    signal,
  });
  progress.clear();
  for (const finding of findings) {
    if (out.format === 'json') await out.json(finding);
    else {
      const { kind, path, message } = finding;
      await out.line(
        `${out.style(STYLES[kind], kind.padEnd(KIND_COLUMNS))}${out.safe(`${path}: ${message}`)}`,
      );
    }
  }
  const { files, bytes, damaged } = result;
  if (out.format === 'json') await out.json(result);
  const apart =
    damaged === 0
      ? ''
      : `; ${count(damaged, 'damaged file')} apart, see 'cas ls -r quarantine/representations'`;
  note(`imported ${count(files, 'representation')}, ${formatSize(bytes)}${apart}`);
  const isWrong = findings.some(({ kind }) => kind === 'damaged' || kind === 'unreadable');
  return isWrong ? EXIT.corrupt : EXIT.ok;
}

function optionsOf(args: Arguments): LayoutImportOptions {
  const layout = args.text('layout');
  const mediaType = args.text('media-type');
  return { ...(layout !== undefined && { layout }), ...(mediaType !== undefined && { mediaType }) };
}

/** @throws NotFoundError `FILE_NOT_FOUND` @throws SystemError */
async function checkFolder(folder: string): Promise<void> {
  try {
    await stat(folder);
  } catch (cause) {
    const error = fileError(cause, 'read', folder);
    if (!(error instanceof SystemError) || error.code !== 'NOT_THERE') throw error;
    throw new NotFoundError('FILE_NOT_FOUND', `no folder '${folder}'`, { hint: 'check the path', cause });
  }
}
