/** Looks at everything in `objects/pack`: which packs there are, what is missing beside one, and what does not belong. */
import { toByteString } from '../bytes/byte-string.ts';
import { formatName } from '../bytes/text.ts';
import { isTemporaryName } from '../files/temporary.ts';
import { decodePackList, isPackName } from '../pack/pack-list.ts';
import type { Repository } from '../store/repository.ts';
import { type Finding, finding } from './finding.ts';
import { packPath } from './pack-findings.ts';

/** What belongs to one name. */
interface PackFiles {
  /** As `pack`, `idx`, `meta`, and what git may lay beside them. */
  readonly endings: Set<string>;
}

/** Endings of what may lie beside a pack: ours, and git's that mean something to git. */
const ENDINGS: ReadonlySet<string> = new Set([
  'pack',
  'idx',
  'meta',
  'keep',
  'promisor',
  'rev',
  'bitmap',
  'mtimes',
]);
const MULTI_PACK_INDEX = /^multi-pack-index(-[0-9a-f]{64}\.(bitmap|rev))?$/;
/** What is younger is on its way. */
const GRACE_NS: bigint = 24n * 60n * 60n * 1_000_000_000n;
/** The folder of what is being received. */
const QUARANTINE = /^incoming-/;
const MAX_LIST_BYTES: number = 64 * 2 ** 20;

/** @param names takes the names of the packs that can be checked, `pack-<64 hex digits>`, ascending */
export async function* checkPackFolder(repository: Repository, names: string[]): AsyncGenerator<Finding> {
  const packs = new Map<string, PackFiles>();
  for (const { name } of (await repository.files.list(`${repository.layout.objects}/pack`)) ?? []) {
    const text = toByteString(name);
    const dot = text.lastIndexOf('.');
    const [stem, ending] = [text.slice(0, Math.max(dot, 0)), text.slice(dot + 1)];
    if (isPackName(stem) && ENDINGS.has(ending)) {
      const files = packs.get(stem) ?? { endings: new Set() };
      packs.set(stem, files);
      files.endings.add(ending);
    } else if (!MULTI_PACK_INDEX.test(text)) yield strange(`objects/pack/${formatName(name)}`, text);
  }
  for (const [name, { endings }] of [...packs].sort(([left], [right]) => (left < right ? -1 : 1))) {
    const isWhole = endings.has('pack') && endings.has('idx');
    if (!isWhole && (await isYoung(repository, name))) yield unfinished(name);
    else if (endings.has('pack')) names.push(name);
    else yield* withoutPack(name, endings);
  }
  yield* checkList(repository, names);
}

/** A file that is neither part of a pack nor being written. @param path from the store's folder on */
export function strange(path: string, name: string): Finding {
  if (isTemporaryName(name) || QUARANTINE.test(name)) {
    return finding('temporary-left', `'${path}' is being written, or is left of a write that was cut off`, {
      path,
    });
  }
  return finding('file-unknown', `'${path}' is no part of a store`, {
    path,
    hint: 'look at it, and move it away',
  });
}

function unfinished(name: string): Finding {
  const path = packPath(name, 'pack');
  return finding('pack-unfinished', `'${path}' is being written or removed, or is left of that`, { path });
}

function* withoutPack(name: string, endings: ReadonlySet<string>): Generator<Finding> {
  for (const ending of ['idx', 'meta'] as const) {
    if (!endings.has(ending)) continue;
    const path = packPath(name, ending);
    yield finding('pack-missing', `the pack of '${path}' is missing`, {
      path,
      hint: "restore it from a copy of the store; where nothing else is missing, run 'cas fsck --repair'",
    });
  }
}

/** Whether any file of a pack is younger than a day. */
async function isYoung({ files, layout, now }: Repository, name: string): Promise<boolean> {
  const youngNs = BigInt(now()) * 1_000_000n - GRACE_NS;
  for (const ending of ['pack', 'idx', 'meta'] as const) {
    const stat = await files.stat(`${layout.root}/${packPath(name, ending)}`);
    if (stat !== undefined && stat.modifiedNs > youngNs) return true;
  }
  return false;
}

/** A reader that cannot list the folder goes by this file, where there is one. */
async function* checkList({ files, layout }: Repository, names: readonly string[]): AsyncGenerator<Finding> {
  const path = 'objects/info/packs';
  const bytes = await files.readFile(`${layout.root}/${path}`, MAX_LIST_BYTES);
  if (bytes === undefined) return;
  const listed = new Set(decodePackList(bytes));
  const unlisted = names.filter((name) => !listed.delete(name));
  if (unlisted.length === 0 && listed.size === 0) return;
  const message = `'${path}' names ${listed.size} packs that are not there, and leaves out ${unlisted.length}`;
  yield finding('pack-list-wrong', message, {
    path,
    hint: "run 'cas fsck --repair': it writes the file again",
  });
}
