/** What a store shows to who opens it: what is to be held against what was promised. */
import type { FileSystem } from '../../../src/files/file-system.ts';
import { CasError, openStore, type Store } from '../../../src/index.ts';
import { aliasesOf, labelsOf } from '../../sound-store.ts';

export interface Observation {
  /** All labels, and every value that each had, as JSON; `''` where there is no store. */
  readonly labels: string;
  readonly objects: ReadonlySet<string>;
  /** As `f572d3… sha256:5891b5…`, by SHA-1. */
  readonly aliases: ReadonlySet<string>;
  /** What a check found, information and {@link HALVES} aside. */
  readonly findings: readonly string[];
}

export interface ObserveOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Where a disk gives names in another order than it was asked to, the halves of a pack that nobody was told of. */
const HALVES: readonly string[] = ['meta-missing', 'pack-missing'];

const NO_STORE: Observation = { labels: '', objects: new Set(), aliases: new Set(), findings: [] };

/** Opens the store in the folder `path`, and reads all of it. */
export async function observe(
  path: string,
  { files, now }: ObserveOptions & { readonly files: FileSystem },
): Promise<Observation> {
  let store: Store;
  try {
    store = await openStore(path, { files, now });
  } catch (error) {
    if (error instanceof CasError && error.code === 'STORE_NOT_FOUND') return NO_STORE;
    throw error;
  }
  await using open = store;
  return {
    labels: await labelsOf(open),
    objects: await idsOf(open),
    aliases: new Set(await aliasesOf(open)),
    findings: await findingsOf(open),
  };
}

async function idsOf(store: Store): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const id of store.ids()) ids.add(id);
  return ids;
}

async function findingsOf(store: Store): Promise<string[]> {
  const found: string[] = [];
  for await (const { severity, id, message } of store.fsck())
    if (severity !== 'info' && !HALVES.includes(id)) found.push(`${id}: ${message}`);
  return found;
}
