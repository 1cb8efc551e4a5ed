/** `cas undelete`: takes back what `cas gc` took out of the way. */
import type { Command } from '../command.ts';
import { count, formatSize } from '../format.ts';

export const undelete: Command = {
  spec: {
    usage: 'undelete',
    summary: 'take back what gc took out of the way',
    about:
      'Everything that is still in the trash is in the store again, as young as what is written now. Labels stay as\n' +
      "they are: 'cas reflog' lists what they were, and 'cas label undo' or 'cas label create' goes back to it.",
    options: { 'dry-run': { kind: 'flag', about: 'say what would come back', alias: 'n' } },
    examples: [['cas undelete', 'undoes all collections that can be undone']],
  },
  async run(args, { out, progress, signal, store }) {
    const mode = args.flag('dry-run') ? 'rehearse' : 'restore';
    const { kind, restored } = await (await store()).undelete({ mode, onProgress: progress.show, signal });
    progress.clear();
    if (out.format === 'json') return out.json({ kind, ...restored });
    const verb = kind === 'restored' ? 'took back' : 'would take back';
    await out.line(`${verb} ${count(restored.count, 'object')}, ${formatSize(restored.bytes)}`);
  },
};
