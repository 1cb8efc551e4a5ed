/** Every backend, how to open a fresh one, and what it is known to fail: a backend that is not here is untested. */
import { nativeCodec } from '../../src/zlib/native.ts';
import { pakoCodec } from '../../src/zlib/pako.ts';
import { openFolder, openFolderInMemory, openMemfs, openTar } from '../view/exporters.ts';
import type { Waiver } from './case.ts';
import type { CodecSubject } from './codec.ts';
import type { ExporterSubject } from './exporter.ts';

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
