/** `cas reflog`: what happened to a label. */
import { formatKeep, formatTime, type LabelHistoryEntry, NotFoundError } from '../../index.ts';
import { parseCount } from '../arguments.ts';
import type { Command } from '../command.ts';
import { shortId } from '../format.ts';

export const reflog: Command = {
  spec: {
    usage: 'reflog <label>',
    summary: 'list every change of a label, newest first',
    about:
      'LABEL@{0} is what the label is now, LABEL@{1} what it was before its last move, and so on: a revision, as in\n' +
      "'cas ls LABEL@{1}'. A label that was deleted is remembered, too. The log is of this store alone.",
    options: { 'max-count': { kind: 'text', about: 'stop after so many', alias: 'n', value: 'N' } },
    examples: [
      ['cas reflog release/v2', 'shows how release/v2 came to be what it is'],
      ['cas label move release/v2 release/v2@{1}', 'goes back to what it was before'],
    ],
  },
  async run(args, { out, store }) {
    const limit = parseCount(args.text('max-count'), 'max-count') ?? Number.POSITIVE_INFINITY;
    const { labels } = await store();
    const name = args.required('label');
    const entries = await labels.log(name);
    if (entries.length === 0 && (await labels.get(name)) === undefined) throw unknownLabel(name);
    let moves = 0;
    for (const entry of entries.slice(0, limit)) {
      const isMove = entry.old !== entry.new;
      if (out.format === 'json') await out.json(jsonOf(entry, isMove ? moves : undefined));
      else await out.line(out.safe(lineOf(entry, isMove ? `${name}@{${moves}}` : '')));
      if (isMove) moves++;
    }
  },
};

function unknownLabel(name: string): NotFoundError {
  return new NotFoundError('LABEL_NOT_FOUND', `nothing is known of a label '${name}'`, {
    hint: "run 'cas labels'",
  });
}

/** @param revision of the value that this change made; '' where it made none */
function lineOf(entry: LabelHistoryEntry, revision: string): string {
  const { timeSeconds, who, why } = entry;
  const by = who === '' ? '' : ` (${who})`;
  const mark = revision === '' ? '' : `  ${revision}`;
  return `${formatTime(timeSeconds)}  ${valueOf(entry)}${mark}  ${why}${by}`;
}

function valueOf({ old, new: value, isProtected, keep, renamedFrom, renamedTo }: LabelHistoryEntry): string {
  if (renamedTo !== undefined) return `renamed to ${renamedTo}`;
  if (renamedFrom !== undefined) return `renamed from ${renamedFrom}`;
  if (value === undefined) return 'deleted     ';
  if (old !== value) return shortId(value);
  return `[${isProtected ? 'protected' : 'open'}, keep ${formatKeep(keep)}]`;
}

function jsonOf(entry: LabelHistoryEntry, index: number | undefined): object {
  const {
    n,
    timeSeconds,
    name,
    old,
    new: value,
    isProtected,
    keep,
    renamedFrom,
    renamedTo,
    who,
    why,
  } = entry;
  return {
    transaction: n,
    time: formatTime(timeSeconds),
    name,
    ...(index !== undefined && { index }),
    before: old ?? null,
    after: value ?? null,
    protected: isProtected,
    keep: formatKeep(keep),
    ...(renamedFrom && { renamedFrom }),
    ...(renamedTo && { renamedTo }),
    who,
    why,
  };
}
