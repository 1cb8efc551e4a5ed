/** A store whose files are only read: its labels, and what they name. */
import { NotFoundError } from '../errors/errors.ts';
import type { ByteStream } from '../flow/byte-stream.ts';
import { readSnapshot } from '../graph/history.ts';
import { findObjectId, parseObjectId } from '../hash/object-id.ts';
import type { Label } from '../label/label.ts';
import { isLabelName, parseLabelName } from '../label/name.ts';
import { namedObjects } from '../odb/named-objects.ts';
import type { ObjectReader, ReadOptions } from '../odb/object-store.ts';
import { readObject } from '../odb/read-object.ts';
import { decodeConfig, MAX_CONFIG_BYTES } from '../store/config.ts';
import { pakoCodec } from '../zlib/pako.ts';
import type { RangeRead } from './range-read.ts';
import { remoteFiles } from './remote-files.ts';
import { readLabels } from './remote-labels.ts';
import { openRemoteObjects } from './remote-objects.ts';
import { type PartRange, readRemotePart } from './remote-part.ts';
import { RemoteView } from './remote-view.ts';

/** A store of which nothing but parts of files is read. It holds nothing open. */
export interface RemoteStore {
  /** A UUID. */
  readonly id: string;
  /** All labels as they are now, sorted by the bytes of their names. @throws CorruptError `LABEL_LOG_CORRUPT` */
  labels(): Promise<Label[]>;
  /** @throws InvalidInputError `LABEL_NAME_INVALID` */
  label(name: string): Promise<Label | undefined>;
  /**
   * A version, as it was when it was asked for.
   *
   * @param revision a label, or the id of a snapshot
   * @throws NotFoundError `REVISION_NOT_FOUND` @throws CorruptError `OBJECT_MISSING`, `SNAPSHOT_INVALID`
   */
  view(revision: string): Promise<RemoteView>;
  /**
   * The whole of an object.
   *
   * @throws NotFoundError `OBJECT_NOT_FOUND` @throws CorruptError `OBJECT_CORRUPT`
   * @throws RefusedError `TOO_LARGE` over `maxBytes`, 1 GiB where that is not given
   */
  read(id: string, options?: ReadOptions): Promise<Uint8Array>;
  /** An object as a stream, or a part of it; it ends in an error where the bytes are wrong. @throws as `read` */
  open(id: string, range?: PartRange): Promise<ByteStream>;
}

/**
 * Opens a store by whatever reads parts of its files, such as `fromUrl`.
 *
 * @throws NotFoundError `STORE_NOT_FOUND` @throws CorruptError `CONFIG_INVALID`
 * @throws RefusedError `FORMAT_TOO_NEW`, `REQUIREMENT_UNKNOWN`
 */
export async function openRemoteStore(read: RangeRead): Promise<RemoteStore> {
  const files = remoteFiles(read);
  const config = await files.readFile('config.json', MAX_CONFIG_BYTES);
  if (config === undefined) {
    throw new NotFoundError('STORE_NOT_FOUND', "no store is there: it has no 'config.json'", {
      hint: "give the place of the store's folder itself, '.cas'",
    });
  }
  const { id } = decodeConfig(config);
  const objects = openRemoteObjects(files, pakoCodec);
  return {
    id,
    labels: async () => (await readLabels(read)).list(),
    label: async (name) => (await readLabels(read)).get(parseLabelName(name)),
    view: (revision) => openView(objects, read, revision),
    read: (text, options) => readObject(objects, parseObjectId(text), options),
    open: (text, range) => readRemotePart(objects, parseObjectId(text), range),
  };
}

async function openView(objects: ObjectReader, read: RangeRead, revision: string): Promise<RemoteView> {
  const label = isLabelName(revision) ? (await readLabels(read)).get(revision) : undefined;
  const id = label?.id ?? findObjectId(revision);
  if (id === undefined) {
    throw new NotFoundError('REVISION_NOT_FOUND', `no label is named '${revision.slice(0, 200)}'`, {
      hint: 'give a label of this store, or all 64 digits of the id of a snapshot',
    });
  }
  const snapshot = await readSnapshot(label === undefined ? objects : namedObjects(objects), id);
  return new RemoteView(objects, { id, snapshot });
}
