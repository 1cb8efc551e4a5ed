import type { Command } from '../command.ts';

export const gitDir: Command = {
  spec: {
    usage: 'git-dir',
    summary: 'print a folder that git reads as a repository of this store',
    about: [
      'Every object is there under its id. It is for reading: git hashes objects in another way, so git fsck calls',
      'each of them wrong. It lies in the cache of the store, is made where there is none, and may be deleted.',
    ].join('\n'),
    examples: [
      [
        'git --git-dir="$(cas git-dir)" cat-file blob "$(cas hash FILE | cut -c1-64)"',
        'prints an object with git',
      ],
    ],
  },
  async run(_args, { out, store }) {
    const path = await (await store()).gitDir();
    if (out.format === 'json') await out.json({ path });
    else await out.line(path);
  },
};
