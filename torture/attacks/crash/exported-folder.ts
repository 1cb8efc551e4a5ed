/** Folders that exports write to, whatever ended them. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isTemporaryName } from '../../../src/files/temporary.ts';
import { fromFolder, type Store } from '../../../src/index.ts';
import { isProven } from '../../proven-content.ts';

/** Files that have their names, and are not whole. */
export function findHalfFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile() && !isTemporaryName(basename(path)))
    .filter((path) => !isProven(readFileSync(join(folder, path), 'utf8')))
    .map((path) => `'${path}' is not whole in an export`);
}

/** What differs from a label after it was exported to a folder that another export was stopped in. */
export async function findOddExport(store: Store, label: string, folder: string): Promise<string[]> {
  const odd: string[] = [];
  {
    await using view = await store.view(label);
    await view.updateFolder(folder, { extra: 'remove' });
  }
  for await (const { kind, path } of store.compare(label, fromFolder(folder)))
    odd.push(`'${Buffer.from(path).toString()}' is ${kind} after another export`);
  return odd;
}
