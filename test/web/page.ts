/** What a page does with a store that its own server has. Bundled for browsers, and called there by the tests. */
import {
  CorruptError,
  decodeText,
  encodeText,
  fromUrl,
  openRemoteStore,
  type RemoteView,
} from '../../src/browser.ts';

/** Of an entry: its path, its size, and the SHA-256 that the browser itself makes of its bytes. */
export type Surveyed = readonly [path: string, sizeBytes: number, sha256: string];

export interface PageCalls {
  /** Every file and symlink of a version. */
  survey(label: string): Promise<Surveyed[]>;
  readText(label: string, path: string): Promise<string | undefined>;
  /** The code of the error that reading all of a version ends in; `undefined` for none. */
  fault(label: string): Promise<string | undefined>;
}

const viewOf = async (label: string): Promise<RemoteView> =>
  (await openRemoteStore(fromUrl('.cas'))).view(label);

async function survey(label: string): Promise<Surveyed[]> {
  const view = await viewOf(label);
  const found: Surveyed[] = [];
  for await (const { path, kind, sizeBytes } of view.entries()) {
    if (kind === 'folder') continue;
    const bytes = kind === 'symlink' ? encodeText(await view.readlink(path)) : await view.readFile(path);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)));
    const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    found.push([path, sizeBytes, hex]);
  }
  return found;
}

const calls: PageCalls = {
  survey,
  readText: async (label, path) => decodeText(await (await viewOf(label)).readFile(path)),
  fault: async (label) => {
    try {
      await survey(label);
      return undefined;
    } catch (error) {
      return error instanceof CorruptError ? error.code : String(error);
    }
  },
};

(globalThis as { calls?: PageCalls }).calls = calls;
