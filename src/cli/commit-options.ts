/** What a user says of a commit; the same in every command that makes one, and how each tells what it did. */
import type { CommitOptions, CommitResult, Store } from '../index.ts';
import { parseCommitTime, parseExpected } from './arguments.ts';
import type { Arguments, CommandContext, OptionSpec } from './command.ts';
import { count, formatSize, shortId } from './format.ts';
import { authorOf } from './identity.ts';

export const COMMIT_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  message: { kind: 'text', about: 'why, for the log', alias: 'm', value: 'TEXT' },
  expect: { kind: 'text', about: "fail unless the label is at REV, or there is none ('none')", value: 'REV' },
  time: { kind: 'text', about: 'time of the snapshot [default: SOURCE_DATE_EPOCH, or now]', value: 'TIME' },
  author: {
    kind: 'text',
    about: 'author of the snapshot [default: CAS_AUTHOR, or the settings]',
    value: 'NAME',
  },
  force: { kind: 'flag', about: 'also where the label is protected', alias: 'f' },
};

/** @throws as what reads each option */
export async function commitOptionsOf(
  args: Arguments,
  store: Store,
  { environment, progress, signal }: CommandContext,
): Promise<CommitOptions> {
  const message = args.text('message') ?? '';
  const author = authorOf(args.text('author'), environment, store);
  const timeSeconds = parseCommitTime(args.text('time'), environment);
  const expect = await parseExpected(store, args.text('expect'));
  return {
    message: message === '' || message.endsWith('\n') ? message : `${message}\n`,
    protection: args.flag('force') ? 'force' : 'respect',
    ...(author && { author }),
    ...(timeSeconds !== undefined && { timeSeconds }),
    ...(expect !== undefined && { expect }),
    onProgress: progress.show,
    signal,
  };
}

/**
 * The id alone on standard output, for scripts; what a person wants to know beside it.
 *
 * @param made whether the set was given whole, or members of it were edited
 */
export async function printCommit(
  { out, note }: CommandContext,
  { label, made }: { readonly label: string; readonly made: 'whole' | 'by edits' },
  result: CommitResult,
): Promise<void> {
  const { kind, id, parent, tree, sizeBytes, entries, skipped } = result;
  const isWhole = made === 'whole';
  if (out.format === 'json') {
    await out.json({
      kind,
      id,
      parent: parent ?? null,
      tree,
      size: sizeBytes,
      ...(isWhole && { entries }),
      skipped,
    });
    return;
  }
  await out.line(id);
  await out.flush();
  for (const path of skipped) note(`left out '${path}'`);
  const what = isWhole
    ? `${count(entries, 'file')}, ${formatSize(sizeBytes)}`
    : `a set of ${formatSize(sizeBytes)}`;
  if (kind === 'unchanged') note(`no change: '${label}' holds this set already`);
  else if (kind === 'rehearsed') note(`would commit ${what}; nothing was stored, and the id is the tree's`);
  else
    note(
      `committed ${what} as '${label}'${parent === undefined ? ', a new label' : `, after ${shortId(parent)}`}`,
    );
}
