/** Which format an export has: what the user says, else what the name of the output says. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InvalidInputError } from '../../index.ts';
import type { Arguments } from '../command.ts';

const ARCHIVES = ['tar', 'tar.gz', 'zip'] as const;
/** What is one file, or goes to a pipe. */
export type Archive = (typeof ARCHIVES)[number];
/** The rest are folders: of what is in a set, or of files that another system knows. */
export type Format = Archive | 'dir' | 'representations' | 'theater';
export const FORMATS: readonly Format[] = [...ARCHIVES, 'dir', 'representations', 'theater'];

/** As the output of a command that writes archives. */
export const STANDARD_OUTPUT = '-';

/** What the name of a file ends in, and so says which format it has. */
const ENDINGS: readonly (readonly [string, Format])[] = [
  ['.tar', 'tar'],
  ['.tar.gz', 'tar.gz'],
  ['.tgz', 'tar.gz'],
  ['.zip', 'zip'],
];

export function isArchive(format: Format): format is Archive {
  return ARCHIVES.some((archive) => archive === format);
}

/** Where an export goes. */
export function outputOf(args: Arguments): string {
  return args.text('output') ?? STANDARD_OUTPUT;
}

/** @param cwd that relative paths begin at @throws InvalidInputError `FORMAT_UNKNOWN` */
export async function formatOf(args: Arguments, cwd: string): Promise<Format> {
  const named = args.text('format');
  if (named !== undefined) return FORMATS.find((format) => format === named) ?? unknownFormat(named);
  const target = outputOf(args);
  if (target === STANDARD_OUTPUT) return 'tar';
  const ending = ENDINGS.find(([end]) => target.endsWith(end));
  if (ending !== undefined) return ending[1];
  const found = await stat(resolve(cwd, target)).catch(() => undefined); // absent, or told by what opens it
  if (target.endsWith('/') || found?.isDirectory() === true || args.flag('update')) return 'dir';
  if (found !== undefined && !found.isFile()) return 'tar'; // a pipe or a device, whatever its name
  throw new InvalidInputError('FORMAT_UNKNOWN', `cannot tell a format from the name '${target}'`, {
    hint: `end it in .tar, .tar.gz or .zip, or for a folder in a slash, or give --format ${FORMATS.join('|')}`,
  });
}

function unknownFormat(name: string): never {
  throw new InvalidInputError('FORMAT_UNKNOWN', `unknown format '${name.slice(0, 80)}'`, {
    hint: `choose one of ${FORMATS.join(', ')}`,
  });
}
