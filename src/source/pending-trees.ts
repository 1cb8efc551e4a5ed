/**
 * Trees from members that come in order, while some of their contents are still being stored: each step waits for
 * those before it, and is then forgotten.
 */
import { type ByteString, fromByteString } from '../bytes/byte-string.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { type Attributes, NO_ATTRIBUTES } from '../object/attributes.ts';
import type { EntryKind, TreeEntry } from '../object/tree-entry.ts';
import type { ObjectWriter } from '../odb/object-store.ts';
import { writeTree } from '../tree/builder.ts';
import type { TreeRoot } from '../tree/read-tree.ts';

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

type Step =
  | { readonly kind: 'enter'; readonly name: ByteString; readonly attributes: Attributes }
  | { readonly kind: 'leaf'; readonly leaf: Leaf }
  | { readonly kind: 'members'; readonly members: readonly Member[] }
  | { readonly kind: 'leave'; readonly onTree: (tree: TreeRoot) => void };

/** A folder that was entered and not left: what is in it so far, by ascending names. */
interface OpenTree {
  readonly name: ByteString;
  readonly attributes: Attributes;
  readonly members: Member[];
}

/** A member that is stored. */
export type Member = Omit<TreeEntry, 'name'> & { readonly name: ByteString };

const ROOT_NAME = '' as ByteString;

export class PendingTrees {
  readonly #objects: ObjectWriter;
  readonly #open: OpenTree[] = [{ name: ROOT_NAME, attributes: NO_ATTRIBUTES, members: [] }];
  #steps: Step[] = [];
  #next = 0;

  constructor(objects: ObjectWriter) {
    this.#objects = objects;
  }

  enter(name: ByteString, attributes: Attributes): void {
    this.#steps.push({ kind: 'enter', name, attributes });
  }

  add(leaf: Leaf): void {
    this.#steps.push({ kind: 'leaf', leaf });
  }

  /** Adds several at once, folders too. */
  addStored(members: readonly Member[]): void {
    this.#steps.push({ kind: 'members', members });
  }

  /** @param onTree told of the folder's tree once it is made */
  leave(onTree: (tree: TreeRoot) => void): void {
    this.#steps.push({ kind: 'leave', onTree });
  }

  /** Takes all steps that need not wait. */
  async advance(): Promise<void> {
    for (let step = this.#steps[this.#next]; step !== undefined; step = this.#steps[this.#next]) {
      if (step.kind === 'leaf') {
        const { name, stored } = step.leaf;
        if (stored === undefined) break;
        this.#open.at(-1)!.members.push({ name, ...stored });
      } else if (step.kind === 'members') {
        const { members } = this.#open.at(-1)!;
        for (const member of step.members) members.push(member);
      } else if (step.kind === 'enter') {
        this.#open.push({ name: step.name, attributes: step.attributes, members: [] });
      } else await this.#leave(step.onTree);
      this.#next++;
    }
    this.#forget();
  }

  /** Writes the root, once every content is stored. */
  async finish(): Promise<TreeRoot> {
    await this.advance();
    return this.#write(this.#open[0]!);
  }

  async #leave(onTree: (tree: TreeRoot) => void): Promise<void> {
    const folder = this.#open.pop()!;
    const tree = await this.#write(folder);
    onTree(tree);
    const { name, attributes } = folder;
    this.#open.at(-1)!.members.push({ name, kind: 'folder', attributes, ...tree });
  }

  #write({ members }: OpenTree): Promise<TreeRoot> {
    const entries = members.map((member) => ({ ...member, name: fromByteString(member.name) }));
    return writeTree(this.#objects, entries);
  }

  /** Now and then, so that it costs nothing a step. */
  #forget(): void {
    if (this.#next * 2 < this.#steps.length) return;
    this.#steps = this.#steps.slice(this.#next);
    this.#next = 0;
  }
}
