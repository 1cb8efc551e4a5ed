/** Exports into a folder, and the words for what was done. */
import { resolve } from 'node:path';
import {
  encodeText,
  type FolderChange,
  type FolderUpdateSummary,
  formatName,
  type View,
} from '../../index.ts';
import type { Arguments, CommandContext } from '../command.ts';
import { LETTERS, STYLES } from '../entry-lines.ts';
import { count, formatSize } from '../format.ts';
import type { Output } from '../output.ts';
import { outputOf } from './format.ts';
import { archiveOptionsOf } from './options.ts';

export async function exportFolder(view: View, args: Arguments, context: CommandContext): Promise<void> {
  const target = outputOf(args);
  const path = resolve(context.cwd, target);
  if (args.flag('update')) return updateFolder(view, args, context);
  const { files, symlinks, bytes } = await view.toFolder(path, {
    existing: args.flag('force') ? 'replace' : 'refuse',
    ...archiveOptionsOf(args, context),
  });
  context.note(`exported ${count(files + symlinks, 'file')}, ${formatSize(bytes)}, to '${target}'`);
}

async function updateFolder(view: View, args: Arguments, context: CommandContext): Promise<void> {
  const { cwd, out, note } = context;
  const target = outputOf(args);
  const isDry = args.flag('dry-run');
  let printed = Promise.resolve();
  const summary = await view.updateFolder(resolve(cwd, target), {
    extra: args.flag('delete') ? 'remove' : 'keep',
    mode: isDry ? 'rehearse' : 'write',
    ...(isDry && {
      onChange: (change) => {
        printed = printed.then(() => printPlanned(out, change));
      },
    }),
    ...archiveOptionsOf(args, context),
  });
  await printed;
  await out.flush();
  note(`${isDry ? 'would update' : 'updated'} '${target}': ${wordsFor(summary)}`);
}

function wordsFor({ files, symlinks, bytes, removed, unchanged }: FolderUpdateSummary): string {
  const written = `${count(files + symlinks, 'file')}, ${formatSize(bytes)}, written`;
  return `${written}, ${removed} removed, ${unchanged} as they were`;
}

/** A line with a letter and the path; or JSON; or letter NUL path NUL. */
async function printPlanned(out: Output, { kind, path, what }: FolderChange): Promise<void> {
  switch (out.format) {
    case 'json':
      return out.json({ change: kind, path: formatName(path), kind: what });
    case 'zero':
      await out.zero(encodeText(LETTERS[kind]));
      return out.zero(path);
    case 'text':
      return out.line(
        `${out.style(STYLES[kind], LETTERS[kind])} ${formatName(path)}${what === 'folder' ? '/' : ''}`,
      );
  }
}
