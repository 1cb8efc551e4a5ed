/** A view whose reads are counted, by what is read. */
import { memoryStore } from '../../../src/odb/memory-store.ts';
import type { ObjectReader } from '../../../src/odb/object-store.ts';
import { openViewFs, type ViewFs } from '../../../src/vfs/view-fs.ts';
import type { Member } from '../../arbitraries/trees.ts';
import { storeMembers } from '../../view/stored-tree.ts';

/** How many objects were read since the view was opened, the same one again each time. */
export interface Reads {
  readonly trees: number;
  /** Of files and of symlinks. */
  readonly contents: number;
}

export interface CountedView {
  readonly fs: ViewFs;
  reads(): Reads;
}

export const TIME = 1_700_000_000;

/** @param members in byte order of their names */
export async function openCountedView(members: readonly Member[]): Promise<CountedView> {
  const store = memoryStore();
  const { id: treeId } = await storeMembers(store, members);
  const counts = { tree: 0, content: 0, snapshot: 0 };
  const counted = new Proxy<ObjectReader>(store, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function' || !READS.has(key)) return value;
      return (id: never, ...given: unknown[]) => {
        counts[store.objects.get(id)!.hint]++;
        return Reflect.apply(value, target, [id, ...given]);
      };
    },
  });
  return {
    fs: openViewFs(counted, { treeId, timeSeconds: TIME }),
    reads: () => ({ trees: counts.tree, contents: counts.content }),
  };
}

/** All that a reader has to read by. */
const READS: ReadonlySet<string | symbol> = new Set(['read', 'readNow', 'open', 'readRange']);
