/** How a snapshot is told: as data, as one line, as a paragraph. */
import { formatTime, type HistoryStep } from '../index.ts';
import { shortId } from './format.ts';
import type { Output } from './output.ts';

/** What JSON says of a snapshot. */
export function snapshotJson({ id, snapshot, isHorizon }: HistoryStep): object {
  const { tree, parents, timeSeconds, author, headers, message } = snapshot;
  return {
    id,
    tree,
    parents,
    time: formatTime(timeSeconds),
    ...(author && { author }),
    ...(headers.size > 0 && { headers: Object.fromEntries(headers) }),
    message,
    isHorizon,
  };
}

/** Id, day and the first line of the message. */
export async function printSnapshotLine(out: Output, { id, snapshot }: HistoryStep): Promise<void> {
  const [subject = ''] = snapshot.message.split('\n');
  const day = formatTime(snapshot.timeSeconds).slice(0, 10);
  await out.line(`${out.style('yellow', shortId(id))} ${day} ${out.safe(subject)}`.trimEnd());
}

/** All that it says, but its tree. */
export async function printSnapshot(out: Output, { id, snapshot, isHorizon }: HistoryStep): Promise<void> {
  const { parents, timeSeconds, author, headers, message } = snapshot;
  await out.line(out.style('yellow', `snapshot ${id}`));
  if (parents.length > 1) await out.line(`parents  ${parents.map(shortId).join(' ')}`);
  if (author !== undefined) await out.line(`author   ${out.safe(`${author.name} <${author.mail}>`)}`);
  await out.line(`time     ${formatTime(timeSeconds)}`);
  for (const [key, value] of headers) await out.line(`${key.padEnd(8)} ${out.safe(value)}`);
  const text = message.trimEnd();
  if (text !== '') await out.line();
  if (text !== '') for (const line of text.split('\n')) await out.line(`    ${out.safe(line)}`.trimEnd());
  if (isHorizon && parents.length > 0) await out.line(out.style('dim', '(what came before was forgotten)'));
}
