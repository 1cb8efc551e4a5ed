import { createHasher, encodeText, hexOf, type ObjectId } from '../../index.ts';
import type { Command } from '../command.ts';
import { type InputFile, openInput } from '../input-file.ts';
import type { Output } from '../output.ts';
import { reportError } from '../report-error.ts';

export const hash: Command = {
  spec: {
    usage: 'hash [files..]',
    summary: 'print the ids that files would have; nothing is stored',
    about: [
      "The lines are those of sha256sum, so that 'sha256sum -c' checks them, and the hash is the id: no store is",
      'needed. Without a file, and for -, hashes standard input.',
    ].join('\n'),
    options: { zero: { kind: 'flag', about: 'end each line with NUL, and escape no name', alias: 'z' } },
    examples: [
      ['cas hash app.tar', 'prints the hash of a file, and its name'],
      ['cas hash * > SHA256SUMS && sha256sum -c SHA256SUMS', 'writes a list, and checks it'],
    ],
  },
  async run(args, context) {
    const files = args.texts('files');
    let worst = 0;
    for (const file of files.length === 0 ? ['-'] : files) {
      try {
        const input = await openInput(file, context);
        await print(context.out, file, await hashInput(input, context.progress.show));
      } catch (error) {
        if (context.signal.aborted || files.length < 2) throw error;
        await context.out.flush();
        context.progress.clear();
        const { environment, out } = context;
        worst = Math.max(worst, reportError(error, { isJson: out.format === 'json', environment }));
      }
    }
    return worst;
  },
};

type Show = (event: { phase: string; done: number; unit: string; bytes: number }) => void;

async function hashInput({ content }: InputFile, show: Show): Promise<ObjectId> {
  const hasher = createHasher();
  let bytes = 0;
  for await (const piece of content) {
    hasher.update(piece);
    bytes += piece.length;
    show({ phase: 'hashing', done: 1, unit: 'file', bytes });
  }
  return hasher.finish();
}

async function print(out: Output, name: string, id: ObjectId): Promise<void> {
  if (out.format === 'json') await out.json({ file: name, id });
  else if (out.format === 'zero') await out.zero(encodeText(`${hexOf(id)}  ${name}`));
  else await out.line(sumLine(id, name));
}

/** As sha256sum writes it: a name with a line break or a backslash is escaped, and the line begins with one. */
function sumLine(id: ObjectId, name: string): string {
  const escaped = name.replace(/[\\\n\r]/g, (character) => ESCAPES[character] ?? '');
  return `${escaped === name ? '' : '\\'}${hexOf(id)}  ${escaped}`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r' };
