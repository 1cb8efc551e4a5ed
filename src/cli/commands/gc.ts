/** `cas gc`: takes what no label keeps out of the way. */
import { formatTime, type GcReason, type GcResult, parseGrace } from '../../index.ts';
import type { Command } from '../command.ts';
import { count, formatSize } from '../format.ts';
import type { Output } from '../output.ts';

const DAY_MS: number = 24 * 60 * 60 * 1000;
const HOUR_MS: number = 60 * 60 * 1000;
const SIZE_COLUMNS = 28;

export const gc: Command = {
  spec: {
    usage: 'gc',
    summary: 'take objects that no label keeps out of the way',
    about:
      'Labels keep what they name, the history and former values that their keep rule says, and for 90 days\n' +
      "(labels.window) what they named before they were deleted. Of the rest goes what is older than the grace: 'cas\n" +
      "undelete' takes it back for as long again, then a later gc frees the space. With --grace now nothing is too\n" +
      'young; it is refused while anything writes, and frees what earlier runs took.',
    options: {
      'dry-run': { kind: 'flag', about: 'say what would go, and move nothing', alias: 'n' },
      explain: { kind: 'flag', about: 'say by which label each object was last reached, and until when' },
      grace: { kind: 'text', about: 'how old garbage has to be: 12h, 30d, now', value: 'TIME' },
    },
    examples: [
      ['cas gc --dry-run --explain', 'says what would go, and why'],
      ['cas gc --grace 1d', 'collects what has been garbage for a day'],
    ],
  },
  async run(args, { out, progress, signal, store }) {
    const grace = args.text('grace');
    const result = await (await store()).gc({
      ...(grace !== undefined && { graceMs: parseGrace(grace) }),
      mode: args.flag('dry-run') ? 'rehearse' : 'collect',
      explain: args.flag('explain') ? 'labels' : 'nothing',
      onProgress: progress.show,
      signal,
    });
    progress.clear();
    if (out.format === 'json') return printJson(out, result);
    for (const line of result.reasons.map(reasonLine)) await out.line(out.safe(line));
    for (const line of summaryOf(result)) await out.line(line);
  },
};

async function printJson(out: Output, { reasons, ...result }: GcResult): Promise<void> {
  for (const { kind, label, end, ids, dead } of reasons) {
    const until = end && {
      transaction: end.n,
      until: formatTime(end.timeSeconds),
      who: end.who,
      why: end.why,
    };
    await out.json({ reason: kind, label, ...until, ...dead, ids });
  }
  await out.json(result);
}

function reasonLine({ kind, label, end, dead }: GcReason): string {
  const size = `${count(dead.count, 'object')}, ${formatSize(dead.bytes)}`.padEnd(SIZE_COLUMNS);
  switch (kind) {
    case 'moved':
      return `${size}under ${label} until ${formatTime(end!.timeSeconds)}: ${end!.why}`;
    case 'history':
      return `${size}in the history of ${label}, before what it keeps`;
    case 'unlabelled':
      return `${size}under no label that the log knows of`;
  }
}

function* summaryOf({ kind, collected, before, freed, trash, keptMs, cut }: GcResult): Generator<string> {
  const verb = kind === 'collected' ? 'collected' : 'would collect';
  const after = formatSize(before.bytes - collected.bytes);
  const change = collected.count === 0 ? '' : `; ${formatSize(before.bytes)} before, ${after} after`;
  yield `${verb} ${count(collected.count, 'object')}, ${formatSize(collected.bytes)}${change}`;
  if (cut > 0) yield `history ends with ${count(cut, 'snapshot')}, as labels keep no more`;
  if (freed.count > 0)
    yield `freed ${count(freed.count, 'object')}, ${formatSize(freed.bytes)}, of earlier runs`;
  if (trash.count > 0)
    yield `in the trash: ${count(trash.count, 'object')}, ${formatSize(trash.bytes)}; 'cas undelete' takes all back, for ${formatSpan(keptMs)} at least`;
}

function formatSpan(ms: number): string {
  return ms % DAY_MS === 0 ? count(ms / DAY_MS, 'day') : count(Math.floor(ms / HOUR_MS), 'hour');
}
