/** What the commands that talk to other stores have in common. */
import type {
  AdvancedLabel,
  ExchangeOptions,
  Measure,
  ObjectId,
  ProgressEvent,
  PushedLabel,
} from '../index.ts';
import { printable } from '../index.ts';
import type { CommandContext, OptionSpec } from './command.ts';
import { count, formatSize, shortId } from './format.ts';
import { optimizeLater } from './optimize-later.ts';
import type { Output } from './output.ts';

/** It is work for a second or so. */
const MANY_BYTES: number = 2 ** 20;

export const DRY_RUN: OptionSpec = {
  kind: 'flag',
  alias: 'n',
  about: 'say how much it would be, and change nothing',
};

/** What is told while a transfer runs. */
export function watchedBy({ progress, signal, note }: CommandContext): ExchangeOptions {
  const onProgress = (event: ProgressEvent): void => {
    if ((event.bytes ?? 0) >= MANY_BYTES) optimizeLater();
    progress.show(event);
  };
  return { onProgress, signal, onComplaint: (line) => note(`remote: ${line}`) };
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
    await out.line(`${shortIds(before, after)}  ${name} (${KINDS[kind]})`);
  }
}

/** Where a label was and is: `2f0c51ab83de -> 97a0b1c2d3e4`, or the one of them that there is. */
export function shortIds(before: ObjectId | undefined, after: ObjectId | undefined): string {
  return [before, after].flatMap((id) => (id === undefined ? [] : [shortId(id)])).join(' -> ');
}

/** As {@link tellChanges}, and on stderr a line for each label that could not go forward. */
export async function tellAdvanced(
  { out, note }: CommandContext,
  advanced: readonly AdvancedLabel[],
): Promise<void> {
  const changes = advanced.flatMap(({ name, before, there: after, kind }) =>
    kind === 'created' || kind === 'forwarded' ? [{ name, before, after, kind }] : [],
  );
  await tellChanges(out, changes);
  for (const { name, problem = 'it cannot go forward' } of advanced.filter(isConflict))
    note(`cas: conflict: '${printable(name)}' stays as it is: ${problem}`);
}

/** Whether it stays as it is though the other store has something else. */
export function isConflict({ kind }: AdvancedLabel): boolean {
  return kind === 'diverged' || kind === 'refused';
}

/** How much came, on stderr. */
export function noteArrived({ note }: CommandContext, measure: Measure): void {
  note(measure.bytes === 0 ? 'nothing is new there' : formatMeasure(measure));
}

/** Such as `12 objects, 3.4 MB`. */
export function formatMeasure({ objects, bytes }: Measure): string {
  return `${count(objects, 'object')}, ${formatSize(bytes)}`;
}
