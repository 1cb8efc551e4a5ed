/** `cas find`: paths in a set by a pattern. */
import type { Command } from '../command.ts';
import { compilePathGlob } from '../glob.ts';
import { longLine, printEntry } from '../listing.ts';

export const find: Command = {
  spec: {
    usage: 'find <glob> <rev>',
    summary: 'find paths in a set by a pattern',
    about:
      'A pattern without a slash is for the last name of a path, in any folder; one with a slash is for the whole path:\n' +
      '* is any text within a name, ** any folders, ? one character. Quote it, or your shell reads it first.',
    options: {
      long: { kind: 'flag', about: 'mode, size in bytes, id, path, attributes', alias: 'l' },
      zero: { kind: 'flag', about: 'raw paths, each ended by a NUL', alias: 'z' },
    },
    examples: [
      ["cas find '*.json' release/v2", 'finds every path that ends so'],
      ["cas find 'docs/**/*.md' release/v2", 'finds them below docs only'],
    ],
  },
  async run(args, { out, store, signal }) {
    const matches = await compilePathGlob(args.required('glob'));
    const view = await (await store()).view(args.required('rev'));
    for await (const walked of view.entries()) {
      signal.throwIfAborted();
      if (!matches(walked)) continue;
      await printEntry(out, walked, args.flag('long') ? longLine(walked) : undefined);
    }
  },
};
