/**
 * A tree as a memfs volume. What a volume cannot hold apart is refused and never merged: its names are text.
 */
import { Volume } from 'memfs';
import { decodeText, formatName } from '../bytes/text.ts';
import { RefusedError } from '../errors/errors.ts';
import { collectBytes } from '../flow/byte-stream.ts';
import { type WalkedEntry, walkTree } from '../tree/walk.ts';
import { openContent, readTarget } from './content.ts';
import type { ViewedTree } from './viewed-tree.ts';

const MODES = { file: 0o644, executable: 0o755, folder: 0o755 } as const;

export interface MemfsOptions {
  readonly signal?: AbortSignal;
}

/**
 * A new volume with the tree at `/`: modes, empty folders and symlinks, each entry with the tree's time.
 * Attributes are left behind.
 *
 * @throws RefusedError `NAME_NOT_TEXT` for a name or a symlink's target that is not UTF-8
 * @throws CorruptError, NotFoundError as `openContent`, `readTarget` and `walkTree` do
 */
export async function toMemfs(tree: ViewedTree, options: MemfsOptions = {}): Promise<Volume> {
  const { signal } = options;
  const { objects, treeId, timeSeconds } = tree;
  const volume = new Volume();
  const folders: string[] = [];
  for await (const walked of walkTree(objects, treeId)) {
    signal?.throwIfAborted();
    const path = `/${textOf(walked.path, walked)}`;
    await putEntry(volume, path, tree, walked);
    if (walked.entry.kind === 'folder') folders.push(path);
    else volume.lutimesSync(path, timeSeconds, timeSeconds);
  }
  for (const path of folders) volume.utimesSync(path, timeSeconds, timeSeconds); // what came later changed them
  return volume;
}

async function putEntry(
  volume: Volume,
  path: string,
  { objects }: ViewedTree,
  walked: WalkedEntry,
): Promise<void> {
  const { kind } = walked.entry;
  switch (kind) {
    case 'folder':
      volume.mkdirSync(path, { mode: MODES[kind] });
      return;
    case 'symlink':
      volume.symlinkSync(textOf(await readTarget(objects, walked), walked), path);
      return;
    case 'file':
    case 'executable': {
      const found = await openContent(objects, walked);
      const content = found.kind === 'whole' ? found.content : await collectBytes(found.content);
      volume.writeFileSync(path, content, { mode: MODES[kind] });
      return;
    }
  }
}

function textOf(bytes: Uint8Array, { path }: WalkedEntry): string {
  const text = decodeText(bytes);
  if (text !== undefined) return text;
  throw new RefusedError('NAME_NOT_TEXT', `cannot hold '${formatName(path)}' in memory: it is not text`, {
    hint: 'export it as a tar or into a folder, which hold any bytes',
  });
}
