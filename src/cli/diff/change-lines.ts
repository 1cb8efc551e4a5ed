/** Changes with their sizes, and their sum: what `--stat` prints. */
import type { Change, TreeEntry } from '../../index.ts';
import { changedPath, LETTERS, STYLES, sidesOf } from '../entry-lines.ts';
import { count, formatCount, formatSize } from '../format.ts';
import type { Output } from '../output.ts';
import type { Rename } from './renames.ts';

const SIZE_COLUMNS = 8;

/** Letter, size before and after, path. */
export function sizeLine(out: Output, change: Change | Rename): string {
  const { before, after } = sidesOf(change);
  const sizes = `${sizeOf(before)} ${before === undefined || after === undefined ? '  ' : '->'} ${sizeOf(after)}`;
  const likeness = change.kind === 'renamed' ? ` (${change.likeness} %)` : '';
  return `${out.style(STYLES[change.kind], LETTERS[change.kind])} ${sizes}  ${changedPath(change)}${likeness}`;
}

/** Counts changes as they pass. Folders count as members, and not by size: that is the sum of what is in them. */
export class ChangeTally {
  readonly #counts = { added: 0, changed: 0, removed: 0, renamed: 0 };
  #beforeBytes = 0;
  #afterBytes = 0;

  add(change: Change | Rename): void {
    this.#counts[change.kind]++;
    const { before, after } = sidesOf(change);
    if (before !== undefined && before.kind !== 'folder') this.#beforeBytes += before.sizeBytes;
    if (after !== undefined && after.kind !== 'folder') this.#afterBytes += after.sizeBytes;
  }

  get total(): number {
    const { added, changed, removed, renamed } = this.#counts;
    return added + changed + removed + renamed;
  }

  /** Such as `3 changes: 1 added, 2 changed; 12 B before, 34 B after`. */
  summary(): string {
    if (this.total === 0) return 'no changes';
    const { added, changed, removed, renamed } = this.#counts;
    const parts = [
      `${formatCount(added)} added`,
      `${formatCount(changed)} changed`,
      `${formatCount(removed)} removed`,
      `${formatCount(renamed)} renamed`,
    ].filter((part) => !part.startsWith('0 '));
    return `${count(this.total, 'change')}: ${parts.join(', ')}; ${formatSize(this.#beforeBytes)} before, ${formatSize(this.#afterBytes)} after`;
  }
}

function sizeOf(entry: TreeEntry | undefined): string {
  return (entry === undefined ? '' : formatSize(entry.sizeBytes)).padStart(SIZE_COLUMNS);
}
