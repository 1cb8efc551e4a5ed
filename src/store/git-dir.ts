/**
 * A bare git repository whose objects are this store's, through `objects/info/alternates`: git then prints any
 * object that is stored loose or in a pack by the hex of its id. git's own upkeep never touches what is borrowed.
 *
 * Its object format is sha256, for its names are as long as our ids; git's own hash of an object is another one,
 * so `git fsck` would call every object wrong: it is for reading.
 */
import { equalBytes } from '../bytes/compare.ts';
import { encodeText } from '../bytes/text.ts';
import { RefusedError, SystemError } from '../errors/errors.ts';
import { writeFileDurably } from '../files/publish.ts';
import type { Repository } from './repository.ts';

const CONFIG =
  '[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = sha256\n';

/**
 * Makes the repository in the store's cache, or finds it there; returns its folder.
 *
 * @throws RefusedError `CACHE_READ_ONLY` where the store is on read-only media
 */
export async function makeGitDir({ files, layout }: Repository): Promise<string> {
  const root = `${layout.cache}/git`;
  const wanted: readonly [string, string][] = [
    ['objects/info/alternates', `${await files.realPath(layout.objects)}\n`],
    ['config', CONFIG],
    ['HEAD', 'ref: refs/heads/none\n'],
  ];
  try {
    await files.makeFolder(layout.cache);
    for (const folder of ['', '/objects', '/objects/info', '/refs']) await files.makeFolder(root + folder);
    for (const [path, text] of wanted) await writeUnlessSame(files, `${root}/${path}`, encodeText(text));
  } catch (cause) {
    if (!(cause instanceof SystemError) || !['READ_ONLY', 'NO_PERMISSION'].includes(cause.code)) throw cause;
    throw new RefusedError('CACHE_READ_ONLY', `cannot make '${root}': the store may not be written`, {
      hint: "copy the store, or point git's GIT_OBJECT_DIRECTORY at its 'objects'",
      cause,
    });
  }
  return root;
}

async function writeUnlessSame(files: Repository['files'], path: string, bytes: Uint8Array): Promise<void> {
  const present = await files.readFile(path, 2 ** 16);
  if (present !== undefined && equalBytes(present, bytes)) return;
  await writeFileDurably(files, path, bytes);
}
