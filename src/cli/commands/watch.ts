/** `cas watch`: what happens in a store, as it happens. */
import { formatTime, InvalidInputError, type StoreEvent } from '../../index.ts';
import type { Command } from '../command.ts';
import { shortId } from '../format.ts';

export const watch: Command = {
  spec: {
    usage: 'watch',
    summary: 'show changes of labels and new objects as they come',
    about: [
      'A line for each, by whatever process, until Ctrl-C. With --json each has a cursor: --since goes on after the',
      'event that had it, also in another process, and tells of everything since at least once. What came within',
      'seconds before it may be told again. --since 0 begins with all that is known.',
    ].join('\n'),
    options: {
      since: {
        kind: 'text',
        about: 'go on after the event with this cursor [default: now]',
        value: 'CURSOR',
      },
      only: { kind: 'text', about: "'labels' or 'puts'", value: 'WHAT' },
    },
    examples: [
      ['cas watch', 'shows what happens from now on'],
      ['cas watch --json --since 12-0d4a1180.1769817600000000000', 'goes on where another was stopped'],
    ],
  },
  async run(args, { out, store: open, signal }) {
    const since = args.text('since');
    const kind = kindOf(args.text('only'));
    const store = await open();
    for await (const event of store.watch({ signal, ...(since !== undefined && { since }) })) {
      if (kind !== undefined && event.kind !== kind) continue;
      if (out.format === 'json') await out.json(jsonOf(event));
      else await out.line(out.safe(lineOf(event)));
      await out.flush();
    }
  },
};

function kindOf(text: string | undefined): StoreEvent['kind'] | undefined {
  if (text === undefined) return undefined;
  if (text === 'labels') return 'label';
  if (text === 'puts') return 'put';
  throw new InvalidInputError('USAGE', `cannot watch '${text.slice(0, 80)}' only`, {
    hint: "write '--only labels' or '--only puts'",
  });
}

function lineOf(event: StoreEvent): string {
  if (event.kind === 'put') return `put ${event.id}`;
  const { name, old, new: next, who, why } = event;
  const span = `${old === undefined ? 'none' : shortId(old)} -> ${next === undefined ? 'none' : shortId(next)}`;
  return `label ${name} ${span} ${formatTime(event.timeSeconds)} ${who}: ${why}`;
}

function jsonOf(event: StoreEvent): Readonly<Record<string, unknown>> {
  if (event.kind === 'put') return { ...event };
  const { kind, name, n, timeSeconds, who, why, cursor } = event;
  const ids = { old: event.old ?? null, new: event.new ?? null };
  return { kind, name, ...ids, n, time: formatTime(timeSeconds), who, why, cursor };
}
