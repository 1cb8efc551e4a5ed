/** What a user names for a command to read: a file, or `-` for standard input. */
import { createReadStream, type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ByteStream, fileError, InvalidInputError, NotFoundError, printable } from '../index.ts';
import type { CommandContext } from './command.ts';

export interface InputFile {
  /** As the user wrote it. */
  readonly name: string;
  /** To be read once. */
  readonly content: ByteStream;
  /** `undefined` for what says nothing of its length, as a pipe. */
  readonly sizeBytes: number | undefined;
}

type InputContext = Pick<CommandContext, 'cwd' | 'stdin' | 'signal'>;

const PIECE_BYTES: number = 256 * 1024;

/**
 * Symlinks are followed, and a pipe will do: the user said which one.
 *
 * @throws NotFoundError `FILE_NOT_FOUND` @throws InvalidInputError `NOT_A_FILE` for a folder
 * @throws SystemError from here or from the stream
 */
export async function openInput(name: string, { cwd, stdin, signal }: InputContext): Promise<InputFile> {
  if (name === '-') return { name, content: stdin, sizeBytes: undefined };
  const path = resolve(cwd, name);
  const found = lookAt(path, name);
  if (found.isDirectory()) {
    throw new InvalidInputError('NOT_A_FILE', `cannot read '${printable(name)}': it is a folder`, {
      hint: 'name the files in it',
    });
  }
  // Files that a kernel makes up as they are read, as in /proc, say 0.
  const sizeBytes = found.isFile() && found.size > 0 ? found.size : undefined;
  return { name, content: readPieces(path, name, signal), sizeBytes };
}

function lookAt(path: string, name: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw readError(error, name);
  }
}

async function* readPieces(path: string, name: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: PIECE_BYTES, signal }) as ByteStream;
  } catch (error) {
    throw readError(error, name);
  }
}

function readError(error: unknown, name: string): unknown {
  if (!(error instanceof Error) || error.name === 'AbortError') return error;
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return fileError(error, 'read', name);
  return new NotFoundError('FILE_NOT_FOUND', `cannot read '${printable(name)}': no such file`, {
    hint: 'check the path',
    cause: error,
  });
}
