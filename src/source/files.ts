/** Files and folders that a user named, as what is committed. */
import { basename, resolve } from 'node:path';
import { fromByteString, toByteString } from '../bytes/byte-string.ts';
import { compareText } from '../bytes/compare.ts';
import { encodeText, formatName } from '../bytes/text.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { leadsToFolder } from '../files/leads-to-folder.ts';
import { nodeFiles } from '../files/node-files.ts';
import { findNameFault } from '../object/tree-entry.ts';
import type { CommitContents, CommitSource, CommitTarget } from '../store/commit-source.ts';
import { checkOutsideStore, writeFolder } from './folder.ts';
import { type FolderOptions, type Gathering, gather } from './gathering.ts';
import { notThere, unfit } from './source-fault.ts';
import type { FoundFolder, FoundLeaf } from './walk-steps.ts';

/**
 * Each path as a member under its base name: a file, a folder with all that is in it, or a symlink, which is
 * stored as one and not followed.
 *
 * @param paths at least one
 * @throws InvalidInputError `PATH_CLASH` where two have one base name; `PATH_INVALID`
 * @throws NotFoundError `PATH_NOT_FOUND`, and as `fromFolder`
 */
export function fromFiles(paths: readonly string[], options: FolderOptions = {}): CommitSource {
  return { name: paths.join(' '), write: (target) => writeFiles(paths, target, options) };
}

/** One folder alone, or a symlink to one, is its contents; all else is as {@link fromFiles} has it. */
export function fromPaths(paths: readonly string[], options: FolderOptions = {}): CommitSource {
  const { files = nodeFiles() } = options;
  const write = async (target: CommitTarget): Promise<CommitContents> => {
    const [path] = paths;
    if (paths.length === 1 && path !== undefined && (await leadsToFolder(files, path)))
      return writeFolder(path, target, options);
    return writeFiles(paths, target, options);
  };
  return { name: paths.join(' '), write };
}

function writeFiles(
  paths: readonly string[],
  target: CommitTarget,
  options: FolderOptions,
): Promise<CommitContents> {
  return gather(target, options, async (gathering) => {
    const found = await Promise.all(paths.map((path) => findMember(path, gathering)));
    const members = found.filter((member) => member !== undefined);
    members.sort((left, right) => compareText(left.name, right.name));
    checkNames(members);
    for (const member of members) {
      if (member.kind === 'folder') await gathering.takeFolder(member);
      else await gathering.takeLeaf(member);
    }
  });
}

/** What a path is, by its base name; `undefined` for a special file that is to be skipped. */
async function findMember(path: string, gathering: Gathering): Promise<FoundFolder | FoundLeaf | undefined> {
  const stat = await gathering.files.stat(path);
  if (stat === undefined) throw notThere(path);
  const bytes = toByteString(encodeText(path));
  const baseName = encodeText(basename(resolve(path)));
  const name = toByteString(baseName);
  const fault = findNameFault(baseName);
  if (fault !== undefined) throw unfit(bytes, fault);
  if (stat.kind === 'folder') await checkOutsideStore(path, gathering);
  if (stat.kind !== 'other') return { kind: stat.kind, name, path: bytes, relative: name, stat };
  gathering.passSpecial(bytes, name);
}

function checkNames(members: readonly (FoundFolder | FoundLeaf)[]): void {
  for (const [at, { name }] of members.entries()) {
    const next = members[at + 1];
    if (next === undefined || name !== next.name) continue;
    throw new InvalidInputError(
      'PATH_CLASH',
      `two paths have the base name '${formatName(fromByteString(name))}'`,
      {
        hint: 'commit the folder that they are in, or rename one',
      },
    );
  }
}
