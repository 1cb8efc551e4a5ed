/**
 * Copies of a few objects are added and damaged by turns, in packs and loose, and the store repacks, collects and repairs
 * in between. What has a sound copy anywhere is read; what has none ends in an error; nobody removes the last sound
 * copy, or writes one that is not sound. Source: the damages are those of git's t5303.
 */
import { deflateSync } from 'node:zlib';
import { concatBytes } from '../../../src/bytes/concat.ts';
import { CasError } from '../../../src/errors/errors.ts';
import type { FileSystem } from '../../../src/files/file-system.ts';
import { hashBytes } from '../../../src/hash/hasher.ts';
import type { Store } from '../../../src/index.ts';
import { decodeEntryHeader } from '../../../src/pack/entry-header.ts';
import { fromEntries } from '../../../src/source/entries.ts';
import { loosePathOf, makePack, type PackItem, plantPack } from '../../../test/packs/pack-maker.ts';
import { openWorkshop, type Workshop } from '../../../test/store/workshop.ts';
import { type Attack, BrokenPromise, type Campaign, type Counts } from '../../attack.ts';
import { Dice } from '../../dice.ts';
import { noise } from '../../noise.ts';
import { Copies, type PackedCopy } from './copies.ts';

const OBJECTS = '/here/.cas/objects';
const STEPS = 12;
const MAX_BYTES = 2 ** 20;

export const recovery: Attack = {
  name: 'recovery',
  trials: 'stores whose copies were damaged by turns',
  bar: 2000,
  share: 8,
  missing: () => undefined,
  prepare: () =>
    Promise.resolve({ attempt, [Symbol.asyncDispose]: () => Promise.resolve() } satisfies Campaign),
};

const A = noise(1)(1200);
const B = concatBytes([A.subarray(0, 900), noise(2)(200), A.subarray(900)]);
const C = concatBytes([B.subarray(0, 1100), noise(3)(150)]);
const CONTENTS: readonly Uint8Array[] = [A, B, C, noise(4)(1200)].map((bytes) => Uint8Array.from(bytes));
const IDS: readonly string[] = CONTENTS.map(hashBytes);

interface Scene {
  readonly workshop: Workshop;
  readonly files: FileSystem;
  readonly copies: Copies;
  readonly dice: Dice;
}

async function attempt(seed: number): Promise<Counts> {
  await using workshop = await openWorkshop();
  const { files, store } = workshop;
  const copies = new Copies(files, OBJECTS);
  const scene: Scene = { workshop, files, copies, dice: new Dice(seed) };
  await store.commit('a', fromEntries(CONTENTS.map((content, at) => ({ path: `${at}`, content }))));
  const taken: string[] = [];
  const counts: Record<string, number> = {};
  for (let step = 0; step < STEPS; step++) {
    const names = Object.keys(DEEDS);
    const name = names[scene.dice.below(names.length)]!;
    taken.push(name);
    counts[name] = (counts[name] ?? 0) + 1;
    const broken = [...(await copies.follow()), ...(await DEEDS[name]!(scene)), ...(await findBroken(scene))];
    if (broken.length > 0) throw new BrokenPromise([taken.join(', '), ...broken]);
  }
  return counts;
}

/** What is wrong with what can be read, and with what a check says. */
async function findBroken({ workshop, copies }: Scene): Promise<string[]> {
  const broken = await copies.follow();
  const readable = copies.readable();
  await using store = await workshop.reopen();
  for (const id of IDS) {
    const answer = await store.get(id).then(hashBytes, (error: unknown) => error);
    if (readable.has(id) ? answer !== id : !(answer instanceof CasError))
      broken.push(`${id}, ${readable.has(id) ? 'sound' : 'not sound'} anywhere: ${String(answer)}`);
  }
  const isFound = (await findingsOf(store)).length > 0;
  if (copies.isDamaged && !isFound) broken.push('a check finds nothing');
  return broken;
}

async function findingsOf(
  store: Store,
): Promise<{ readonly object: string | undefined; readonly text: string }[]> {
  const found: { readonly object: string | undefined; readonly text: string }[] = [];
  for await (const { severity, id, object, message } of store.fsck())
    if (severity === 'error') found.push({ object, text: `${id}: ${message}` });
  return found;
}

/** One step each. @returns what was broken by it */
const DEEDS: Readonly<Record<string, (scene: Scene) => Promise<string[]>>> = {
  'damage packed': damagePacked,
  'damage packed again': damagePacked,
  'damage loose': damageLoose,
  'add a pack': addPack,
  'add loose': addLoose,
  repack: (scene) => act(scene, (store) => store.repack()),
  'repack all': (scene) => act(scene, (store) => store.repack({ scope: 'all' })),
  gc: (scene) => act(scene, (store) => store.gc({ graceMs: 0 })),
  maintenance: (scene) => act(scene, (store) => store.maintain()),
  repair,
};

