/** Bits that turn by themselves, in one of two copies: everything is read right from the other, and a repair mends it. */
import { toByteString } from '../../../src/bytes/byte-string.ts';
import { openLooseStore } from '../../../src/loose/loose-store.ts';
import { chooseCodec } from '../../../src/zlib/choose.ts';
import { findOtherContents } from './look.ts';
import { type Machine, STORE } from './machine.ts';
import type { Model } from './model.ts';
import type { OpenedStore } from './open-store.ts';
import { findingsOf } from './perform.ts';

const PACKS: string = `${STORE}/objects/pack`;

/**
 * Gives every object a copy of its own, turns a bit of a pack or its tables, reads, checks and repairs.
 *
 * @param place which bit, as a share of all of them
 * @returns what is wrong, in words; `undefined` where there is no pack
 */
export async function rotAndMend(
  machine: Machine,
  { opened, model, place }: { readonly opened: OpenedStore; readonly model: Model; readonly place: number },
): Promise<string[] | undefined> {
  const paths = await listPacks(machine);
  if (paths.length === 0) return undefined;
  await copyAll(opened);
  const path = paths[Math.floor(place * paths.length)]!;
  await turnBit(machine, path, (place * paths.length) % 1);
  const wrong = await findOtherContents(opened, model, model.reached());
  if ((await findingsOf(opened.store)).length === 0) wrong.push(`no check finds what became of ${path}`);
  for await (const { severity, message } of opened.store.fsck({ mode: 'repair' }))
    if (severity === 'error') wrong.push(`not mended: ${message}`);
  return wrong;
}

/** The files of which every byte matters: not those of what was stopped half way. */
async function listPacks({ files }: Machine): Promise<string[]> {
  const names = ((await files.list(PACKS)) ?? []).map((entry): string => toByteString(entry.name));
  const isWhole = (name: string): boolean =>
    ['pack', 'idx'].every((ending) => names.includes(name.replace(/[a-z]+$/u, ending)));
  return names
    .filter((name) => /\.(?:pack|idx|meta)$/u.test(name) && isWhole(name))
    .map((name) => `${PACKS}/${name}`);
}

/** As loose objects, durably; what is a file of its own already is written once more. */
async function copyAll({ store, process }: OpenedStore): Promise<void> {
  const options = { files: process, codec: await chooseCodec('native'), level: 1 } as const;
  await using loose = openLooseStore(`${STORE}/objects`, options);
  for await (const id of store.ids()) {
    const { hint } = await store.stat(id);
    await loose.put(hint, await store.get(id));
  }
  await loose.flush();
}

/** Nobody notices by the time of the file. */
async function turnBit({ files }: Machine, path: string, place: number): Promise<void> {
  await using file = await files.open(path, 'update');
  if (file === undefined) return;
  const { sizeBytes, modifiedNs } = await file.stat();
  const at = Math.floor(place * sizeBytes);
  const byte = new Uint8Array(1);
  await file.read(byte, at);
  byte[0]! ^= 1 << (at % 8);
  await file.write(byte, at);
  await files.touch(path, Number(modifiedNs) / 1e9);
}
