/** `cas stats`: what a store holds, and what it takes up. */
import type { Amount, LabelShare, LargeObject, StoreStats } from '../../index.ts';
import { parseCount } from '../arguments.ts';
import type { Command } from '../command.ts';
import { count, formatSize } from '../format.ts';

const NAME_COLUMNS = 14;
const SIZE_COLUMNS = 10;
/** In text; JSON has all of them. */
const SHOWN_LABELS = 10;

export const stats: Command = {
  spec: {
    usage: 'stats',
    summary: 'show what the store holds, and what it saves',
    about:
      'Versions are what labels reach, each counted as a folder of its own. Saved is what those folders would take up\n' +
      'beyond the store: by keeping equal content once, as deltas on other content, and by compression. Unreachable is\n' +
      'what no label names; exclusive is what one label alone reaches: what would be freed without it.',
    options: {
      largest: { kind: 'text', about: 'list the N largest files, and where each is', value: 'N' },
    },
    examples: [
      ['cas stats', 'shows the sizes of this store'],
      ['cas stats --largest 10', 'shows its ten largest files as well'],
    ],
  },
  async run(args, { out, progress, signal, store }) {
    const largest = parseCount(args.text('largest'), 'largest') ?? 0;
    const found = await (await store()).stats({ largest, onProgress: progress.show, signal });
    if (out.format === 'json') return out.json(found);
    progress.clear();
    for (const [name, text] of rowsOf(found)) await out.line(`${name.padEnd(NAME_COLUMNS)}${text}`);
    for (const object of found.largest) await out.line(out.safe(largeLine(object)));
  },
};

function rowsOf(found: StoreStats): [name: string, text: string][] {
  const { labels, snapshots, trees, contents, objects, unreachable, versionsBytes, forms, packs } = found;
  const { saved, spare, trash, exclusive } = found;
  const rows: [name: string, text: string][] = [
    ['labels', String(labels)],
    [
      'reachable',
      `${count(snapshots, 'snapshot')}, ${count(trees, 'folder')}, ${count(contents, 'content')}`,
    ],
    ['versions', `${formatSize(versionsBytes)} as folders side by side`],
    ['stored', `${formatSize(objects.storedBytes)} in ${count(objects.count, 'object')}`],
    ['forms', formsText(forms)],
    [
      'packs',
      packs.count === 0 ? 'none' : `${count(packs.count, 'pack')}, ${formatSize(packs.bytes)} with tables`,
    ],
    [
      'saved',
      `${saving(saved.once)} by keeping content once, ${saving(saved.deltas)} by deltas, ${saving(saved.compression)} by compression`,
    ],
    ['unreachable', amountText(unreachable)],
  ];
  if (spare.count > 0) rows.push(['copies', `${amountText(spare)} more than once: 'cas repack' drops them`]);
  if (trash.count > 0) rows.push(['trash', `${count(trash.count, 'object')}, ${formatSize(trash.bytes)}`]);
  return [...rows, ...exclusiveRows(exclusive)];
}

/** Where there is one label, it has everything to itself. */
function exclusiveRows(exclusive: readonly LabelShare[]): [name: string, text: string][] {
  if (exclusive.length < 2) return [];
  const shown = exclusive.slice(0, SHOWN_LABELS);
  return shown.map(({ label, objects }, at) => [
    at === 0 ? 'exclusive' : '',
    `${amountText(objects)}: ${label}`,
  ]);
}

function formsText(forms: StoreStats['forms']): string {
  const parts = (['loose', 'whole', 'delta', 'chunks'] as const).filter((form) => forms[form].count > 0);
  return parts.map((form) => `${form} ${amountText(forms[form])}`).join('; ') || 'none';
}

function amountText({ count: objects, storedBytes }: Amount): string {
  return `${count(objects, 'object')}, ${formatSize(storedBytes)}`;
}

function largeLine({ sizeBytes, storedBytes, form, revision }: LargeObject): string {
  const size = formatSize(sizeBytes).padStart(SIZE_COLUMNS);
  const stored = `${formatSize(storedBytes)} ${form}`.padStart(SIZE_COLUMNS + ' chunks'.length);
  return `${size}${stored}  ${revision}`;
}

/** Trees and headers cost a little: in a small store more than is saved. */
function saving(bytes: number): string {
  return bytes < 0 ? 'nothing' : formatSize(bytes);
}
