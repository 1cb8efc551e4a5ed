/** `cas du`: how much the folders of a set hold. */
import { formatName, type Store } from '../../index.ts';
import { parseCount } from '../arguments.ts';
import type { Command } from '../command.ts';
import { formatSize } from '../format.ts';

const SIZE_COLUMNS = 9;

interface Row {
  /** `.` for all of it. */
  readonly path: string;
  readonly sizeBytes: number;
}

export const du: Command = {
  spec: {
    usage: 'du <rev>',
    summary: 'show how much the folders of a set hold, largest first',
    about: 'Sizes are of the content, as a copy on a disk would have it; a store keeps equal content once.',
    options: {
      depth: { kind: 'text', about: 'how deep folders are shown [default: 1]', alias: 'd', value: 'N' },
      all: { kind: 'flag', about: 'files, too', alias: 'a' },
    },
    examples: [
      ['cas du release/v2', 'shows the folders at the top'],
      ['cas du -d 3 release/v2:lib', 'shows three levels of lib'],
    ],
  },
  async run(args, { out, store, signal }) {
    const maxDepth = parseCount(args.text('depth'), 'depth') ?? 1;
    const what = { maxDepth, files: args.flag('all') ? 'shown' : 'counted', signal } as const;
    const rows = await measure(await store(), args.required('rev'), what);
    for (const { path, sizeBytes } of rows) {
      if (out.format === 'json') await out.json({ path, size: sizeBytes });
      else await out.line(`${formatSize(sizeBytes).padStart(SIZE_COLUMNS)}  ${path}`);
    }
  },
};

async function measure(
  store: Store,
  revision: string,
  what: { readonly maxDepth: number; readonly files: 'shown' | 'counted'; readonly signal: AbortSignal },
): Promise<Row[]> {
  const rows: Row[] = [];
  let total = 0;
  const view = await store.view(revision);
  for await (const { path, depth, entry } of view.entries({ enters: ({ depth }) => depth < what.maxDepth })) {
    what.signal.throwIfAborted();
    if (depth === 1) total += entry.sizeBytes;
    const isShown = depth <= what.maxDepth && (entry.kind === 'folder' || what.files === 'shown');
    if (isShown) rows.push({ path: formatName(path), sizeBytes: entry.sizeBytes });
  }
  rows.sort((left, right) => right.sizeBytes - left.sizeBytes);
  return [{ path: '.', sizeBytes: total }, ...rows];
}
