/**
 * A tree as a memfs volume. What a volume cannot hold apart is refused and never merged: its names are text.
 */
import { Volume } from 'memfs';
import { decodeText, formatName } from '../bytes/text.ts';
import { RefusedError } from '../errors/errors.ts';
import { collectBytes } from '../flow/byte-stream.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import type { WalkedEntry } from '../tree/walk.ts';
import { listMembers } from './archive-members.ts';
import { openContent, readContentNow, readTarget } from './content.ts';
import { gatherMembers } from './gathered-members.ts';
import { fillLater } from './lazy-memfs.ts';
import { KIND, type MemberList } from './member-list.ts';
import type { SelectOptions } from './selection.ts';
import type { ViewedTree } from './viewed-tree.ts';

const MODES = { file: 0o644, executable: 0o755, folder: 0o755 } as const;

export interface MemfsOptions extends SelectOptions {
  /**
   * Contents of files are read when they are first touched, which is at once: as long as the store is open. Names,
   * sizes and symlinks are there from the beginning. @default false
   */
  readonly lazy?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * A new volume with the tree at `/`: modes, empty folders and symlinks, each entry with its time in the tree.
 * Attributes are left behind. With `lazy`, what cannot be read is thrown by the call that touches it; in a store that
 * can read nothing at once that is a SystemError `CONTENT_NOT_HERE`.
 *
 * @throws RefusedError `NAME_NOT_TEXT` for a name or a symlink's target that is not UTF-8
 * @throws CorruptError, NotFoundError as `openContent`, `readTarget` and `listMembers` do
 */
export async function toMemfs(tree: ViewedTree, options: MemfsOptions = {}): Promise<Volume> {
  const { lazy = false, ...chosen } = options;
  const { objects } = tree;
  const volume = new Volume();
  const folders: [path: string, timeSeconds: number][] = [];
  for await (const list of gatherMembers(listMembers(tree, chosen))) {
    if (!lazy) await objects.bring?.(contentsIn(list));
    for (let number = 0; number < list.count; number++) {
      const walked = list.walkedAt(number);
      const timeSeconds = list.times[number]!;
      const path = `/${textOf(walked.path, walked)}`;
      await putEntry(volume, { path, walked, objects, lazy });
      if (walked.entry.kind === 'folder') folders.push([path, timeSeconds]);
      else volume.lutimesSync(path, timeSeconds, timeSeconds);
    }
  }
  for (const [path, time] of folders) volume.utimesSync(path, time, time); // what came later changed them
  return volume;
}

function contentsIn(list: MemberList): ObjectId[] {
  const ids: ObjectId[] = [];
  for (let number = 0; number < list.count; number++)
    if (list.kinds[number] !== KIND.folder) ids.push(list.idAt(number));
  return ids;
}

interface EntryToPut {
  readonly path: string;
  readonly walked: WalkedEntry;
  readonly objects: ObjectReader;
  readonly lazy: boolean;
}

async function putEntry(volume: Volume, { path, walked, objects, lazy }: EntryToPut): Promise<void> {
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
      volume.writeFileSync(path, lazy ? '' : await contentOf(objects, walked), { mode: MODES[kind] });
      if (!lazy) return;
      const { sizeBytes } = walked.entry;
      fillLater(volume, { path, content: { sizeBytes, read: () => readContentNow(objects, walked) } });
      return;
    }
  }
}

async function contentOf(objects: ObjectReader, walked: WalkedEntry): Promise<Uint8Array> {
  const found = await openContent(objects, walked);
  return found.kind === 'whole' ? found.content : collectBytes(found.content);
}

function textOf(bytes: Uint8Array, { path }: WalkedEntry): string {
  const text = decodeText(bytes);
  if (text !== undefined) return text;
  throw new RefusedError('NAME_NOT_TEXT', `cannot hold '${formatName(path)}' in memory: it is not text`, {
    hint: 'export it as a tar or into a folder, which hold any bytes',
  });
}
