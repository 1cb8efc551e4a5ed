/** The folders of a tour: what it shows, and a copy that it may change. */
import {
  appendFileSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { InvalidInputError, NotFoundError, RefusedError } from '../../index.ts';
import { formatSize } from '../format.ts';
import { below, type Survey, type SurveyedMember, type SurveyOptions } from './survey.ts';

/** Copies that a tour makes: one, what comes out of the tar, the tar itself, and the store. */
const COPIES = 4;
const FILES_AT_ONCE = 64;

/** What a tour changes in its copy, as a shell would. */
export interface TourEdits {
  readonly shown: string;
  readonly apply: () => void;
}

/** @throws NotFoundError `FILE_NOT_FOUND`, `NOTHING_TO_SHOW` @throws InvalidInputError `NOT_A_FOLDER` */
export function findTourFolder(named: string | undefined): string {
  if (named === undefined) return nearestPackages();
  const stat = statSync(named, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return realpathSync(named);
  if (stat !== undefined)
    throw new InvalidInputError('NOT_A_FOLDER', `'${named}' is no folder`, { hint: 'name one' });
  throw new NotFoundError('FILE_NOT_FOUND', `no folder '${named}'`, { hint: 'check the path' });
}

/** The packages that the command was installed beside: a folder with much in it that is surely there. */
function nearestPackages(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const packages = join(folder, 'node_modules');
    if (existsSync(packages)) return packages;
    if (dirname(folder) === folder) break;
  }
  throw new NotFoundError('NOTHING_TO_SHOW', 'no folder to show: none is named node_modules', {
    hint: "name a folder: 'cas tour FOLDER'",
  });
}

/** @throws RefusedError `NO_SPACE_FOR_TOUR` @throws InvalidInputError `FOLDER_HOLDS_TOUR` */
export function checkPlace(work: string, folder: string, { sizeBytes }: Survey): void {
  if (`${resolve(work)}/`.startsWith(`${folder === '/' ? '' : folder}/`)) {
    throw new InvalidInputError('FOLDER_HOLDS_TOUR', `'${folder}' holds the temporary folder of the tour`, {
      hint: 'name a folder below it',
    });
  }
  const { bavail, bsize } = statfsSync(work);
  if (bavail * bsize > COPIES * sizeBytes) return;
  const needed = formatSize(COPIES * sizeBytes);
  throw new RefusedError(
    'NO_SPACE_FOR_TOUR',
    `'${folder}' is too large: a tour of it needs ${needed} in '${work}'`,
    {
      hint: 'name a smaller folder, or set TMPDIR to a place with more space',
    },
  );
}

/** Copies all that was surveyed; file systems that share blocks of copies do. */
export async function copyFolder(
  { from, to }: { readonly from: string; readonly to: string },
  { members }: Survey,
  { onProgress, signal }: SurveyOptions,
): Promise<void> {
  mkdirSync(to);
  let bytes = 0;
  for (const [at, { path, kind, sizeBytes }] of members.entries()) {
    const [source, target] = [below(Buffer.from(from), path), below(Buffer.from(to), path)];
    if (kind === 'folder') mkdirSync(target);
    else if (kind === 'symlink') symlinkSync(readlinkSync(source, { encoding: 'buffer' }), target);
    else copyFileSync(source, target, constants.COPYFILE_FICLONE);
    bytes += sizeBytes;
    if (at % FILES_AT_ONCE === 0) await setImmediate(); // lets Ctrl-C through
    signal.throwIfAborted();
    onProgress({ phase: 'copying', done: at + 1, total: members.length, unit: 'files', bytes });
  }
}

/** One line more in a file, one file more, and one less. */
export function editsOf(copy: string, { members }: Survey): TourEdits[] {
  const plain = members.filter(
    ({ kind, path }) => kind === 'file' && /^[\w./@-]+$/.test(path.toString('latin1')),
  );
  const changed = plain.find(({ path }) => /\.(md|txt|js|ts|json|c|py)$/.test(path.toString())) ?? plain[0];
  const removed = plain.findLast((file) => file !== changed);
  const pathOf = ({ path }: SurveyedMember): string => `${copy}/${path.toString()}`;
  const line = 'one line more';
  return [
    ...(changed
      ? [
          {
            shown: `echo '${line}' >> ${pathOf(changed)}`,
            apply: () => appendFileSync(pathOf(changed), `${line}\n`),
          },
        ]
      : []),
    { shown: `echo hello > ${copy}/hello.txt`, apply: () => writeFileSync(`${copy}/hello.txt`, 'hello\n') },
    ...(removed ? [{ shown: `rm ${pathOf(removed)}`, apply: () => rmSync(pathOf(removed)) }] : []),
  ];
}
