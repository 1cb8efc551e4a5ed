/** What the commands that talk to other stores have in common. */
import type { ExchangeOptions, Measure, ProgressEvent, PushedLabel } from '../index.ts';
import { InvalidInputError } from '../index.ts';
import type { Arguments, CommandContext, OptionSpec } from './command.ts';
import { count, formatSize, shortId } from './format.ts';
import { optimizeLater } from './optimize-later.ts';
import type { Output } from './output.ts';

/** It is work for a second or so. */
const MANY_BYTES: number = 2 ** 20;

export const DRY_RUN: OptionSpec = {
  kind: 'flag',
  alias: 'n',
  about: 'say what would go, and change nothing',
};

/** What is told while a transfer runs. */
export function watchedBy({ progress, signal, note }: CommandContext): ExchangeOptions {
  const onProgress = (event: ProgressEvent): void => {
    if ((event.bytes ?? 0) >= MANY_BYTES) optimizeLater();
    progress.show(event);
  };
  return { onProgress, signal, onComplaint: (line) => note(`remote: ${line}`) };
}

/** More snapshots than any history has. */
const ALL: number = 2 ** 31;

/** A whole number of at least 1, or `all`. @throws InvalidInputError `USAGE` */
export function parseDepth(args: Arguments): number | undefined {
  const text = args.text('depth');
  if (text === undefined) return undefined;
  if (text === 'all') return ALL;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidInputError('USAGE', `'${text.slice(0, 80)}' is no depth`, {
    hint: 'give the number of snapshots of each label, such as 1, or all',
  });
}

type ChangeKind = Exclude<PushedLabel['kind'], 'unchanged'>;

const KINDS: Readonly<Record<ChangeKind, string>> = {
  created: 'new',
  forwarded: 'forward',
  forced: 'forced',
  deleted: 'deleted',
};

/** A line for each label that is not where it was. */
export async function tellChanges(out: Output, labels: readonly PushedLabel[]): Promise<void> {
  for (const { name, before, after, kind } of labels) {
    if (kind === 'unchanged') continue;
    const ids = [before, after].flatMap((id) => (id === undefined ? [] : [shortId(id)]));
    await out.line(`${ids.join(' -> ')}  ${name} (${KINDS[kind]})`);
  }
}

/** Such as `12 objects, 3.4 MB`. */
export function formatMeasure({ objects, bytes }: Measure): string {
  return `${count(objects, 'object')}, ${formatSize(bytes)}`;
}
