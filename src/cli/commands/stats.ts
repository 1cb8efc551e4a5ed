/** `cas stats`: what a store holds, and what it takes up. */
import type { StoreStats } from '../../index.ts';
import type { Command } from '../command.ts';
import { count, formatSize } from '../format.ts';

const NAME_COLUMNS = 14;

export const stats: Command = {
  spec: {
    usage: 'stats',
    summary: 'show what the store holds, and what it saves',
    about:
      'Versions are what labels reach, each counted as a folder of its own. Saved is what those folders would take up\n' +
      'beyond the store: by keeping equal content once, and by compression. Unreachable is what no label names.',
    examples: [['cas stats', 'shows the sizes of this store']],
  },
  async run(_args, { out, progress, signal, store }) {
    const found = await (await store()).stats({ onProgress: progress.show, signal });
    if (out.format === 'json') return out.json(found);
    progress.clear();
    for (const [name, text] of rowsOf(found)) await out.line(`${name.padEnd(NAME_COLUMNS)}${text}`);
  },
};

function rowsOf(found: StoreStats): [name: string, text: string][] {
  const { labels, snapshots, trees, contents, objects, unreachable, versionsBytes } = found;
  const reachableBytes = objects.contentBytes - unreachable.contentBytes;
  const once = versionsBytes - reachableBytes;
  const deflated = objects.contentBytes - objects.storedBytes;
  return [
    ['labels', String(labels)],
    [
      'reachable',
      `${count(snapshots, 'snapshot')}, ${count(trees, 'folder')}, ${count(contents, 'content')}`,
    ],
    ['versions', `${formatSize(versionsBytes)} as folders side by side`],
    ['stored', `${formatSize(objects.storedBytes)} in ${count(objects.count, 'object')}`],
    ['saved', `${saving(once)} by keeping content once, ${saving(deflated)} by compression`],
    ['unreachable', `${count(unreachable.count, 'object')}, ${formatSize(unreachable.storedBytes)}`],
  ];
}

/** Trees and headers cost a little: in a small store more than is saved. */
function saving(bytes: number): string {
  return bytes < 0 ? 'nothing' : formatSize(bytes);
}
