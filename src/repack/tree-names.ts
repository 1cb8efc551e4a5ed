/** The names in a tree, and where their ids stand, as quickly as they can be found: a hint, and no check of the tree. */
import { decodeVarint } from '../bytes/varint.ts';
import { ID_BYTES } from '../hash/object-id.ts';

/** Where one entry of a tree has its name and its id. */
export interface NamePlace {
  readonly nameAt: number;
  readonly nameEnd: number;
  readonly idAt: number;
  readonly isFolder: boolean;
}

/** The length of `tree 1\n`. */
const MAGIC_BYTES = 7;
const SPACE = 0x20;
/** A folder's mode is the only one that begins with a 4. */
const FOLDER = 0x34;

/** The entries of `tree`, as far as they can be made out. */
export function* listNames(tree: Uint8Array): Generator<NamePlace> {
  for (let at = MAGIC_BYTES; at < tree.length; ) {
    const sizeAt = tree.indexOf(SPACE, at) + 1;
    const nameAt = sizeAt === 0 ? 0 : tree.indexOf(SPACE, sizeAt) + 1;
    const nameEnd = nameAt === 0 ? -1 : tree.indexOf(0, nameAt);
    const idAt = nameEnd + 1;
    if (nameEnd < 0 || idAt + ID_BYTES >= tree.length) return;
    const attributes = decodeVarint(tree, idAt + ID_BYTES);
    if (attributes === undefined) return;
    yield { nameAt, nameEnd, idAt, isFolder: tree[at] === FOLDER };
    at = attributes.end + attributes.value;
  }
}
