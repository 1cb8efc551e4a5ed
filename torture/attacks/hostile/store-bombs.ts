/** Stores that are small on the disk, and ask for gigabytes or for ever from whoever believes what they say. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, deflateRawSync } from 'node:zlib';
import { concatBytes } from '../../../src/bytes/concat.ts';
import { hashBytes, type ObjectId, openStore } from '../../../src/index.ts';
import { ENTRY } from '../../../src/pack/entry-header.ts';
import {
  plantObject,
  type RawEntry,
  rawTree,
  storeRaw,
  storeSnapshot,
} from '../../../test/hostile/raw-objects.ts';
import {
  type MadePack,
  makePack,
  type PackItem,
  programOf,
  rawEntry,
} from '../../../test/packs/pack-maker.ts';
import { noise } from '../../noise.ts';

/** What names the bomb: a label on a set, in which it is the file `f` where it is a file. */
export const LABEL = 'bomb';

export interface Bomb {
  readonly name: string;
  /** Steps that hold all of it, as they say that they do. @default none */
  readonly without?: readonly string[];
  /** Puts it into the store whose `.cas` is `root`, under {@link LABEL}. */
  plant(root: string): Promise<void>;
}

const CONTENT = Buffer.from('what it says that it is');
const ID = hashBytes(CONTENT);
const EMPTY_TREE = Buffer.from('tree 1\n');

/** What deflate makes of a gigabyte of zeros behind `start`, within a megabyte; without a checksum at its end. */
function zeros(start: string): Buffer {
  const cut = { finishFlush: constants.Z_SYNC_FLUSH };
  const head = Buffer.concat([Buffer.from([0x78, 0x01]), deflateRawSync(Buffer.from(start), cut)]);
  return Buffer.concat([head, ...Array<Buffer>(1024).fill(deflateRawSync(Buffer.alloc(2 ** 20), cut))]);
}

async function plantLabel(root: string, tree: ObjectId): Promise<void> {
  const at = storeSnapshot(root, tree);
  await using store = await openStore(root);
  await store.labels.update([{ verb: 'create', name: LABEL, at, force: true }]);
}

/** A set with the one file `f`. */
function plantFile(root: string, file: Omit<RawEntry, 'name'>): Promise<void> {
  return plantLabel(root, storeRaw(root, rawTree([{ name: 'f', ...file }]), 'tree'));
}

function plantPack(root: string, { name, pack, idx, meta }: MadePack): void {
  const folder = join(root, 'objects/pack');
  mkdirSync(folder, { recursive: true });
  for (const [suffix, bytes] of Object.entries({ pack, meta, idx }))
    writeFileSync(join(folder, `${name}.${suffix}`), bytes);
}

/** A pack with the entry as it is, filed under {@link ID}, behind a base of 70,000 bytes. */
async function plantEntry(root: string, item: (base: Uint8Array) => PackItem): Promise<void> {
  const base = noise(1)(70_000);
  plantPack(root, makePack([{ kind: 'whole', content: base }, item(base)]));
  await plantFile(root, { size: CONTENT.length, id: ID });
}

/** A program that says that it makes so much, and copies its base 160 times. */
function amplifying(claimed: readonly number[]): (base: Uint8Array) => PackItem {
  const copies = Array.from({ length: 160 }, () => Uint8Array.of(0xb0, 0, 0)); // 65,536 bytes from 0 each
  return (base) => {
    const program = concatBytes([programOf(base, base).subarray(0, 3), Uint8Array.from(claimed), ...copies]);
    return { kind: 'delta', base: 0, content: CONTENT, program };
  };
}

/** Each object a delta on the one before. */
async function plantChain(root: string, length: number): Promise<void> {
  const contents = Array.from({ length }, (_, at) => Buffer.from(`${'x'.repeat(40)}${at}`));
  const items = contents.map(
    (content, at): PackItem =>
      at === 0 ? { kind: 'whole', content } : { kind: 'delta', content, base: at - 1 },
  );
  plantPack(root, makePack(items));
  const last = contents.at(-1)!;
  await plantFile(root, { size: last.length, id: hashBytes(last) });
}

