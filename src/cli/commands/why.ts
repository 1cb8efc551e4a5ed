/** `cas why`: what keeps an object, or when nothing did any more. */
import { formatName, formatTime, type Why, type WhyReason } from '../../index.ts';
import type { Command } from '../command.ts';
import { count, shortId } from '../format.ts';
import type { Output } from '../output.ts';

export const why: Command = {
  spec: {
    usage: 'why <rev>',
    summary: 'show which labels, snapshots and paths keep an object',
    about:
      'REV is mostly the id of an object, or the beginning of one. Each line is a label, the path of the object in its\n' +
      'sets, and in how many snapshots it is there. Of an object that nothing keeps it says which label did so last.',
    examples: [
      ['cas why 2cf24dba5fb0', 'shows where that content is used'],
      ['cas why release/v2:bin/app', 'shows where else the same content is used'],
    ],
  },
  async run(args, { out, signal, store: open }) {
    const found = await (await open()).why(args.required('rev'), { signal });
    if (out.format === 'json') return printJson(out, found);
    for (const reason of found.reasons) await out.line(out.safe(lineOf(reason)));
    if (found.reasons.length === 0) await out.line(out.safe(absenceOf(found)));
  },
};

async function printJson(out: Output, { id, reasons, last, trashedMs }: Why): Promise<void> {
  for (const { label, how, role, path, snapshots, newest } of reasons) {
    const shown = path === undefined ? {} : { path: formatName(path) };
    const time = formatTime(newest.timeSeconds);
    await out.json({ id, label, how, role, ...shown, snapshots, newest: newest.id, time });
  }
  if (reasons.length > 0) return;
  const end = last && { label: last.label, until: formatTime(last.end.timeSeconds), why: last.end.why };
  const trashed = trashedMs === undefined ? null : formatTime(Math.floor(trashedMs / 1000));
  await out.json({ id, last: end ?? null, trashed });
}

function lineOf({ label, how, role, path, snapshots, newest }: WhyReason): string {
  const place =
    path === undefined ? 'the snapshot itself' : path.length === 0 ? 'the whole set' : formatName(path);
  const kind = role === 'tree' && path !== undefined && path.length > 0 ? '/' : '';
  return `${label}: ${place}${kind}, ${spanOf(how, snapshots, `${shortId(newest.id)} of ${formatTime(newest.timeSeconds)}`)}`;
}

function spanOf(how: WhyReason['how'], snapshots: number, newest: string): string {
  const all = snapshots === 1 ? newest : `${count(snapshots, 'snapshot')}, the newest ${newest}`;
  switch (how) {
    case 'now':
      return 'now';
    case 'history':
      return `in its history: ${all}`;
    case 'former':
      return `in what it was: ${all}`;
  }
}

function absenceOf({ id, last, trashedMs }: Why): string {
  const label =
    last === undefined
      ? 'no label that the log knows of reached it'
      : `${last.label} reached it until ${formatTime(last.end.timeSeconds)}: ${last.end.why}`;
  const trashed = trashedMs === undefined ? '' : "; it is in the trash, 'cas undelete' takes it back";
  return `${id}: nothing keeps it; ${label}${trashed}`;
}
