/** A reader of what lies in a store, the trash aside: to look at an object there would take it back. */

import { mergeIds } from '../odb/merged-ids.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import type { FilesStore } from './files-store.ts';

/** Looks twice, as a store does: what is nowhere may have been packed anew since the packs were listed. */
export function presentObjects({ packed, loose }: Pick<FilesStore, 'packed' | 'loose'>): ObjectReader {
  const find = async <Value>(
    look: (objects: ObjectReader) => Promise<Value | undefined>,
  ): Promise<Value | undefined> => {
    const { generation } = packed.folder;
    const once = async (): Promise<Value | undefined> => (await look(packed)) ?? look(loose);
    return (await once()) ?? ((await packed.rescan(generation)) ? once() : undefined);
  };
  return {
    name: 'present',
    has: async (id) => (await find(async (objects) => (await objects.has(id)) || undefined)) ?? false,
    stat: (id) => find((objects) => objects.stat(id)),
    read: (id, options) => find((objects) => objects.read(id, options)),
    open: (id) => find((objects) => objects.open(id)),
    ids: (hexPrefix) => mergeIds([packed.ids(hexPrefix), loose.ids(hexPrefix)]),
  };
}
