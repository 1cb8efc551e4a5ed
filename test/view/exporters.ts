/** Every export of a view, with the way back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFsFromVolume, memfs } from 'memfs';
import { decodeText, encodeText } from '../../src/bytes/text.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { collectBytes } from '../../src/flow/byte-stream.ts';
import { fromFolder } from '../../src/source/folder.ts';
import { fromTar } from '../../src/source/from-tar.ts';
import { initRepository } from '../../src/store/init-repository.ts';
import type { Repository } from '../../src/store/repository.ts';
import { readArchive } from '../../src/tar/archive.ts';
import type { FolderOptions } from '../../src/view/to-folder.ts';
import { nativeCodec } from '../../src/zlib/native.ts';
import type { ExporterSubject } from '../conformance/exporter.ts';

const NAMES = process.platform === 'linux' ? 'bytes' : 'text';
/** What a disk takes in one path, less a temporary folder. */
const DISK_PATH_BYTES = 3900;

/** A store in memory: sources ask where it is. */
function openStore(): Promise<Repository> {
  const { fs } = memfs({});
  return initRepository('/.cas', { files: nodeFiles(fs), codec: nativeCodec, now: () => 0 });
}

export async function openTar(): Promise<ExporterSubject> {
  return {
    repository: await openStore(),
    names: 'bytes',
    attributes: 'kept',
    maxPathBytes: 4095,
    export: async (view) => {
      const archive = await collectBytes(view.tar());
      const times = async (): Promise<ReadonlyMap<string, number>> => {
        const found = new Map<string, number>();
        for await (const { kind, path, modifiedSeconds = Number.NaN } of readArchive(streamed(archive)))
          if (kind !== 'symlink') found.set(decodeText(path) ?? '', modifiedSeconds);
        return found;
      };
      return { source: fromTar(archive), times };
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

/** @param options of the export, for guards of both kinds */
export async function openFolder(options: FolderOptions = {}): Promise<ExporterSubject> {
  const top = mkdtempSync(join(tmpdir(), 'caskit-view-'));
  let count = 0;
  return {
    repository: await openStore(),
    names: NAMES,
    attributes: 'left',
    maxPathBytes: DISK_PATH_BYTES,
    export: async (view) => {
      const path = join(top, String(count++));
      await view.toFolder(path, options);
      return { source: fromFolder(path, { ignoreFiles: 'off' }), times: () => timesIn(nodeFiles(), path) };
    },
    [Symbol.asyncDispose]: async () => rmSync(top, { recursive: true, force: true }),
  };
}

/** The folder export, into a volume. */
export async function openFolderInMemory(): Promise<ExporterSubject> {
  const { fs } = memfs({});
  const files = nodeFiles(fs);
  let count = 0;
  return {
    repository: await openStore(),
    names: 'text',
    attributes: 'left',
    maxPathBytes: 4000,
    export: async (view) => {
      const path = `/${count++}`;
      await view.toFolder(path, { files });
      return { source: fromFolder(path, { files, ignoreFiles: 'off' }), times: () => timesIn(files, path) };
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

export async function openMemfs(): Promise<ExporterSubject> {
  return {
    repository: await openStore(),
    names: 'text',
    attributes: 'left',
    maxPathBytes: 4095,
    export: async (view) => {
      const files = nodeFiles(createFsFromVolume(await view.memfs()));
      return { source: fromFolder('/', { files, ignoreFiles: 'off' }), times: () => timesIn(files, '') };
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

async function* streamed(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Of all but symlinks, by their paths below `top`. */
async function timesIn(files: FileSystem, top: string): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, number>();
  const waiting = [''];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    for (const { name, kind } of (await files.list(encodeText(`${top}${path}` || '/'))) ?? []) {
      const below = `${path}/${decodeText(name)}`;
      if (kind === 'folder') waiting.push(below);
      if (kind === 'symlink') continue;
      const { modifiedNs } = (await files.stat(`${top}${below}`))!;
      times.set(below.slice(1), Number(modifiedNs) / 1e9);
    }
  }
  return times;
}
