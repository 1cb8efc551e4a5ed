/** `cas repack`: packs anew what is loose and what is in packs. */
import { InvalidInputError, type RepackResult } from '../../index.ts';
import { parseCount } from '../arguments.ts';
import type { Arguments, Command } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { count, formatSize } from '../format.ts';

export const repack: Command = {
  spec: {
    usage: 'repack',
    summary: 'make the store smaller: one pack of deltas out of many packs',
    about: [
      'Takes what is loose, and as many of the smallest packs as that asks for, so that its cost follows what is new.',
      'With --all it takes everything, and looks for the best deltas again. No object goes and no id changes by it;',
      'a pack with a .keep file beside it is left alone. Old files go once the new pack was read back.',
    ].join('\n'),
    options: {
      all: { kind: 'flag', about: 'pack everything anew' },
      window: { kind: 'text', about: 'objects alike to try as bases [default: 3]', value: 'N' },
      depth: { kind: 'text', about: 'the longest chain of deltas [default: pack.depth, or 50]', value: 'N' },
      newest: {
        kind: 'text',
        about: 'whole or delta: how the newest versions are stored [default: pack.newest, or delta]',
        value: 'FORM',
      },
    },
    examples: [
      ['cas repack', 'packs what is new'],
      ['cas repack --all', 'packs everything, as small as it gets'],
      ['cas repack --all --newest whole', 'keeps the newest versions whole, for faster exports'],
    ],
  },
  async run(args, { out, note, progress, signal, store }) {
    const window = parseCount(args.text('window'), 'window');
    const depth = parseCount(args.text('depth'), 'depth');
    const newest = newestOf(args);
    const result = await (await store()).repack({
      scope: args.flag('all') ? 'all' : 'geometric',
      ...(window !== undefined && { window }),
      ...(depth !== undefined && { depth }),
      ...(newest !== undefined && { newest }),
      onProgress: progress.show,
      signal,
    });
    progress.clear();
    if (out.format === 'json') await out.json(result);
    else await out.line(summaryOf(result));
    if (result.left.length === 0) return EXIT.ok;
    note(`cas: warning: ${count(result.left.length, 'object')} cannot be read, and stayed where they are`);
    note("hint: run 'cas fsck', which says what is damaged");
    return EXIT.corrupt;
  },
};

function summaryOf({
  pack,
  objects,
  bytesBefore,
  bytesAfter,
  packsRemoved,
  looseRemoved,
}: RepackResult): string {
  const from = `${count(packsRemoved, 'pack')} and ${count(looseRemoved, 'loose object')}`;
  if (pack === undefined) return looseRemoved === 0 ? 'nothing to pack' : `${from} were in packs already`;
  const sizes = `${formatSize(bytesBefore)} before, ${formatSize(bytesAfter)} now`;
  return `packed ${count(objects, 'object')} out of ${from}: ${sizes}`;
}

/** @throws InvalidInputError `USAGE` */
function newestOf(args: Arguments): 'whole' | 'delta' | undefined {
  const text = args.text('newest');
  if (text === undefined || text === 'whole' || text === 'delta') return text;
  throw new InvalidInputError('USAGE', `cannot store the newest versions as '${text.slice(0, 80)}'`, {
    hint: "write '--newest whole' or '--newest delta'",
  });
}
