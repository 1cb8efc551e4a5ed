/** `cas purge`: removes the bytes of objects at once. */
import { findObjectId, formatName, type Store } from '../../index.ts';
import type { Command, CommandContext } from '../command.ts';
import { count, shortId } from '../format.ts';

export const purge: Command = {
  spec: {
    usage: 'purge <revs..>',
    summary: 'remove the bytes of objects now, wherever they lie',
    about: [
      'REV is mostly an id, or LABEL:PATH. All copies go: loose ones, those in packs, which are written anew without',
      'them, and those in the trash. Nothing takes them back, but to put the same bytes again.',
      '',
      'Where labels still refer to an object, they are listed, and nothing is done without --force. With it they stay',
      "as they are: where the object was is a hole, which 'cas fsck' tells of, and no damage.",
    ].join('\n'),
    options: { force: { kind: 'flag', about: 'also what labels still refer to', alias: 'f' } },
    examples: [
      ['cas purge 2cf24dba5fb0', 'removes what nothing refers to any more'],
      ['cas purge --force data/set:secrets.txt', 'removes that content, and leaves a hole in every version'],
    ],
  },
  async run(args, context) {
    const { out, signal } = context;
    const store = await context.store();
    for (const revision of args.texts('revs')) {
      const id = findObjectId(revision) ?? (await store.resolve(revision)).id;
      if (!args.flag('force')) await listReasons(store, id, context);
      const result = await store.purge(id, { force: args.flag('force'), signal });
      const holes = result.reasons.length;
      if (out.format === 'json') await out.json({ id, objects: result.objects, holes });
      else await out.line(`purged ${id}${holes === 0 ? '' : `, which leaves ${count(holes, 'hole')}`}`);
    }
  },
};

async function listReasons(store: Store, id: string, { note, signal }: CommandContext): Promise<void> {
  for (const { label, path, newest } of (await store.why(id, { signal })).reasons) {
    const place = path === undefined ? '' : `:${formatName(path)}`;
    note(`${label}${place} refers to it, in ${shortId(newest.id)}`);
  }
}
