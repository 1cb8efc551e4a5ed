/** What is in a folder, so that two can be compared, or one with what it was before. */
import { hash } from 'node:crypto';
import { type BigIntStats, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** By path from the folder on, its bytes as Latin-1, what is there. */
export type FolderImage = ReadonlyMap<string, string>;

const BYTES = { encoding: 'buffer' } as const;
const OWNER_EXECUTES = 0o100n;

/**
 * Names, contents, targets of symlinks, and whether files may be executed.
 *
 * @param touches also what shows that a file was touched: its mode, its times, and how many names it has
 */
export function imageOfFolder(
  folder: string,
  { touches = false }: { readonly touches?: boolean } = {},
): FolderImage {
  const image = new Map<string, string>();
  const look = (at: Buffer, below: string): void => {
    for (const name of readdirSync(at, BYTES)) {
      const path = Buffer.concat([at, Buffer.from('/'), name]);
      const shown = below + name.toString('latin1');
      const stat = lstatSync(path, { bigint: true });
      image.set(shown, `${kindOf(path, stat)}${touches ? touchesOf(stat) : ''}`);
      if (stat.isDirectory()) look(path, `${shown}/`);
    }
  };
  look(Buffer.from(folder), '');
  return image;
}

function kindOf(path: Buffer, stat: BigIntStats): string {
  if (stat.isDirectory()) return 'folder';
  if (stat.isSymbolicLink()) return `symlink to ${readlinkSync(path, BYTES).toString('latin1')}`;
  if (!stat.isFile()) return 'special';
  const kind = (stat.mode & OWNER_EXECUTES) === 0n ? 'file' : 'executable';
  return `${kind} of ${stat.size}: ${hash('sha256', readFileSync(path))}`;
}

function touchesOf({ mode, nlink, mtimeNs, ctimeNs }: BigIntStats): string {
  return `, ${mode.toString(8)} ${nlink} ${mtimeNs} ${ctimeNs}`;
}

/** What two images differ in, a line each. */
export function differencesOf(one: FolderImage, other: FolderImage): string[] {
  const paths = [...new Set([...one.keys(), ...other.keys()])].sort();
  return paths
    .filter((path) => one.get(path) !== other.get(path))
    .map(
      (path) => `${JSON.stringify(path)}: ${one.get(path) ?? 'nothing'} | ${other.get(path) ?? 'nothing'}`,
    );
}