/** Folders of a hundred names each that are all the same folder: 100^10 files. */
async function plantLayers(root: string, layers: number): Promise<void> {
  const names = Array.from({ length: 100 }, (_, at) => `d${String(at).padStart(2, '0')}`);
  const empty = storeRaw(root, '');
  let id = storeRaw(root, rawTree(names.map((name) => ({ name, id: empty }))), 'tree');
  for (let layer = 1; layer < layers; layer++)
    id = storeRaw(root, rawTree(names.map((name): RawEntry => ({ mode: '40000', name, id }))), 'tree');
  await plantLabel(root, id);
}

/** A folder in a folder, and so on. */
async function plantDepth(root: string, depth: number): Promise<void> {
  const trees: Buffer[] = [EMPTY_TREE];
  for (let at = 1; at < depth; at++)
    trees.push(rawTree([{ mode: '40000', name: 'd', id: hashBytes(trees[at - 1]!) }]));
  plantPack(root, makePack(trees.map((content): PackItem => ({ kind: 'whole', content, role: 'tree' }))));
  await plantLabel(root, hashBytes(trees.at(-1)!));
}

/** One folder of so many names. */
async function plantWidth(root: string, width: number): Promise<void> {
  const id = storeRaw(root, '');
  const entries = Array.from({ length: width }, (_, at) => ({ name: `n${String(at).padStart(8, '0')}`, id }));
  await plantLabel(root, storeRaw(root, rawTree(entries), 'tree'));
}

/** A list of so many chunks, each of them the same four kilobytes. */
async function plantList(root: string, count: number): Promise<void> {
  const chunk = Buffer.alloc(4096);
  const row = Buffer.concat([
    Buffer.from(hashBytes(chunk).slice('sha256:'.length), 'hex'),
    Buffer.from([0, 0, 16, 0]),
  ]);
  const head = Buffer.alloc(44);
  Buffer.from(ID.slice('sha256:'.length), 'hex').copy(head);
  head.writeBigUInt64BE(BigInt(count) * 4096n, 32);
  head.writeUInt32BE(count, 40);
  const list = Buffer.concat([head, ...Array<Buffer>(count).fill(row)]);
  const entry = rawEntry({ type: ENTRY.chunkList, sizeBytes: list.length }, list);
  plantPack(
    root,
    makePack([
      { kind: 'whole', content: chunk },
      { kind: 'raw', content: CONTENT, entry },
    ]),
  );
  await plantFile(root, { size: count * 4096, id: ID });
}

const blobEntry = (sizeBytes: number, stream: Uint8Array): PackItem => {
  const head = rawEntry({ type: ENTRY.blob, sizeBytes }, new Uint8Array(0));
  return { kind: 'raw', content: CONTENT, entry: concatBytes([head.subarray(0, head.length - 8), stream]) };
};

export const BOMBS: readonly Bomb[] = [
  {
    name: 'a loose object of a thousand times what it says',
    plant: async (root) => {
      plantObject(root, ID, zeros(`blob ${CONTENT.length}\0`));
      await plantFile(root, { size: CONTENT.length, id: ID });
    },
  },
  {
    name: 'a packed object of a thousand times what it says',
    plant: (root) => plantEntry(root, () => blobEntry(CONTENT.length, zeros(''))),
  },
  {
    name: 'a delta that says that it makes a terabyte',
    plant: (root) => plantEntry(root, amplifying([0x80, 0x80, 0x80, 0x80, 0x80, 0x20])),
  },
  {
    name: 'a delta that makes more than it says',
    plant: (root) => plantEntry(root, amplifying([CONTENT.length])),
  },
  {
    name: 'a delta that says that it makes four gigabytes',
    plant: (root) => plantEntry(root, amplifying([0xff, 0xff, 0xff, 0xff, 0x0f])),
  },
  {
    name: 'a packed object that says that it is a petabyte',
    plant: (root) => plantEntry(root, () => blobEntry(2 ** 50, zeros(''))),
  },
  { name: 'a chain of 100,000 deltas', plant: (root) => plantChain(root, 100_000) },
  { name: 'ten layers of a hundred folders', plant: (root) => plantLayers(root, 10) },
  { name: 'a hundred thousand folders, one in the other', plant: (root) => plantDepth(root, 100_000) },
  {
    name: 'a folder of a million names',
    without: ['fs', 'memfs'],
    plant: (root) => plantWidth(root, 1_000_000),
  },
  {
    name: 'a list of 400,000 chunks',
    without: ['memfs'],
    plant: (root) => plantList(root, 400_000),
  },
];
