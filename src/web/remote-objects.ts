/** The objects of a store whose files are only read: in packs first, then loose ones, which are found by their names. */
import type { FileSystem } from '../files/file-system.ts';
import type { ByteStream } from '../flow/byte-stream.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { loosePath } from '../loose/loose-path.ts';
import { openLoose, readLoose, statLoose } from '../loose/loose-reader.ts';
import { firstSound } from '../odb/first-sound.ts';
import type { ByteRange, ObjectInfo, ObjectReader, ObjectStream, ReadOptions } from '../odb/object-store.ts';
import { findRange } from '../odb/read-object.ts';
import { openPackedStore } from '../packs/packed-store.ts';
import type { ZlibCodec } from '../zlib/codec.ts';
import { PACK_FOLDER } from './remote-files.ts';

const OBJECTS = 'objects';
const MAX_READ_BYTES: number = 2 ** 30;

/** What can be asked of either form. */
type Reads = Pick<ObjectReader, 'stat' | 'read' | 'open' | 'readRange'>;

/** Every byte that it hands out was hashed. Its `ids` are those in packs: loose objects cannot be listed. */
export function openRemoteObjects(files: FileSystem, codec: ZlibCodec): ObjectReader {
  const loose = looseObjects(files, codec);
  const packed = openPackedStore(PACK_FOLDER, {
    files,
    codec,
    readElsewhere: (id, options) => loose.read(id, options),
  });
  /** What is in neither may have been packed since the packs were listed. */
  const find = <Value>(look: (objects: Reads) => Promise<Value | undefined>): Promise<Value | undefined> => {
    const { generation } = packed.folder;
    return firstSound(
      () => look(packed),
      () => look(loose),
      async () => ((await packed.rescan(generation)) ? look(packed) : undefined),
    );
  };
  return {
    name: 'remote',
    has: async (id) => (await find((objects) => objects.stat(id))) !== undefined,
    stat: (id) => find((objects) => objects.stat(id)),
    read: (id, options) => find((objects) => objects.read(id, options)),
    open: (id) => find((objects) => objects.open(id)),
    readRange: (id, range) => find((objects) => objects.readRange!(id, range)),
    ids: (hexPrefix) => packed.ids(hexPrefix),
  };
}

function looseObjects(files: FileSystem, codec: ZlibCodec): Required<Omit<Reads, 'readNow'>> {
  const source = { files, codec };
  const open = (id: ObjectId): Promise<ObjectStream | undefined> =>
    openLoose(source, loosePath(OBJECTS, id), id);
  return {
    stat: (id: ObjectId): Promise<ObjectInfo | undefined> => statLoose(source, loosePath(OBJECTS, id), id),
    read: (id: ObjectId, { maxBytes = MAX_READ_BYTES }: ReadOptions = {}) =>
      readLoose(source, loosePath(OBJECTS, id), { id, maxBytes }),
    open,
    readRange: (id: ObjectId, range: ByteRange): Promise<ByteStream | undefined> =>
      findRange({ open } as ObjectReader, id, range),
  };
}
