/** A reader of what lies in a store, the trash aside: to look at an object there would take it back. */

import { mergeIds } from '../odb/merged-ids.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import type { FilesStore } from './files-store.ts';

export function presentObjects({ packed, loose }: Pick<FilesStore, 'packed' | 'loose'>): ObjectReader {
  return {
    name: 'present',
    has: async (id) => (await packed.has(id)) || loose.has(id),
    stat: async (id) => (await packed.stat(id)) ?? loose.stat(id),
    read: async (id, options) => (await packed.read(id, options)) ?? loose.read(id, options),
    open: async (id) => (await packed.open(id)) ?? loose.open(id),
    ids: (hexPrefix) => mergeIds([packed.ids(hexPrefix), loose.ids(hexPrefix)]),
  };
}
