/** `cas resolve`: which objects revisions name. */
import type { Command } from '../command.ts';

export const resolve: Command = {
  spec: {
    usage: 'resolve <rev..>',
    summary: 'print the ids of what revisions name',
    about:
      "REV may be another hash of a content, where the store keeps it: sha1:…, md5:…, sha512:…, git:… (that of git's\n" +
      'blobs), or an SRI such as sha512-…. With --json each line has the size, the form that it is stored in, and all\n' +
      'hashes that it is known by.',
    examples: [
      ['cas resolve release/v2:bin/app', 'prints the id of that file'],
      ['cas resolve md5:b1946ac92492d2347c6235b4d2611184', 'prints which object has this MD5'],
    ],
  },
  async run(args, { out, signal, store: open }) {
    const store = await open();
    for (const revision of args.texts('rev')) {
      signal.throwIfAborted();
      const { id } = await store.resolve(revision);
      const { sizeBytes: size, form } = await store.stat(id);
      if (out.format !== 'json') {
        await out.line(id);
        continue;
      }
      const aliases = (await store.aliases.of(id)).map(({ hash, hex }) => [hash, hex]);
      await out.json({ id, size, form, aliases: Object.fromEntries(aliases) });
    }
  },
};
