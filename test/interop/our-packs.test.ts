/** Stock git reads what we write: packs, idx and loose objects of stores that lived by chance. */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { initStore, type Store } from '../../src/index.ts';
import { decodeChunkList } from '../../src/pack/chunk-list.ts';
import { Idx } from '../../src/pack/idx.ts';
import { git, parseBatch, withoutGit } from './git.ts';
import { anyLife, CHUNK_THRESHOLD, EVERY_FORM, live } from './store-life.ts';

/** How many stores are made: a dozen, or as many as this says. */
const STORES = Number(process.env['INTEROP_STORES'] ?? 12);
/** The same seed makes the same stores. */
const SEED = Number(process.env['INTEROP_SEED'] ?? Date.now() % 2 ** 31);
const LIMIT_MS = 60_000 + STORES * 5_000;

const top = mkdtempSync(join(tmpdir(), 'cas-interop-'));
const stores: Store[] = [];
let scratches = 0;

beforeAll(async () => {
  if (withoutGit) return;
  const lives = [EVERY_FORM, ...fc.sample(anyLife(), { numRuns: STORES - 1, seed: SEED })];
  for (const [number, life] of lives.entries()) {
    const settings = { 'chunk.threshold': String(CHUNK_THRESHOLD), 'maintenance.auto': 'false' };
    const folder = join(top, String(number));
    mkdirSync(folder);
    const store = await initStore(folder, { settings });
    await live(store, life);
    stores.push(store);
  }
}, LIMIT_MS);

afterAll(async () => {
  for (const store of stores) await store.close();
  rmSync(top, { recursive: true, force: true });
});

const packFolder = (store: Store): string => join(store.path, 'objects/pack');
const packsOf = (store: Store): string[] =>
  readdirSync(packFolder(store)).flatMap((name) =>
    name.endsWith('.pack') ? name.slice(0, -'.pack'.length) : [],
  );
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

/** A fresh folder for what git makes. */
function scratch(): string {
  const path = join(top, `scratch-${++scratches}`);
  mkdirSync(path);
  return path;
}

async function idsOf(store: Store): Promise<string[]> {
  const ids: string[] = [];
  for await (const id of store.ids()) ids.push(id.slice('sha256:'.length));
  return ids;
}

describe.skipIf(withoutGit)('stores that lived by chance', { timeout: LIMIT_MS }, () => {
  const onStores = (title: string, check: (store: Store) => Promise<void>): void =>
    test(title, async () => {
      for (const [number, store] of stores.entries()) {
        await check(store).catch((cause: unknown) => {
          throw new Error(`store ${number} of INTEROP_SEED=${SEED} INTEROP_STORES=${STORES}`, { cause });
        });
      }
    });

  onStores('index-pack takes each pack, and verify-pack finds it whole', async (store) => {
    for (const name of packsOf(store)) {
      const path = join(scratch(), 'a.pack');
      copyFileSync(join(packFolder(store), `${name}.pack`), path);
      const hex = git(['index-pack', '--object-format=sha256', path]).toString().trim();
      expect(hex).toBe(name.slice('pack-'.length));
      git(['verify-pack', '--object-format=sha256', path]);
    }
  });

  onStores('show-index reads the same ids, offsets and CRCs in each idx as we do', async (store) => {
    for (const name of packsOf(store)) {
      const bytes = readFileSync(join(packFolder(store), `${name}.idx`));
      const idx = Idx.decode(new Uint8Array(bytes));
      const rows = Array.from({ length: idx.count }, (_, row) => {
        const crc = idx.crcAt(row).toString(16).padStart(8, '0');
        return `${idx.offsetAt(row)} ${hexOf(idx.idAt(row))} (${crc})\n`;
      });
      const shown = git(['show-index', '--object-format=sha256'], { input: bytes }).toString();
      expect(shown).toBe(rows.join(''));
    }
  });

  onStores('cat-file prints every object by our id; of a list of chunks, the list', async (store) => {
    const gitDir = `--git-dir=${await store.gitDir()}`;
    const printed = parseBatch(git([gitDir, 'cat-file', '--batch-all-objects', '--batch']));
    const seen: string[] = [];
    for (const { hex, type, bytes } of printed) {
      seen.push(hex);
      const { form } = await store.stat(hex);
      expect(type === 'tag').toBe(form === 'chunks');
      if (form === 'chunks') await expectChunks(store, hex, bytes);
      else expect(sha256(bytes)).toBe(hex);
    }
    expect(seen.sort()).toEqual(await idsOf(store));
  });

  onStores('multi-pack-index is written over our idx, and finds what they hold', async (store) => {
    const packs = packsOf(store);
    if (packs.length === 0) return;
    const repository = join(scratch(), 'git');
    git(['init', '-q', '--bare', '--object-format=sha256', repository]);
    for (const file of packs.flatMap((name) => [`${name}.pack`, `${name}.idx`])) {
      copyFileSync(join(packFolder(store), file), join(repository, 'objects/pack', file));
    }
    const gitDir = `--git-dir=${repository}`;
    git([gitDir, 'multi-pack-index', 'write', '--no-progress']);
    git([gitDir, 'multi-pack-index', 'verify', '--no-progress']);
    const found = git([gitDir, 'cat-file', '--batch-all-objects', '--batch-check=%(objectname)']).toString();
    const ours = packs.flatMap((name) => idsIn(join(packFolder(store), `${name}.idx`)));
    expect(found.split('\n').slice(0, -1)).toEqual([...new Set(ours)].sort());
  });

  onStores('gc in the git-dir leaves the store as it is, byte for byte', async (store) => {
    const gitDir = `--git-dir=${await store.gitDir()}`;
    const before = filesBelow(store.path);
    git([gitDir, 'gc', '--quiet', '--prune=now']);
    git([gitDir, 'repack', '-adq']);
    git([gitDir, 'prune', '--expire=now']);
    expect(filesBelow(store.path)).toEqual(before);
  });

  test('every form was met', async () => {
    const forms = new Set<string>();
    for (const store of stores) for (const hex of await idsOf(store)) forms.add((await store.stat(hex)).form);
    expect([...forms].sort()).toEqual(['chunks', 'delta', 'loose', 'whole']);
  });
});

/** The list that git printed must be of this object, and its chunks together the object. */
async function expectChunks(store: Store, hex: string, bytes: Uint8Array): Promise<void> {
  const { chunks, sizeBytes } = decodeChunkList(bytes, fromHex(hex));
  const hash = createHash('sha256');
  for (const { id } of chunks) hash.update(await store.get(hexOf(id)));
  expect(hash.digest('hex')).toBe(hex);
  expect(sizeBytes).toBeGreaterThan(CHUNK_THRESHOLD);
}

function idsIn(path: string): string[] {
  const idx = Idx.decode(new Uint8Array(readFileSync(path)));
  return Array.from({ length: idx.count }, (_, row) => hexOf(idx.idAt(row)));
}

/** All but the cache, which is where the git-dir is. */
function filesBelow(folder: string): Map<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (path) => !path.startsWith('cache'),
  );
  return new Map(
    paths.sort().map((path) => {
      const status = statSync(join(folder, path));
      if (status.isDirectory()) return [path, `${status.mode}`];
      return [path, `${status.mode} ${status.mtimeMs} ${sha256(readFileSync(join(folder, path)))}`];
    }),
  );
}
