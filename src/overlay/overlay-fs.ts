/**
 * A tree with the face of `node:fs` that can be written to. What is read comes from the store; what is changed is held
 * in memory, and nothing of it touches the store until it is committed.
 */
import { InvalidInputError } from '../errors/errors.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { callbackOf, deliver } from '../vfs/callback-face.ts';
import type { Folder } from '../vfs/node.ts';
import { facesOf, openState, type ViewFs, type ViewFsOrigin } from '../vfs/view-fs.ts';
import { OVERLAY_CALLS } from './calls.ts';
import type { OverlayState } from './overlay-state.ts';
import { copyWaiting } from './tree-copy.ts';

/** As `node:fs` on Linux, but for what a set does not keep: hard links, owners, and more of a mode than whether it executes. */
export type OverlayFs = ViewFs;

/** What became of the tree that an overlay began with. */
export interface OverlayTree {
  readonly root: Folder;
  /** Where the stored trees and contents are that it still shows. */
  readonly objects: ObjectReader;
  /** A tree that has all of those that were not read yet: what it began with, or what was committed of it last. */
  readonly treeId: ObjectId;
  /** Says that all it shows is in another tree now. */
  continueFrom(treeId: ObjectId): void;
}

const TREES: WeakMap<OverlayFs, OverlayTree> = new WeakMap();
const FIRST_INODE = 2;

export function openOverlayFs(objects: ObjectReader, origin: ViewFsOrigin): OverlayFs {
  const opened = openState(objects, origin);
  const state: OverlayState = { ...opened, calls: OVERLAY_CALLS, nextInode: FIRST_INODE };
  const faces = facesOf(state);
  const cp = async (...given: never[]): Promise<void> =>
    copyWaiting(state, ...(given as never as [never, never]));
  const overlay = {
    ...faces,
    cp: (...given: unknown[]) => {
      const done = callbackOf(given);
      deliver(cp(...(given as never[])), done);
    },
    promises: { ...faces.promises, cp },
  } as unknown as OverlayFs;
  const tree = { root: state.root, objects, treeId: origin.treeId };
  const continueFrom = (treeId: ObjectId): void => {
    tree.treeId = treeId;
  };
  TREES.set(overlay, Object.assign(tree, { continueFrom }));
  return overlay;
}

/** @throws InvalidInputError `NOT_AN_OVERLAY` for any other object */
export function treeOfOverlay(overlay: OverlayFs): OverlayTree {
  const tree = TREES.get(overlay);
  if (tree !== undefined) return tree;
  throw new InvalidInputError('NOT_AN_OVERLAY', 'cannot commit what is no overlay', {
    hint: 'give what view.overlay() answered with, and not a copy of it',
  });
}
