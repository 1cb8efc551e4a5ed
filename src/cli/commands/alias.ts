/** `cas alias`: the other hashes that a store's contents are known by. */
import { ALIAS_HASHES, type AliasHash, InvalidInputError } from '../../index.ts';
import { parseWord } from '../arguments.ts';
import type { Command, CommandContext } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { count } from '../format.ts';

const ACTIONS = ['list', 'rebuild'] as const;

export const alias: Command = {
  spec: {
    usage: 'alias <action> [hash..]',
    summary: 'list other hashes of contents, or find them anew',
    about: [
      "ACTION is list or rebuild, HASH is sha1, md5, sha512 or git (that of git's blobs). list prints each content's hash",
      'and its id. rebuild reads all contents: those, too, that came before a hash was kept, or by other means. Without',
      'HASH it is for all that the setting aliases names, and all that were kept before.',
    ].join('\n'),
    words: [...ACTIONS, ...ALIAS_HASHES],
    examples: [
      ['cas config set aliases sha1,md5', 'keeps both of what is stored from then on'],
      ['cas alias rebuild', 'finds those of what was stored before'],
      ['cas alias list sha1', "prints sha1sum's hashes, and the ids"],
    ],
  },
  async run(args, context) {
    const action = parseWord(args.required('action'), { command: 'alias', words: ACTIONS });
    const command = `alias ${action}`;
    const hashes = args.texts('hash').map((text) => parseWord(text, { command, words: ALIAS_HASHES }));
    return action === 'list' ? list(hashes, context) : rebuild(hashes, context);
  },
};

async function list(
  hashes: readonly AliasHash[],
  { out, store: open, signal }: CommandContext,
): Promise<void> {
  const [hash] = hashes;
  if (hash === undefined || hashes.length > 1)
    throw new InvalidInputError('USAGE', "'alias list' is of one hash", {
      hint: "write 'cas alias list sha1'",
    });
  for await (const [hex, id] of (await open()).aliases.list(hash)) {
    signal.throwIfAborted();
    if (out.format === 'json') await out.json({ hash, hex, id });
    else await out.line(`${hex}  ${id}`);
  }
}

async function rebuild(
  hashes: readonly AliasHash[],
  { out, note, progress, signal, store: open }: CommandContext,
): Promise<number> {
  const { aliases } = await open();
  const done = await aliases.rebuild({
    ...(hashes.length > 0 && { hashes }),
    onProgress: progress.show,
    signal,
  });
  progress.clear();
  if (out.format === 'json') await out.json(done);
  else if (done.hashes.length === 0)
    note("no other hash is kept: name some with 'cas config set aliases sha1'");
  else await out.line(`found ${done.hashes.join(', ')} of ${count(done.contents, 'content')}`);
  if (done.damaged.length === 0) return EXIT.ok;
  note(`cas: warning: ${count(done.damaged.length, 'object')} cannot be read, and has no other hash now`);
  note("hint: run 'cas fsck', which says what is damaged");
  return EXIT.corrupt;
}
