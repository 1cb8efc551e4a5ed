/** Every backend, how to open a fresh one, and what it is known to fail: a backend that is not here is untested. */
import { nativeCodec } from '../../src/zlib/native.ts';
import { pakoCodec } from '../../src/zlib/pako.ts';
import { hasSshd } from '../fakes/sshd.ts';
import {
  openFilesSubject,
  openIntakeSubject,
  openLooseSubject,
  openMemorySubject,
  openPackedSubject,
  openRehearsalSubject,
  readerOf,
} from '../odb/object-stores.ts';
import { openFolderPeer, openHttpPeer, openShellPeer, openSshPeer } from '../transport/peer-subjects.ts';
import { openFolder, openFolderInMemory, openMemfs, openTar } from '../view/exporters.ts';
import type { Waiver } from './case.ts';
import type { CodecSubject } from './codec.ts';
import type { ExporterSubject } from './exporter.ts';
import type { ObjectReaderSubject } from './object-reader.ts';
import type { ObjectStoreSubject } from './object-store.ts';
import type { PeerSubject } from './peer.ts';

export interface Backend<Subject extends AsyncDisposable> {
  readonly name: string;
  readonly open: () => Promise<Subject>;
  readonly waivers?: readonly Waiver[];
}

/** What is opened holds nothing that must be given back. */
export const nothingHeld: AsyncDisposable = { [Symbol.asyncDispose]: async () => {} };

export const codecs: readonly Backend<CodecSubject>[] = [
  { name: 'native', open: async () => ({ ...nothingHeld, codec: nativeCodec, other: pakoCodec }) },
  { name: 'pako', open: async () => ({ ...nothingHeld, codec: pakoCodec, other: nativeCodec }) },
];

export const exporters: readonly Backend<ExporterSubject>[] = [
  { name: 'tar', open: openTar },
  { name: 'folder', open: () => openFolder() },
  { name: 'folder held by paths', open: () => openFolder({ guard: 'paths' }) },
  { name: 'folder in a volume', open: openFolderInMemory },
  { name: 'memfs', open: openMemfs },
];

/** `src/odb/*-store.ts`, each on every medium that it runs on. */
export const objectStores: readonly Backend<ObjectStoreSubject>[] = [
  { name: 'memory-store', open: openMemorySubject },
  { name: 'loose-store on disk', open: () => openLooseSubject('node') },
  { name: 'loose-store on disk, by pako', open: () => openLooseSubject('node', pakoCodec) },
  { name: 'loose-store in memfs', open: () => openLooseSubject('memfs') },
  { name: 'loose-store on a disk that forgets', open: () => openLooseSubject('faulty') },
  { name: 'files-store on disk', open: () => openFilesSubject('node') },
  { name: 'files-store in memfs', open: () => openFilesSubject('memfs') },
  { name: 'intake-store on disk', open: () => openIntakeSubject('node') },
  {
    name: 'intake-store on disk, by pako',
    open: () => openIntakeSubject('node', pakoCodec),
  },
  { name: 'intake-store in memfs', open: () => openIntakeSubject('memfs') },
  {
    name: 'intake-store on a disk that forgets',
    open: () => openIntakeSubject('faulty'),
  },
];

export const objectReaders: readonly Backend<ObjectReaderSubject>[] = [
  ...objectStores.map(({ name, open }) => ({ name, open: () => readerOf(open()) })),
  { name: 'rehearsal-store', open: openRehearsalSubject },
  { name: 'packed-store on disk', open: () => openPackedSubject('node') },
  { name: 'packed-store on disk, by pako', open: () => openPackedSubject('node', pakoCodec) },
  { name: 'packed-store in memfs', open: () => openPackedSubject('memfs') },
  { name: 'packed-store on a disk that forgets', open: () => openPackedSubject('faulty') },
];

export const peers: readonly Backend<PeerSubject>[] = [
  { name: 'folder', open: openFolderPeer },
  { name: 'http', open: openHttpPeer },
  { name: 'ssh', open: openShellPeer },
  ...(hasSshd() ? [{ name: 'ssh, by OpenSSH', open: openSshPeer }] : []),
];
