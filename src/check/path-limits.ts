/** How deep trees go and how long the longest paths in them are, worked out once all of them were seen. */
import type { ObjectId } from '../hash/object-id.ts';
import { MAX_DEPTH, MAX_PATH_BYTES, type TreeEntry } from '../object/tree-entry.ts';

/** What is below a tree: 0 and 0 where it is empty. */
interface Extent {
  readonly depth: number;
  readonly pathBytes: number;
}

interface Folder {
  readonly nameBytes: number;
  readonly id: ObjectId;
}

interface Members {
  readonly folders: Folder[];
  longestName: number;
}

const EMPTY: Extent = { depth: 0, pathBytes: 0 };

export class PathLimits {
  readonly #trees: Map<ObjectId, Members> = new Map();
  readonly #extents: Map<ObjectId, Extent> = new Map();

  /** Called for every entry of every tree, each tree once. */
  see({ kind, name, id }: TreeEntry, tree: ObjectId): void {
    let members = this.#trees.get(tree);
    if (members === undefined) this.#trees.set(tree, (members = { folders: [], longestName: 0 }));
    members.longestName = Math.max(members.longestName, name.length);
    if (kind === 'folder') members.folders.push({ nameBytes: name.length, id });
  }

  /** Trees that no walk comes to the end of, and that are in no other tree. */
  findBeyond(): ObjectId[] {
    const inner = new Set([...this.#trees.values()].flatMap(({ folders }) => folders.map(({ id }) => id)));
    return [...this.#trees.keys()].filter((id) => !inner.has(id) && isBeyond(this.#extentOf(id)));
  }

  /** A tree is measured when all in it are; those that are not wait on a stack, as a hostile chain is long. */
  #extentOf(root: ObjectId): Extent {
    const stack = [root];
    for (let id = stack.at(-1); id !== undefined; id = stack.at(-1)) {
      const folders = this.#extents.has(id) ? [] : (this.#trees.get(id)?.folders ?? []);
      const unmeasured = folders.filter((folder) => !this.#extents.has(folder.id));
      for (const folder of unmeasured) stack.push(folder.id);
      if (unmeasured.length > 0) continue;
      if (!this.#extents.has(id)) this.#extents.set(id, this.#measure(id));
      stack.pop();
    }
    return this.#extents.get(root) ?? EMPTY;
  }

  #measure(tree: ObjectId): Extent {
    const members = this.#trees.get(tree);
    if (members === undefined) return EMPTY;
    let depth = 1;
    let pathBytes = members.longestName;
    for (const { id, nameBytes } of members.folders) {
      const below = this.#extents.get(id) ?? EMPTY;
      depth = Math.max(depth, below.depth + 1);
      if (below.depth > 0) pathBytes = Math.max(pathBytes, nameBytes + 1 + below.pathBytes);
    }
    return { depth, pathBytes };
  }
}

function isBeyond({ depth, pathBytes }: Extent): boolean {
  return depth > MAX_DEPTH || pathBytes > MAX_PATH_BYTES;
}
