import { resolve } from 'node:path';
import { InvalidInputError } from '../../index.ts';
import { parseWord } from '../arguments.ts';
import type { Arguments, Command, CommandContext } from '../command.ts';

/** A system whose stores can be brought in. */
interface ImportKind {
  readonly name: string;
  /** What of it, for the help. */
  readonly about: string;
  /** Those of the options below that it takes. */
  readonly options: readonly string[];
  readonly load: () => Promise<(folder: string, args: Arguments, context: CommandContext) => Promise<number>>;
}

const KINDS: readonly ImportKind[] = [
  {
    name: 'theater',
    about: 'contents by their SHA-1 and labels, of one content store, or of several in folders by their ids',
    options: [],
    load: async () => (await import('../import/theater.ts')).importTheaterStores,
  },
  {
    name: 'representations',
    about: 'files named by checksum, media type or document, in the layouts seed and v0 to v3',
    options: ['layout', 'media-type'],
    load: async () => (await import('../import/representations.ts')).importRepresentations,
  },
];

const NAMES = KINDS.map(({ name }) => name);

export const importCommand: Command = {
  spec: {
    usage: 'import <kind> <folder>',
    effect: 'stores',
    summary: 'bring in the store of another system',
    about: [
      'FOLDER is the one that the other system kept its files in; nothing in it is changed. KIND is one of:',
      ...KINDS.map(({ name, about }) => `  ${name.padEnd(16)} ${about}`),
      'Every file is hashed. Prints a line for each one that is not what it should be, and ends with code 5 where bytes',
      'are damaged; those are kept apart under the label quarantine/representations, or =quarantine/theater. To import',
      'again stores nothing twice.',
    ].join('\n'),
    words: NAMES,
    options: {
      layout: { kind: 'text', about: 'read files of this layout only [default: all]', value: 'LAYOUT' },
      'media-type': {
        kind: 'text',
        about: 'of files that do not say [default: application/octet-stream]',
        value: 'TYPE',
      },
    },
    examples: [
      ['cas import representations data', "brings in data/representations as the label 'representations'"],
      ['cas import representations data --layout v0 --media-type text/plain', 'brings in data/documents'],
      ['cas import theater theater/store', 'brings in theater/store/data and theater/store/labels'],
      ['cas --store stores import theater ~/.theater/store', 'brings in several, as stores/ID/.cas'],
    ],
  },
  async run(args, context) {
    const name = parseWord(args.required('kind'), { command: 'import', words: NAMES });
    const kind = KINDS.find((candidate) => candidate.name === name)!;
    const taken = new Set(kind.options);
    for (const option of Object.keys(importCommand.spec.options ?? {})) {
      if (taken.has(option) || args.text(option) === undefined) continue;
      throw new InvalidInputError('USAGE', `--${option} is not for ${kind.name}`, { hint: 'leave it out' });
    }
    const run = await kind.load();
    return run(resolve(context.cwd, args.required('folder')), args, context);
  },
};
