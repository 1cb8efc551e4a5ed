/**
 * Trees from members that come in order, while some of their contents are still being stored: each step waits for
 * those before it, and is then forgotten.
 */
import type { ByteString } from '../bytes/byte-string.ts';
import { fromByteString } from '../bytes/byte-string.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { Attributes } from '../object/attributes.ts';
import type { EntryKind } from '../object/tree-entry.ts';
import type { ObjectWriter } from '../odb/object-store.ts';
import type { TreeRoot } from '../tree/read-tree.ts';
import { TreeStack } from './tree-stack.ts';

/** A member that is no folder. */
export interface Leaf {
  readonly name: ByteString;
  /** What became of it; `undefined` for as long as it is being stored. */
  stored: StoredLeaf | undefined;
}

export interface StoredLeaf {
  readonly kind: Exclude<EntryKind, 'folder'>;
  readonly sizeBytes: number;
  readonly id: ObjectId;
  readonly attributes: Attributes;
}

/** How a folder ends: its tree is made, or `known` to be in the store. */
export type FolderEnd =
  | { readonly kind: 'known'; readonly tree: TreeRoot }
  | { readonly kind: 'made'; readonly onTree?: (tree: TreeRoot) => void };

type Step =
  | { readonly kind: 'enter'; readonly name: ByteString; readonly attributes: Attributes }
  | { readonly kind: 'leaf'; readonly leaf: Leaf }
  | { readonly kind: 'leave'; readonly end: FolderEnd };

export class PendingTrees {
  readonly #trees: TreeStack;
  #steps: Step[] = [];
  #next = 0;

  constructor(objects: ObjectWriter) {
    this.#trees = new TreeStack(objects);
  }

  /** How many steps wait for contents. */
  get waiting(): number {
    return this.#steps.length - this.#next;
  }

  enter(name: ByteString, attributes: Attributes): void {
    this.#steps.push({ kind: 'enter', name, attributes });
  }

  add(leaf: Leaf): void {
    this.#steps.push({ kind: 'leaf', leaf });
  }

  leave(end: FolderEnd): void {
    this.#steps.push({ kind: 'leave', end });
  }

  /** Takes all steps that need not wait. */
  async advance(): Promise<void> {
    for (let step = this.#steps[this.#next]; step !== undefined; step = this.#steps[this.#next]) {
      if (step.kind === 'leaf') {
        const { name, stored } = step.leaf;
        if (stored === undefined) break;
        this.#trees.add({ name: fromByteString(name), ...stored });
      } else if (step.kind === 'enter') this.#trees.enter(fromByteString(step.name), step.attributes);
      else await this.#leave(step.end);
      this.#next++;
    }
    this.#forget();
  }

  /** Writes the root, once every content is stored. */
  async finish(): Promise<TreeRoot> {
    await this.advance();
    return this.#trees.finish();
  }

  async #leave(end: FolderEnd): Promise<void> {
    if (end.kind === 'known') {
      this.#trees.leaveAs(end.tree);
      return;
    }
    const tree = await this.#trees.leave();
    end.onTree?.(tree);
  }

  /** Now and then, so that it costs nothing a step. */
  #forget(): void {
    if (this.#next * 2 < this.#steps.length) return;
    this.#steps = this.#steps.slice(this.#next);
    this.#next = 0;
  }
}
