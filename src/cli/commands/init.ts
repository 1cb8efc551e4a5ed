/** `cas init`: makes a store. */
import { resolve } from 'node:path';
import { CasError, initStore, openStore, type Store } from '../../index.ts';
import type { Command } from '../command.ts';

export const init: Command = {
  spec: {
    usage: 'init [dir]',
    summary: 'make a store: the folder .cas in a folder',
    about: 'Nothing happens where there is one already.',
    options: { shared: { kind: 'flag', about: 'let the group of the folder write to it, too' } },
    examples: [
      ['cas init', 'makes .cas here'],
      ['cas init --shared /srv/artifacts', 'makes one for a group'],
    ],
  },
  async run(args, { out, cwd, storePath }) {
    const folder = resolve(cwd, args.text('dir') ?? storePath ?? '.');
    const settings = args.flag('shared') ? { shared: 'group' } : {};
    let made = true;
    await using store = await initStore(folder, { settings }).catch((error: unknown) => {
      if (!(error instanceof CasError) || error.code !== 'STORE_EXISTS') throw error;
      made = false;
      return openExisting(folder, error);
    });
    if (out.format === 'json') await out.json({ path: store.path, id: store.id, made });
    else if (!args.flag('quiet'))
      await out.line(
        `${made ? 'made an empty store' : 'there is a store already'} in ${out.safe(store.path)}`,
      );
  },
};

/** @throws `blocked` where what is there is no store */
async function openExisting(folder: string, blocked: CasError): Promise<Store> {
  return openStore(folder).catch((error: unknown) => {
    throw error instanceof CasError && error.code === 'STORE_NOT_FOUND' ? blocked : error;
  });
}
