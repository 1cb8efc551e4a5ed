/** `cas have`: says what this store holds, for who makes a bundle for it. */
import { InvalidInputError } from '../../index.ts';
import type { Command } from '../command.ts';

export const have: Command = {
  spec: {
    usage: 'have',
    summary: 'say what this store holds, for who sends to it',
    about: [
      'Writes the snapshots of all labels and eight bytes of the id of each object, to standard output: carry it to the',
      "other machine, and 'cas bundle create --have FILE' there leaves out all that is here. It tells nobody what the",
      'objects are.',
    ].join('\n'),
    examples: [['cas have > laptop.have', 'writes it into a file']],
  },
  async run(_args, { out, store }) {
    if (out.isTerminal)
      throw new InvalidInputError('USAGE', 'what a store holds is not text', {
        hint: "write 'cas have > FILE'",
      });
    await out.bytes(await (await store()).bundles.have());
  },
};
