/**
 * What survives when the power goes: of a file, what was written before its last good sync; of a folder, the names
 * it had at its last sync. The rest was in memory, and may be on the disk or not.
 */
import type { DiskOperation } from './disk.ts';
import { randomNumbers } from './random-numbers.ts';

/**
 * The fate of what was not synced.
 *
 * `nothing`: only the process died, and all it did is there. `dropped`: all that was not synced is gone. `names-kept`: names and modes are as they were, and the bytes are gone, so that a
 * file may stand under its right name with nothing in it. `random`: each change by itself is there, or not, or
 * half there; the same seed gives the same disk.
 */
export type Loss =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'names-kept' }
  | { readonly kind: 'random'; readonly seed: number };

/** The operations that reached the disk, in order, of `operations`, which are all that came before the cut. */
export function survivors(operations: readonly DiskOperation[], loss: Loss): DiskOperation[] {
  const isDurable = markDurable(operations);
  const random = loss.kind === 'random' ? randomNumbers(loss.seed) : () => 0;
  const kept: DiskOperation[] = [];
  operations.forEach((operation, at) => {
    const survivor = isDurable[at] ? operation : remnant(operation, loss, random);
    if (survivor !== undefined) kept.push(survivor);
  });
  return kept;
}

/** Whether the same disk comes of both: a sync leaves it as it is, and so does what gets no name. */
export function leaveSameDisk(some: readonly DiskOperation[], others: readonly DiskOperation[]): boolean {
  const [left, right] = [some.filter(isSeen), others.filter(isSeen)];
  return left.length === right.length && left.every((operation, at) => operation === right[at]);
}

function isSeen({ kind }: DiskOperation): boolean {
  return kind !== 'make-inode' && kind !== 'sync' && kind !== 'failed-sync' && kind !== 'sync-folder';
}

/** For each operation, whether a sync that succeeded covers it. Read backwards: a sync covers what came before. */
export function markDurable(operations: readonly DiskOperation[]): boolean[] {
  const synced = new Set<number>();
  return operations
    .toReversed()
    .map((operation) => {
      if (operation.kind === 'sync' || operation.kind === 'sync-folder') synced.add(operation.inode);
      if (operation.kind === 'failed-sync') synced.delete(operation.inode);
      return synced.has(inodeThatHolds(operation) ?? NONE);
    })
    .toReversed();
}

const NONE = -1;

/** The file or folder whose sync makes the operation durable. A name that moves is durable where it came to. */
function inodeThatHolds(operation: DiskOperation): number | undefined {
  switch (operation.kind) {
    case 'add-name':
    case 'remove-name':
      return operation.at.folder;
    case 'move-name':
      return operation.to.folder;
    case 'write':
    case 'truncate':
    case 'set-mode':
    case 'touch':
      return operation.inode;
    case 'make-inode':
    case 'sync':
    case 'failed-sync':
    case 'sync-folder':
      return undefined;
  }
}

function remnant(operation: DiskOperation, loss: Loss, random: () => number): DiskOperation | undefined {
  if (operation.kind === 'make-inode') return operation; // without a name, nobody finds it
  switch (loss.kind) {
    case 'nothing':
      return operation;
    case 'dropped':
      return undefined;
    case 'names-kept':
      return operation.kind === 'write' || operation.kind === 'truncate' ? undefined : operation;
    case 'random':
      return random() < 0.5 ? undefined : tear(operation, random);
  }
}

/** A write that stopped within, at any byte; everything else is done or not. */
function tear(operation: DiskOperation, random: () => number): DiskOperation {
  if (operation.kind !== 'write' || random() < 0.5) return operation;
  return { ...operation, bytes: operation.bytes.subarray(0, Math.floor(random() * operation.bytes.length)) };
}