/** The store does something, which may be refused by a typed error; all that was readable is so still. */
async function act({ workshop, copies }: Scene, work: (store: Store) => Promise<unknown>): Promise<string[]> {
  const before = copies.readable();
  await using store = await workshop.reopen();
  await work(store).catch((error: unknown) => {
    if (!(error instanceof CasError)) throw error;
  });
  const wrong = await copies.follow();
  const after = copies.readable();
  return [
    ...wrong,
    ...[...before].filter((id) => !after.has(id)).map((id) => `the last copy of ${id} is gone`),
  ];
}

/** After it nothing is wrong with what had a sound copy. */
async function repair(scene: Scene): Promise<string[]> {
  const readable = scene.copies.readable();
  const broken = await act(scene, async (store) => {
    for await (const _ of store.fsck({ mode: 'repair' }));
  });
  await using store = await scene.workshop.reopen();
  for (const { object, text } of await findingsOf(store))
    if (object === undefined || readable.has(object)) broken.push(`after a repair, ${text}`);
  return broken;
}

async function addLoose(scene: Scene): Promise<string[]> {
  const at = scene.dice.below(CONTENTS.length);
  const path = loosePathOf(OBJECTS, hashBytes(CONTENTS[at]!));
  const header = Buffer.from(`blob ${CONTENTS[at]!.length}\0`);
  await write(scene, path, deflateSync(Buffer.concat([header, CONTENTS[at]!])));
  return [];
}

/** Some of the objects in any order, each whole or a delta on the one before. */
async function addPack(scene: Scene): Promise<string[]> {
  const order = CONTENTS.map((content) => ({ content, rank: scene.dice.share() }))
    .sort((left, right) => left.rank - right.rank)
    .slice(0, 1 + scene.dice.below(CONTENTS.length));
  const items = order.map(({ content }, at): PackItem => {
    if (at === 0 || scene.dice.chance(0.4)) return { kind: 'whole', content };
    return { kind: 'delta', base: at - 1, by: scene.dice.chance(0.5) ? 'offset' : 'id', content };
  });
  const made = makePack(items);
  await plantPack(scene.files, `${OBJECTS}/pack`, { made });
  return [];
}

async function damageLoose(scene: Scene): Promise<string[]> {
  const sound = [...scene.copies.loose].filter(([, { id, isSound }]) => isSound && IDS.includes(id));
  const [path, copy] = sound[scene.dice.below(sound.length)] ?? [];
  if (path === undefined) return [];
  const bytes = (await scene.files.readFile(path, MAX_BYTES))!.slice();
  bytes.fill(0x55, bytes.length >> 1, (bytes.length >> 1) + 10);
  await harm(scene, path, bytes);
  copy!.isSound = false;
  return [];
}

async function damagePacked(scene: Scene): Promise<string[]> {
  const sound = [...scene.copies.packs].flatMap(([path, entries]) =>
    entries.filter(({ id, isSound }) => isSound && IDS.includes(id)).map((entry) => ({ path, entry })),
  );
  const chosen = sound[scene.dice.below(sound.length)];
  if (chosen === undefined) return [];
  const bytes = (await scene.files.readFile(chosen.path, MAX_BYTES))!.slice();
  WAYS[scene.dice.below(WAYS.length)]!(bytes, chosen.entry);
  await harm(scene, chosen.path, bytes);
  chosen.entry.isSound = false;
  return [];
}

const bodyOf = (pack: Uint8Array, { start }: PackedCopy): number =>
  start + decodeEntryHeader(pack, start).headerBytes;

/** Ways to damage one entry, and no other. Where a delta has its base, a whole object has the start of its stream. */
const WAYS: readonly ((pack: Uint8Array, entry: PackedCopy) => void)[] = [
  (pack, { start }) => void (pack[start] = 0),
  (pack, { start }) => void (pack[start]! ^= 8),
  (pack, { start }) => void (pack[start]! ^= 0x50),
  (pack, entry) => void pack.fill(0, bodyOf(pack, entry) - 1, bodyOf(pack, entry) + 1),
  (pack, entry) => void pack.fill(0x55, (bodyOf(pack, entry) + entry.end) >> 1, entry.end),
  (pack, entry) => void pack.fill(0, (bodyOf(pack, entry) + entry.end) >> 1, entry.end),
  (pack, entry) => void (pack[bodyOf(pack, entry) - 1]! ^= 1),
  (pack, { start, end }) => void pack.copyWithin(start, start + 1, end),
  (pack, { start, end }) => void pack.copyWithin(start + 1, start, end - 1),
];

async function harm(scene: Scene, path: string, bytes: Uint8Array): Promise<void> {
  await write(scene, path, bytes);
  scene.copies.expect(path, bytes);
}

async function write({ files }: Scene, path: string, bytes: Uint8Array): Promise<void> {
  await files.remove(path);
  await using file = await files.open(path, 'create');
  await file.write(bytes, 0);
}
