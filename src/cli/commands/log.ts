/** `cas log`: the history of a snapshot. */
import { parseCount } from '../arguments.ts';
import type { Command } from '../command.ts';
import { printSnapshot, printSnapshotLine, snapshotJson } from '../snapshot-text.ts';

export const log: Command = {
  spec: {
    usage: 'log <rev>',
    behindDashes: 'PATH',
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
  async run(args, { out, store, signal }) {
    const limit = parseCount(args.text('max-count'), 'max-count') ?? Number.POSITIVE_INFINITY;
    const [path] = args.rest;
    let shown = 0;
    for await (const step of (await store()).log(args.required('rev'), path === undefined ? {} : { path })) {
      signal.throwIfAborted();
      if (shown === limit) break;
      if (out.format === 'json') await out.json(snapshotJson(step));
      else if (args.flag('oneline')) await printSnapshotLine(out, step);
      else {
        if (shown > 0) await out.line();
        await printSnapshot(out, step);
      }
      shown++;
    }
  },
};
