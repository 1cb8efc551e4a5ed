/** Reads records as the label has them now, whoever stored them. Trees that were read are remembered for a while. */
import type { Store } from '../api/store.ts';
import { type ByteString, toByteString } from '../bytes/byte-string.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { TreeEntry } from '../object/tree-entry.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { readTree } from '../tree/read-tree.ts';
import type { View } from '../view/view.ts';
import { findRecord, REPRESENTATIONS, recordFolder, type StoredRepresentation } from './record.ts';

type Members = ReadonlyMap<ByteString, TreeEntry>;

const NO_MEMBERS: Members = new Map();
/** Some 20 MB of them. */
const REMEMBERED_ENTRIES = 65_536;

export class RecordReader {
  readonly #store: Store;
  /** By tree, those that were read last at the end. */
  readonly #trees: Map<ObjectId, Members> = new Map();
  #entries = 0;
  #latest: { readonly snapshot: ObjectId; readonly view: View } | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Whether there is any record of these bytes. */
  async has(id: ObjectId): Promise<boolean> {
    const view = await this.view();
    if (view === undefined) return false;
    let tree: ObjectId | undefined = view.treeId;
    for (const name of recordFolder(id)) {
      const members: Members = tree === undefined ? NO_MEMBERS : await this.#membersOf(view.objects, tree);
      tree = members.get(toByteString(name))?.id;
    }
    return tree !== undefined;
  }

  /** All records, by checksum. */
  async *list(): AsyncGenerator<StoredRepresentation> {
    const view = await this.view();
    if (view === undefined) return;
    for await (const walked of view.entries()) {
      const record = findRecord(walked);
      if (record !== undefined) yield record;
    }
  }

  /** The set of all records as it is now; `undefined` before the first. */
  async view(): Promise<View | undefined> {
    const label = await this.#store.labels.get(REPRESENTATIONS);
    if (label === undefined) return undefined;
    if (this.#latest?.snapshot !== label.id)
      this.#latest = { snapshot: label.id, view: await this.#store.view(label.id) };
    return this.#latest.view;
  }

  async #membersOf(objects: ObjectReader, tree: ObjectId): Promise<Members> {
    const known = this.#trees.get(tree);
    if (known !== undefined) {
      this.#trees.delete(tree);
      this.#trees.set(tree, known);
      return known;
    }
    const entries = await readTree(objects, tree);
    const members: Members = new Map(entries.map((entry) => [toByteString(entry.name), entry]));
    this.#remember(tree, members);
    return members;
  }

  #remember(tree: ObjectId, members: Members): void {
    this.#trees.set(tree, members);
    this.#entries += members.size;
    for (const [oldest, { size }] of this.#trees) {
      if (this.#entries <= REMEMBERED_ENTRIES) return;
      this.#trees.delete(oldest);
      this.#entries -= size;
    }
  }
}
