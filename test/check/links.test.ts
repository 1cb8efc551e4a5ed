/** What trees name is proved at once where all of it is here, and never where anything is not. */
import { expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { Census } from '../../src/check/census.ts';
import { Links } from '../../src/check/links.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import type { ObjectId } from '../../src/hash/object-id.ts';
import { encodeSnapshot } from '../../src/object/snapshot.ts';
import { encodeTree } from '../../src/object/tree.ts';

/** More than the first columns have room for. */
const FOLDERS = 3000;

interface Store {
  /** All but the snapshot, the trees last. */
  readonly objects: { readonly bytes: Uint8Array; readonly isTree: boolean }[];
  readonly snapshot: Uint8Array;
}

/** A folder of folders with a file in each. @param fileBytes what the last one says of its file */
function makeStore(fileBytes?: number): Store {
  const objects: Store['objects'] = [];
  const put = (bytes: Uint8Array, isTree: boolean): ObjectId => {
    objects.push({ bytes, isTree });
    return hashBytes(bytes);
  };
  const attributes = new Map<string, string>();
  const inside = Array.from({ length: FOLDERS }, (_, at) => {
    const content = encodeText(`${at}`);
    const id = put(content, false);
    const sizeBytes = at === FOLDERS - 1 ? (fileBytes ?? content.length) : content.length;
    return { id, sizeBytes };
  });
  const folders = inside.map(({ id, sizeBytes }, at) => ({
    name: encodeText(`${at}`.padStart(4, '0')),
    kind: 'folder' as const,
    sizeBytes,
    id: put(encodeTree([{ name: encodeText('a'), kind: 'file', sizeBytes, id, attributes }]), true),
    attributes,
  }));
  const tree = put(encodeTree(folders), true);
  const snapshot = encodeSnapshot({ tree, parents: [], timeSeconds: 0, headers: new Map(), message: '' });
  return { objects, snapshot };
}

/** Whether all is proved. @param leaveOut the object with this number is not here */
function prove({ objects, snapshot }: Store, leaveOut = -1): boolean {
  const here = objects.filter((_, at) => at !== leaveOut);
  const census = new Census();
  const root = hashBytes(snapshot);
  const numbers = here.map(({ bytes }) => census.enter(hashBytes(bytes)));
  const rootNumber = census.enter(root);
  const links = new Links(census, new Set());
  for (const [at, { bytes, isTree }] of here.entries()) {
    if (isTree) links.seeTree(numbers[at]!, bytes);
    census.prove(numbers[at]!, bytes.length);
  }
  links.seeSnapshot(rootNumber, snapshot, root);
  census.prove(rootNumber, snapshot.length);
  return links.prove([root]);
}

test('a sound store is proved without a walk', () => expect(prove(makeStore())).toBe(true));

test.each([
  ['a file', 0],
  ['the last file', FOLDERS - 1],
  ['a folder', FOLDERS],
  ['the last folder', 2 * FOLDERS - 1],
])('a store without %s is not', (_, number) => expect(prove(makeStore(), number)).toBe(false));

test('a store with a wrong size is not', () => expect(prove(makeStore(7))).toBe(false));
