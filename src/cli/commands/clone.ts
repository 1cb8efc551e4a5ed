/** `cas clone`: a new store that begins as another one is. */
import { basename } from 'node:path';
import { cloneStore } from '../../index.ts';
import type { Command } from '../command.ts';
import { formatMeasure, isConflict, tellAdvanced, watchedBy } from '../exchange.ts';
import { EXIT } from '../exit-code.ts';
import { parseDepth } from '../fetch-options.ts';
import { identityOf } from '../identity.ts';

export const clone: Command = {
  spec: {
    usage: 'clone <url> [folder]',
    summary: 'make a store that begins as another one is',
    about: [
      "Makes FOLDER with a store in it, adds the other one as the remote 'origin', and pulls its labels. Where it is",
      'cut, the same command goes on. A URL is as cas remote has it. With --lazy snapshots and trees come now, and',
      'contents when they are first read, but for those at or below each --path; with --depth histories are short.',
    ].join('\n'),
    options: {
      label: { kind: 'texts', about: 'only these labels, where * is anything', value: 'PATTERN' },
      depth: { kind: 'text', about: 'so many snapshots of each label', value: 'N' },
      lazy: { kind: 'flag', about: 'fetch contents when they are first read' },
      path: {
        kind: 'texts',
        about: 'lazy, and the contents of this file or folder of each label now',
        value: 'PATH',
      },
      origin: { kind: 'text', about: "call the other store this instead of 'origin'", value: 'NAME' },
    },
    examples: [
      ['cas clone /mnt/share/store', 'all of a store in a folder'],
      ["cas clone https://store.example/s/models --label 'base/*' --lazy", 'some labels, contents later'],
      ['cas clone /mnt/share/store --path docs', 'of contents only those of a folder'],
    ],
  },
  async run(args, context) {
    const { out, environment, progress, note } = context;
    const url = args.required('url');
    const folder = args.text('folder') ?? folderOf(url);
    const labels = args.texts('label');
    const depth = parseDepth(args);
    const remote = args.text('origin');
    const paths = args.texts('path');
    const { store, ...cloned } = await cloneStore(url, folder, {
      ...watchedBy(context),
      who: identityOf(environment),
      ...(labels.length > 0 && { labels }),
      ...(depth !== undefined && { depth }),
      ...(args.flag('lazy') && { contents: 'none' }),
      ...(paths.length > 0 && { paths }),
      ...(remote !== undefined && { remote }),
    });
    await store.close();
    progress.clear();
    if (out.format === 'json') await out.json({ folder, ...cloned });
    else {
      await tellAdvanced(context, cloned.advanced);
      note(`cloned into '${folder}': ${formatMeasure(cloned)}`);
    }
    return cloned.advanced.some(isConflict) ? EXIT.conflict : EXIT.ok;
  },
};

/** What a URL ends with, as a name for a folder. */
function folderOf(url: string): string {
  const path = url.replace(/[/\\]+(\.cas[/\\]*)?$/, '');
  return basename(path.replaceAll('\\', '/')).replace(/^.*:/, '') || 'store';
}
