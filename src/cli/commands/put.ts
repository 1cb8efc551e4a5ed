import { InvalidInputError, type Store } from '../../index.ts';
import type { Command } from '../command.ts';
import { type InputFile, openInput } from '../input-file.ts';

export const put: Command = {
  spec: {
    usage: 'put [files..]',
    effect: 'stores',
    summary: 'store single files and print their ids',
    about: [
      'Prints one id a line, in the order of the files, once all of them are safe on disk. No label holds them:',
      'commit them, or they are garbage once nothing names them.',
    ].join('\n'),
    options: { stdin: { kind: 'flag', about: 'store standard input, as the file - does' } },
    examples: [
      ['cas put logo.svg', 'stores a file; cas cat with its id prints it again'],
      ['date | cas put --stdin', 'stores what date prints'],
    ],
  },
  async run(args, context) {
    const files = [...args.texts('files'), ...(args.flag('stdin') ? ['-'] : [])];
    if (files.length === 0) {
      throw new InvalidInputError('USAGE', 'nothing to store', { hint: 'name files, or give --stdin' });
    }
    const { out, progress } = context;
    const store = await context.store();
    const ids: string[] = [];
    for (const file of files) {
      ids.push(await putInput(store, await openInput(file, context)));
      progress.show({ phase: 'storing', done: ids.length, total: files.length, unit: 'files' });
    }
    await store.flush();
    for (const [at, id] of ids.entries()) {
      if (out.format === 'json') await out.json({ file: files[at], id });
      else await out.line(id);
    }
  },
};

function putInput(store: Store, { content, sizeBytes }: InputFile): Promise<string> {
  return store.put(content, sizeBytes === undefined ? {} : { sizeBytes });
}
