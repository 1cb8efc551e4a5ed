/** Changes with their sizes, and their sum: what `--stat` prints. */
import type { Change, TreeEntry } from '../index.ts';
import { LETTERS, STYLES } from './entry-lines.ts';
import { count, formatCount, formatSize } from './format.ts';
import { shownPath } from './listing.ts';
import type { Output } from './output.ts';

const SIZE_COLUMNS = 8;

/** Letter, size before and after, path. */
export function sizeLine(out: Output, change: Change): string {
  const { kind, path } = change;
  const [before, after] = sidesOf(change);
  const sizes = `${sizeOf(before)} ${before === undefined || after === undefined ? '  ' : '->'} ${sizeOf(after)}`;
  return `${out.style(STYLES[kind], LETTERS[kind])} ${sizes}  ${shownPath({ path, entry: (after ?? before)! })}`;
}

/** Counts changes as they pass. Folders count as members, and not by size: that is the sum of what is in them. */
export class ChangeTally {
  readonly #counts = { added: 0, changed: 0, removed: 0 };
  #beforeBytes = 0;
  #afterBytes = 0;

  add(change: Change): void {
    this.#counts[change.kind]++;
    const [before, after] = sidesOf(change);
    if (before !== undefined && before.kind !== 'folder') this.#beforeBytes += before.sizeBytes;
    if (after !== undefined && after.kind !== 'folder') this.#afterBytes += after.sizeBytes;
  }

  get total(): number {
    return this.#counts.added + this.#counts.changed + this.#counts.removed;
  }

  /** Such as `3 changes: 1 added, 2 changed; 12 B before, 34 B after`. */
  summary(): string {
    if (this.total === 0) return 'no changes';
    const { added, changed, removed } = this.#counts;
    const parts = [
      `${formatCount(added)} added`,
      `${formatCount(changed)} changed`,
      `${formatCount(removed)} removed`,
    ].filter((part) => !part.startsWith('0 '));
    return `${count(this.total, 'change')}: ${parts.join(', ')}; ${formatSize(this.#beforeBytes)} before, ${formatSize(this.#afterBytes)} after`;
  }
}

function sidesOf(change: Change): readonly [before: TreeEntry | undefined, after: TreeEntry | undefined] {
  switch (change.kind) {
    case 'added':
      return [undefined, change.after];
    case 'removed':
      return [change.before, undefined];
    case 'changed':
      return [change.before, change.after];
  }
}

function sizeOf(entry: TreeEntry | undefined): string {
  return (entry === undefined ? '' : formatSize(entry.sizeBytes)).padStart(SIZE_COLUMNS);
}
