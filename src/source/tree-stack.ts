/** Builds trees from members that come in the order in which trees hold them: only open folders are remembered. */
import { type Attributes, NO_ATTRIBUTES } from '../object/attributes.ts';
import type { TreeEntry } from '../object/tree-entry.ts';
import type { ObjectWriter } from '../odb/object-store.ts';
import { writeTree } from '../tree/builder.ts';
import type { TreeRoot } from '../tree/read-tree.ts';

interface OpenTree {
  readonly name: Uint8Array;
  readonly attributes: Attributes;
  readonly entries: TreeEntry[];
}

export class TreeStack {
  readonly #objects: ObjectWriter;
  readonly #stack: OpenTree[] = [{ name: new Uint8Array(0), attributes: NO_ATTRIBUTES, entries: [] }];

  constructor(objects: ObjectWriter) {
    this.#objects = objects;
  }

  /** Puts a member into the folder that is open; its name is higher than those before it. */
  add(entry: TreeEntry): void {
    this.#top.entries.push(entry);
  }

  /** Opens a folder in the one that is open. */
  enter(name: Uint8Array, attributes: Attributes = NO_ATTRIBUTES): void {
    this.#stack.push({ name, attributes, entries: [] });
  }

  /** Writes the folder that was entered last and is still open. */
  async leave(): Promise<TreeRoot> {
    const tree = await writeTree(this.#objects, this.#top.entries);
    this.leaveAs(tree);
    return tree;
  }

  /** Leaves the folder that was entered last, which is a tree that the store has. */
  leaveAs(tree: TreeRoot): void {
    const { name, attributes } = this.#stack.pop()!;
    this.add({ name, kind: 'folder', attributes, ...tree });
  }

  /** Writes the root, once all that was entered was left. */
  finish(): Promise<TreeRoot> {
    return writeTree(this.#objects, this.#top.entries);
  }

  get #top(): OpenTree {
    return this.#stack.at(-1)!;
  }
}
