/** One tree twice: in an overlay, and on the disk at the same absolute path. */
import * as fs from 'node:fs';
import { compareText } from '../../src/bytes/compare.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import { type OverlayFs, openOverlayFs } from '../../src/overlay/overlay-fs.ts';
import type { Member } from '../arbitraries/trees.ts';
import { placeTree } from '../vfs/placed-tree.ts';

export interface Twins {
  readonly overlay: OverlayFs;
  /** Of both. */
  readonly root: string;
  /** The same path of both. */
  at(path: string): string;
  [Symbol.dispose](): void;
}

/** @param store that the overlay is of */
export async function openTwins(members: readonly Member[], store = memoryStore()): Promise<Twins> {
  const { treeId, root, [Symbol.dispose]: dispose } = await placeTree(members, store);
  return {
    overlay: openOverlayFs(store, { treeId, timeSeconds: 1_700_000_000 }),
    root,
    at: (path) => (path === '' ? root : `${root}/${path}`),
    [Symbol.dispose]: dispose,
  };
}

/** What can be told of an answer, or of an error. */
export async function told(call: () => unknown): Promise<unknown> {
  try {
    return toldOf(await call());
  } catch (error) {
    return toldError(error);
  }
}

/** As {@link told}, of what answers at once. */
export function toldNow(call: () => unknown): unknown {
  try {
    return toldOf(call());
  } catch (error) {
    return toldError(error);
  }
}

function toldOf(answer: unknown): unknown {
  if (answer instanceof fs.Stats) return statsOf(answer);
  return { answer: Array.isArray(answer) ? answer.map(String).toSorted(compareText) : answer };
}

function statsOf(stats: fs.Stats): unknown {
  const kind = stats.mode & fs.constants.S_IFMT;
  if (!stats.isFile()) return { kind };
  return { kind, size: stats.size, isExecutable: (stats.mode & 0o111) !== 0 };
}

function toldError(error: unknown): unknown {
  const { name, code, errno, syscall, path, dest, message } = error as NodeJS.ErrnoException & {
    dest?: string;
  };
  if (error instanceof TypeError || error instanceof RangeError) return { name, code };
  // of the runtime's own errors it depends on the face
  return { name, code, errno: code?.startsWith('ERR_') ? 'any' : errno, syscall, path, dest, message };
}

type Reading = Pick<typeof fs, 'readdirSync' | 'lstatSync' | 'readFileSync' | 'readlinkSync'>;

/** A line for each entry below `path`, by name. */
export function linesBelow(calls: Reading | OverlayFs, path: string): string[] {
  const reading = calls as Reading;
  return reading
    .readdirSync(path)
    .toSorted()
    .flatMap((name) => {
      const at = `${path}/${name}`;
      const stats = reading.lstatSync(at);
      if (stats.isDirectory()) return [`${at}/`, ...linesBelow(calls, at)];
      if (stats.isSymbolicLink()) return [`${at} -> ${reading.readlinkSync(at)}`];
      const kind = (stats.mode & 0o111) === 0 ? 'file' : 'program';
      return [`${at} ${kind} ${JSON.stringify(reading.readFileSync(at, 'latin1'))}`];
    });
}
