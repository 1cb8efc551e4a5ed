/** `cas forget`: leaves the older history of a label out on purpose. */
import { InvalidInputError } from '../../index.ts';
import type { Command } from '../command.ts';
import { count } from '../format.ts';

export const forget: Command = {
  spec: {
    usage: 'forget <label>',
    summary: "leave out a label's older history",
    about:
      'The history of LABEL ends where --keep says, for every command, and fsck does not miss what came before.\n' +
      'Nothing is deleted by it, and no id changes: what is left out goes with a later gc. History that another label\n' +
      'shares stays whole.',
    options: {
      keep: {
        kind: 'text',
        about: 'so many snapshots before the present one, or the last days',
        value: 'N|Nd',
      },
    },
    examples: [
      ['cas forget nightly --keep 10', 'keeps the present snapshot and ten before it'],
      ['cas forget nightly --keep 90d', 'keeps those of the last 90 days'],
    ],
  },
  async run(args, { out, store }) {
    const name = args.required('label');
    const keep = args.text('keep');
    if (keep === undefined || keep === 'all') {
      throw new InvalidInputError('USAGE', `how much of '${name}' is to be kept?`, {
        hint: `write 'cas forget ${name} --keep 10', or '--keep 90d' for days`,
      });
    }
    const { kept, forgotten, sharedWith } = await (await store()).forget(name, keep);
    if (out.format === 'json') return out.json({ label: name, kept, forgotten, sharedWith });
    const rest =
      forgotten === 0
        ? 'nothing was forgotten'
        : `${count(forgotten, 'older one')} forgotten, and still in the store`;
    await out.line(`'${name}' has ${count(kept, 'snapshot')}: ${rest}`);
    if (sharedWith.length === 0) return;
    const [others, them] =
      sharedWith.length === 1 ? ['this label shares', 'it'] : ['these labels share', 'them'];
    await out.line(`left whole where ${others} history with ${them}: ${sharedWith.join(', ')}`);
  },
};
