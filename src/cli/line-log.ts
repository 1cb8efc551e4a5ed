/** Lines as they come, in a file or on stderr. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { fileError } from '../index.ts';
import type { CommandContext } from './command.ts';

export interface LineLog extends AsyncDisposable {
  readonly write: (line: string) => void;
}

/**
 * @param path of a file that is added to; `undefined`: stderr, unless `--quiet`
 * @throws SystemError where the file cannot be written
 */
export async function openLog(
  path: string | undefined,
  { note }: Pick<CommandContext, 'note'>,
): Promise<LineLog> {
  if (path === undefined) return { write: note, [Symbol.asyncDispose]: async () => undefined };
  const stream = createWriteStream(resolve(path), { flags: 'a' });
  try {
    await once(stream, 'open');
  } catch (error) {
    throw fileError(error, 'open', path);
  }
  stream.on('error', () => undefined); // a full disk ends the log, and not what it is about
  const close = async (): Promise<void> => new Promise((done) => stream.end(done));
  return { write: (line) => void stream.write(`${line}\n`), [Symbol.asyncDispose]: close };
}
