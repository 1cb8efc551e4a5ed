/** A store in memory whose objects lie in one pack, and short ways to damage it. */
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';
import type { Finding } from '../../src/check/finding.ts';
import type { FsckOptions } from '../../src/check/fsck.ts';
import { collectBytes } from '../../src/flow/byte-stream.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { hexOf, type ObjectId } from '../../src/hash/object-id.ts';
import { type MadePack, makePack, type PackItem, plantPack } from '../packs/pack-maker.ts';
import { commitFiles, DAY, NOW, openWorkshop, type Workshop } from '../store/workshop.ts';

export const ROOT = '/here/.cas';
export const OBJECTS = `${ROOT}/objects`;
export const PACKS = `${OBJECTS}/pack`;

/** The first two files are long, and alike. */
export const LONG = Array.from({ length: 60 }, (_, line) => `line ${line} of a file\n`).join('');
export const FILES: Readonly<Record<string, string>> = {
  a: LONG,
  'd/b': `${LONG}and one line more\n`,
  'd/c': `${LONG}and one line more\nand another\n`,
  e: 'short',
};

export interface PackedWorkshop extends Workshop {
  readonly made: MadePack;
  /** Where the object of a file starts in the pack. */
  readonly offsetOf: (file: string) => number;
}

export function idOf(file: string): ObjectId {
  return hashBytes(encodeText(FILES[file]!));
}

/** `d/b` and `d/c` are deltas, of one chain on `a`; everything else is whole. Nothing is loose. */
export async function openPacked(): Promise<PackedWorkshop> {
  const workshop = await openWorkshop();
  const { store, files } = workshop;
  await commitFiles(store, 'main', FILES);
  const ids: ObjectId[] = [];
  for await (const id of store.ids()) ids.push(id);
  const chain = ['a', 'd/b', 'd/c'].map(idOf);
  const items: PackItem[] = chain.map((_, at) => {
    const content = encodeText(FILES[['a', 'd/b', 'd/c'][at]!]!);
    return at === 0 ? { kind: 'whole', content } : { kind: 'delta', content, base: at - 1 };
  });
  for (const id of ids.filter((id) => !chain.includes(id))) {
    const { hint } = await store.stat(id);
    items.push({ kind: 'whole', role: hint, content: await collectBytes(store.read(id)) });
  }
  const made = makePack(items);
  await clearObjects(workshop);
  await plantPack(files, PACKS, { made });
  await age(workshop);
  const offsetOf = (file: string): number => made.offsets[made.ids.indexOf(idOf(file))]!;
  return { ...workshop, made, offsetOf, [Symbol.asyncDispose]: () => workshop[Symbol.asyncDispose]() };
}

/** Removes all loose objects and packs. */
export async function clearObjects({ files }: Workshop): Promise<void> {
  for (const { name } of (await files.list(OBJECTS)) ?? []) {
    const folder = `${OBJECTS}/${Buffer.from(name).toString()}`;
    for (const entry of (await files.list(folder)) ?? []) {
      if (entry.kind === 'file') await files.remove(`${folder}/${Buffer.from(entry.name).toString()}`);
    }
  }
}

/** Makes everything in the folder of packs two days old. */
export async function age({ files }: Workshop): Promise<void> {
  for (const { name } of (await files.list(PACKS)) ?? [])
    await files.touch(`${PACKS}/${Buffer.from(name).toString()}`, NOW - 2 * DAY);
}

/** Writes a file in place of whatever is there. */
export async function rewrite(
  { files }: Pick<Workshop, 'files'>,
  path: string,
  change: (bytes: Uint8Array) => Uint8Array,
): Promise<void> {
  const before = (await files.readFile(path, 1e7)) ?? new Uint8Array(0);
  await files.remove(path);
  await using file = await files.open(path, 'create');
  await file.write(change(before), 0);
  await file.close();
  await files.touch(path, NOW - 2 * DAY);
}

/** @param at counts from the end where it is less than 0 */
export function flipped(at: number, mask = 0x10): (bytes: Uint8Array) => Uint8Array {
  return (bytes) =>
    bytes.map((byte, index) => (index === (at < 0 ? bytes.length + at : at) ? byte ^ mask : byte));
}

/** `bytes` in place of those at `at`. */
export function spliced(at: number, bytes: Uint8Array): (whole: Uint8Array) => Uint8Array {
  return (whole) => concatBytes([whole.subarray(0, at), bytes, whole.subarray(at + bytes.length)]);
}

export function pathOf({ made }: PackedWorkshop, ending: 'pack' | 'idx' | 'meta'): string {
  return `${PACKS}/${made.name}.${ending}`;
}

export function loosePathOf(id: ObjectId): string {
  return `${OBJECTS}/${hexOf(id).slice(0, 2)}/${hexOf(id).slice(2)}`;
}

/** What a check of the store, opened anew, finds. */
export async function check({ reopen }: Workshop, options?: FsckOptions): Promise<Finding[]> {
  await using store = await reopen();
  const findings: Finding[] = [];
  for await (const found of store.fsck(options)) findings.push(found);
  return findings;
}

/** The names of what is found, the files' objects by their files. */
export function brief(findings: readonly Finding[]): string[] {
  const files = new Map(Object.keys(FILES).map((file) => [idOf(file), file]));
  return findings
    .map(({ id, object }) => (object === undefined ? id : `${id} ${files.get(object) ?? object}`))
    .sort();
}

/** Which files of the set cannot be read. */
export async function unreadable({ reopen }: Workshop): Promise<string[]> {
  await using store = await reopen();
  const failed: string[] = [];
  for (const file of Object.keys(FILES)) {
    const content = await store.get(idOf(file)).catch(() => undefined);
    if (content === undefined) failed.push(file);
    else if (Buffer.compare(content, encodeText(FILES[file]!)) !== 0)
      throw new Error(`wrong bytes of '${file}'`);
  }
  return failed;
}
