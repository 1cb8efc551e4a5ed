/** `cas maintenance`: what a store needs from time to time. */
import { constants, setPriority } from 'node:os';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { count } from '../format.ts';
import { stopOnTerminate } from '../stop-on-terminate.ts';

export const maintenance: Command = {
  spec: {
    usage: 'maintenance',
    summary: 'pack what has gathered, and tidy up',
    about: [
      'Packs loose objects and small packs as repack does, shortens the reading of labels, and removes what',
      'interrupted commands left. Nothing is collected. A command that stores something starts it by itself once much',
      "has gathered, and does not wait for it: see 'cas config list' for maintenance.auto, .loose and .packs.",
    ].join('\n'),
    options: {
      auto: { kind: 'flag', about: 'only if enough has gathered, and with what the machine has to spare' },
    },
    examples: [
      ['cas maintenance', 'does it now, as a nightly job may'],
      ['cas config set maintenance.auto false', 'leaves it to that job'],
    ],
  },
  async run(args, { out, note, progress, signal, store: open }) {
    stopOnTerminate();
    const store = await open();
    if (args.flag('auto')) {
      if (!(await store.isMaintenanceDue())) return;
      yieldToOthers();
    }
    const result = await store.maintain({ onProgress: progress.show, signal });
    progress.clear();
    if (out.format === 'json') return out.json(result);
    if (result.kind === 'busy') return note('another process is packing this store, or collecting in it');
    const { pack, objects, left } = result.repack;
    await out.line(pack === undefined ? 'nothing to pack' : `packed ${count(objects, 'object')}`);
    if (left.length === 0) return;
    note(`cas: warning: ${count(left.length, 'object')} cannot be read, and stayed where they are`);
    note("hint: run 'cas fsck', which says what is damaged");
    return EXIT.corrupt;
  },
};

/** Behind the back of whoever works here: others come first, and it ends as soon as it is asked to. */
function yieldToOthers(): void {
  try {
    setPriority(constants.priority.PRIORITY_LOW);
  } catch {
    // Not every system lets a process step back.
  }
}
