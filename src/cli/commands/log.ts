import { formatTime, type HistoryStep } from '../../index.ts';
import { parseCount } from '../arguments.ts';
import type { Command } from '../command.ts';
import { shortId } from '../format.ts';
import type { Output } from '../output.ts';

export const log: Command = {
  spec: {
    usage: 'log <rev>',
    summary: 'list a snapshot and all before it, newest first',
    about: 'With a path behind --, lists only the snapshots in which what is at that path changed.',
    options: {
      oneline: { kind: 'flag', about: 'one line a snapshot' },
      'max-count': { kind: 'text', about: 'stop after so many', alias: 'n', value: 'N' },
    },
    examples: [
      ['cas log release/v2', 'shows how release/v2 came about'],
      ['cas log --oneline -n 5 release/v2 -- bin/app', 'shows the last five that changed bin/app'],
    ],
  },
  async run(args, { out, store }) {
    const limit = parseCount(args.text('max-count'), 'max-count') ?? Number.POSITIVE_INFINITY;
    const [path] = args.rest;
    const print = out.format === 'json' ? printJson : args.flag('oneline') ? printLine : printParagraph;
    let shown = 0;
    for await (const step of (await store()).log(args.required('rev'), path === undefined ? {} : { path })) {
      if (shown === limit) break;
      if (shown > 0 && print === printParagraph) await out.line();
      await print(out, step);
      shown++;
    }
  },
};

async function printJson(out: Output, { id, snapshot, isHorizon }: HistoryStep): Promise<void> {
  const { tree, parents, timeSeconds, author, headers, message } = snapshot;
  await out.json({
    id,
    tree,
    parents,
    time: formatTime(timeSeconds),
    ...(author && { author }),
    ...(headers.size > 0 && { headers: Object.fromEntries(headers) }),
    message,
    isHorizon,
  });
}

async function printLine(out: Output, { id, snapshot }: HistoryStep): Promise<void> {
  const [subject = ''] = snapshot.message.split('\n');
  const day = formatTime(snapshot.timeSeconds).slice(0, 10);
  await out.line(`${out.style('yellow', shortId(id))} ${day} ${out.safe(subject)}`.trimEnd());
}

async function printParagraph(out: Output, { id, snapshot, isHorizon }: HistoryStep): Promise<void> {
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
