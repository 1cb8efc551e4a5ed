/** The object stores that tests run over, each opened fresh. */
import type { FileSystem } from '../../src/files/file-system.ts';
import type { Intake } from '../../src/intake/intake-store.ts';
import { openLooseStore } from '../../src/loose/loose-store.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import type { ObjectReader, ObjectStore } from '../../src/odb/object-store.ts';
import { rehearsalStore } from '../../src/odb/rehearsal-store.ts';
import { openPackedStore, type PackedStore } from '../../src/packs/packed-store.ts';
import { type FilesStore, openFilesStore } from '../../src/store/files-store.ts';
import type { ZlibCodec } from '../../src/zlib/codec.ts';
import { nativeCodec } from '../../src/zlib/native.ts';
import type { FileSystemSubject } from '../conformance/file-system.ts';
import type { ObjectReaderSubject } from '../conformance/object-reader.ts';
import type { ObjectStoreSubject } from '../conformance/object-store.ts';
import { fileSystems } from '../files/file-systems.ts';
import { makePack, type PackItem, plantPack } from '../packs/pack-maker.ts';

export function openLoose(files: FileSystem, folder: string, codec: ZlibCodec = nativeCodec): ObjectStore {
  return openLooseStore(folder, { files, codec, level: 1 });
}

export function openFiles(files: FileSystem, folder: string, codec: ZlibCodec = nativeCodec): FilesStore {
  return openFilesStore(folder, { files, codec, level: 1 });
}

/** Content of over 1 MiB is a list of chunks there. */
export function openChunking(files: FileSystem, folder: string): FilesStore {
  return openFilesStore(folder, { files, codec: nativeCodec, level: 1, chunkThreshold: 2 ** 20 });
}

/** @param on one of {@link fileSystems} */
export async function openFilesSubject(on: string): Promise<ObjectStoreSubject> {
  const place = await fileSystems[on]!();
  await place.files.makeFolder(`${place.root}/pack`);
  const open = (): FilesStore => openFiles(place.files, place.root);
  return {
    store: open(),
    reopen: async () => open(),
    ...onFiles(place),
  };
}

/** What is put is read through it, and by others out of the store that it goes to. */
export async function openIntakeSubject(on: string, codec?: ZlibCodec): Promise<ObjectStoreSubject> {
  const place = await fileSystems[on]!();
  await place.files.makeFolder(`${place.root}/pack`);
  const open = (): FilesStore => openFiles(place.files, place.root, codec);
  return {
    store: flushedWhenClosed(open().openIntake()),
    reopen: async () => open(),
    ...onFiles(place),
  };
}

/** An import that is not flushed never was; here it is flushed. */
function flushedWhenClosed(intake: Intake): Intake {
  return new Proxy(intake, {
    get(target, key) {
      if (key === Symbol.asyncDispose) return () => closeFlushed(target);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

async function closeFlushed(intake: Intake): Promise<void> {
  try {
    await intake.flush();
  } finally {
    await intake[Symbol.asyncDispose]();
  }
}

export async function openMemorySubject(): Promise<ObjectStoreSubject> {
  const store = memoryStore();
  return { store, reopen: async () => store, [Symbol.asyncDispose]: async () => {} };
}

/** @param on one of {@link fileSystems} */
export async function openLooseSubject(
  on: string,
  codec: ZlibCodec = nativeCodec,
): Promise<ObjectStoreSubject> {
  const place = await fileSystems[on]!();
  const open = (): ObjectStore => openLoose(place.files, place.root, codec);
  return {
    store: open(),
    reopen: async () => open(),
    ...onFiles(place),
  };
}

/** Each seed is a pack: of what is in one role, every third object is a delta on the one before it. */
export async function openPackedSubject(
  on: string,
  codec: ZlibCodec = nativeCodec,
): Promise<ObjectReaderSubject> {
  const place = await fileSystems[on]!();
  const { files, root } = place;
  return {
    seed: async (objects) => {
      const items = objects.map(({ role, content }, at): PackItem => {
        const base = at % 3 === 2 && objects[at - 1]!.role === role ? at - 1 : undefined;
        return base === undefined ? { kind: 'whole', role, content } : { kind: 'delta', base, content };
      });
      if (items.length > 0) await plantPack(files, root, { made: makePack(items) });
      return readingNow(openPackedStore(root, { files, codec }), place);
    },
    ...onFiles(place),
  };
}

/** Packs are read at once through the store around them; here by themselves. */
function readingNow(store: PackedStore, { files }: FileSystemSubject): ObjectReader {
  if (files.openNow === undefined) return store;
  const readNow: ObjectReader['readNow'] = (id, options) => store.now.read(id, options);
  return Object.assign(store, { readNow });
}

type OnFiles = Required<Pick<ObjectReaderSubject, 'damage' | 'waitsBecause'>> & AsyncDisposable;

/** What all subjects on files have in common. */
function onFiles(place: FileSystemSubject): OnFiles {
  const { files, root } = place;
  return {
    damage: () => damageBelow(files, root),
    waitsBecause: files.openNow === undefined ? `${files.name} cannot open a file at once` : undefined,
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}

/** Damages loose objects and packs, and leaves what says where objects are. */
async function damageBelow(files: FileSystem, folder: string): Promise<void> {
  for (const entry of (await files.list(folder)) ?? []) {
    const path = `${folder}/${Buffer.from(entry.name).toString()}`;
    if (entry.kind === 'folder') await damageBelow(files, path);
    else if (!/\.(idx|meta)$|\/packs$/.test(path)) await damageFile(files, path);
  }
}

async function damageFile(files: FileSystem, path: string): Promise<void> {
  await files.setMode(path, 0o644);
  await using file = await files.open(path, 'update');
  const at = Math.floor((await file!.stat()).sizeBytes / 2);
  const byte = new Uint8Array(1);
  await file!.read(byte, at);
  await file!.write(
    byte.map((value) => value ^ 0x10),
    at,
  );
}

/** Puts through one handle, and reads through another. */
export async function readerOf(opening: Promise<ObjectStoreSubject>): Promise<ObjectReaderSubject> {
  const subject = await opening;
  return seeding(subject, () => subject.reopen());
}

/** What a rehearsal reads, over what is stored. */
export async function openRehearsalSubject(): Promise<ObjectReaderSubject> {
  const subject = await openMemorySubject();
  return seeding(subject, async () => rehearsalStore(subject.store));
}

function seeding(subject: ObjectStoreSubject, reader: () => Promise<ObjectReader>): ObjectReaderSubject {
  return {
    seed: async (objects) => {
      for (const { role, content } of objects) await subject.store.put(role, content);
      await subject.store.flush();
      return reader();
    },
    ...(subject.damage && { damage: subject.damage }),
    waitsBecause: subject.waitsBecause,
    [Symbol.asyncDispose]: () => subject[Symbol.asyncDispose](),
  };
}
