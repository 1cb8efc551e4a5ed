/** How what is outside of a store differs from a set in it: what `status` and `verify` share. */
import type { Change, CommitContents, CommitSource } from '../index.ts';
import type { CommandContext } from './command.ts';
import { printChange } from './entry-lines.ts';

export interface Comparison {
  readonly revision: string;
  readonly source: CommitSource;
  /** A folder has none, so they are no difference there. */
  readonly attributes: 'compare' | 'ignore';
}

export interface ComparisonResult {
  readonly differences: number;
  /** Of what is outside. */
  readonly contents: CommitContents;
}

/** Prints each difference, as a change that makes what is outside of what the revision names. */
export async function printComparison(
  { store, out, progress, signal }: CommandContext,
  { revision, source, attributes }: Comparison,
): Promise<ComparisonResult> {
  let contents: CommitContents | undefined;
  const watched: CommitSource = {
    name: source.name,
    write: async (target) => {
      contents = await source.write({ ...target, onProgress: progress.show, signal });
      return contents;
    },
  };
  let differences = 0;
  for await (const change of (await store()).compare(revision, watched)) {
    if (attributes === 'ignore' && isOfAttributesOnly(change)) continue;
    differences++;
    progress.clear();
    await printChange(out, change);
  }
  await out.flush();
  return { differences, contents: contents! }; // the loop ends only after the source was written
}

function isOfAttributesOnly(change: Change): boolean {
  if (change.kind !== 'changed' || change.before.kind !== change.after.kind) return false;
  return change.before.kind === 'folder' || change.before.id === change.after.id;
}
