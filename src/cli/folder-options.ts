/** What a user says of how a folder is read; the same in every command that reads one. */
import { type FolderSourceOptions, InvalidInputError } from '../index.ts';
import type { Arguments, OptionSpec } from './command.ts';

export const FOLDER_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  exclude: {
    kind: 'texts',
    about: 'leave out what matches, as in .gitignore; may be repeated',
    value: 'GLOB',
  },
  'no-ignore': { kind: 'flag', about: 'do not read .casignore files' },
  'skip-special': { kind: 'flag', about: 'leave out sockets, fifos and devices, and say so' },
  preserve: { kind: 'text', about: "'mtime' keeps modification times, as attributes", value: 'WHAT' },
};

/** @throws InvalidInputError `USAGE` */
export function folderOptionsOf(args: Arguments): FolderSourceOptions {
  const preserve = args.text('preserve');
  if (preserve !== undefined && preserve !== 'mtime') {
    throw new InvalidInputError('USAGE', `--preserve takes 'mtime', not '${preserve.slice(0, 80)}'`, {
      hint: 'write --preserve mtime',
    });
  }
  return {
    exclude: args.texts('exclude'),
    ignoreFiles: args.flag('no-ignore') ? 'off' : 'use',
    special: args.flag('skip-special') ? 'skip' : 'refuse',
    preserve: preserve ?? 'nothing',
  };
}
