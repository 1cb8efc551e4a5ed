/** Packs that git wrote, filed under our ids: what git prints of an object, we read. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { initStore, openStore } from '../../src/index.ts';
import type { IndexedPack } from '../../src/scan/pack-indexer.ts';
import { noise } from '../arbitraries/contents.ts';
import { adoptPack, indexFile } from './adopted-pack.ts';
import { git, type PrintedObject, parseBatch, withoutGit } from './git.ts';

const VERSIONS = 6;
const LARGE_BYTES = 3_000_000;
const TEXT = new TextDecoder();

let top = '';
let repository = '';
let folders = 0;

beforeAll(() => {
  top = mkdtempSync(join(tmpdir(), 'cas-git-packs-'));
  repository = join(top, 'repository');
  if (!withoutGit) makeRepository();
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

/** Each some lines shorter than the one before, and with a line of its own. */
function versionsOfText(): string[] {
  const lines = Array.from({ length: 3_000 }, (_, at) => `line ${at} of ${(at * 7919) % 1009}\n`);
  return Array.from({ length: VERSIONS }, (_, version) => {
    lines.splice((version * 331) % lines.length, 2, `new in ${version}\n`);
    return lines.join('');
  });
}

/** Text that changes a little from version to version, noise that grows, and names that stay. */
function makeRepository(): void {
  git(['init', '-q', '--object-format=sha256', '--initial-branch=main', repository]);
  mkdirSync(join(repository, 'folder'));
  for (const [version, text] of versionsOfText().entries()) {
    writeFileSync(join(repository, 'text'), text);
    writeFileSync(join(repository, 'folder', `only-${version}`), noise(2_000, version + 1));
    writeFileSync(join(repository, 'folder', 'large'), noise(LARGE_BYTES + 1_000 * version));
    writeFileSync(join(repository, 'empty'), '');
    git(['add', '.'], { cwd: repository });
    git(['commit', '-q', '-m', `version ${version}`], { cwd: repository });
  }
}

/** How git packs: each with the words that its manual has for it. */
const WAYS: readonly [title: string, words: readonly string[]][] = [
  ['deltas on earlier entries', ['repack', '-adfq']],
  ['long chains', ['repack', '-adfq', '--window=50', '--depth=250']],
  ['no deltas, nothing compressed', ['-c', 'core.compression=0', 'repack', '-adFq', '--window=0']],
  ['the best compression', ['-c', 'pack.compression=9', 'repack', '-adFq']],
  ['large files never as deltas', ['-c', 'core.bigFileThreshold=1m', 'repack', '-adfq']],
];

describe.skipIf(withoutGit)("git's packs", () => {
  test.each(WAYS)('%s: every object is read as git prints it', async (_, words) => {
    git(words, { cwd: repository });
    const printed = [...parseBatch(git(['cat-file', '--batch-all-objects', '--batch'], { cwd: repository }))];
    const [pack] = packsIn(join(repository, '.git/objects/pack'));
    await using store = await openStore(await adopted(pack!));
    const forms = new Set<string>();
    for (const { bytes } of printed) {
      const id = sha256(bytes);
      expect(Buffer.from(await store.get(id)).equals(bytes)).toBe(true);
      forms.add((await store.stat(id)).form);
    }
    expect(forms.has('delta')).toBe(!words.includes('--window=0'));
    expect(forms.has('whole')).toBe(true);
    expect(await countIds(store.ids())).toBe(new Set(printed.map(({ bytes }) => sha256(bytes))).size);
  });

  test('one whose deltas name their bases as git names objects is refused', async () => {
    git(['-c', 'repack.useDeltaBaseOffset=false', 'repack', '-adfq'], { cwd: repository });
    const [path] = packsIn(join(repository, '.git/objects/pack'));
    await expect(indexFile(path!)).rejects.toMatchObject({ code: 'PACK_INVALID' });
  });

  test.each([
    ['on earlier entries', ['--delta-base-offset']],
    ['on objects by our ids', []],
  ])('of our own objects, with deltas %s, are read', async (_, words) => {
    const folder = freshFolder();
    const ours = await initStore(folder);
    const ids = await Promise.all(versionsOfText().map((text) => ours.put(text)));
    await ours.flush();
    const gitDir = `--git-dir=${await ours.gitDir()}`;
    const input = ids.map((id) => `${id.slice('sha256:'.length)}\n`).join('');
    const pack = join(folder, 'by-git.pack');
    writeFileSync(pack, git([gitDir, 'pack-objects', '-q', '--stdout', ...words], { input }));
    await ours.close();
    await using store = await openStore(await adopted(pack));
    const forms = await Promise.all(ids.map(async (id) => (await store.stat(id)).form));
    expect(forms.filter((form) => form === 'delta')).toHaveLength(VERSIONS - 1);
    for (const [at, text] of versionsOfText().entries())
      expect(TEXT.decode(await store.get(ids[at]!))).toBe(text);
  });

  test('one that leaves out bases is refused', async () => {
    const input = 'HEAD\n^HEAD~1\n';
    const thin = git(['pack-objects', '-q', '--thin', '--revs', '--stdout'], { cwd: repository, input });
    await expect(indexed(thin)).rejects.toMatchObject({ code: 'PACK_INVALID' });
  });

  test('one with an annotated tag is refused: the type is that of our lists of chunks', async () => {
    const tag = git(['mktag'], {
      cwd: repository,
      input: tagOf(git(['rev-parse', 'HEAD'], { cwd: repository })),
    });
    const pack = git(['pack-objects', '-q', '--stdout'], { cwd: repository, input: tag });
    await expect(indexed(pack)).rejects.toMatchObject({ code: 'CHUNK_LIST_INVALID' });
  });
});

const tagOf = (commit: Buffer): string =>
  `object ${commit.toString().trim()}\ntype commit\ntag v1\ntagger A <a@example.org> 0 +0000\n\nfirst\n`;

/** What the indexer makes of these bytes. */
async function indexed(pack: Uint8Array): Promise<IndexedPack> {
  const path = join(top, 'one.pack');
  writeFileSync(path, pack);
  return indexFile(path);
}

/** A new store that has the pack at `path`, and nothing else. */
async function adopted(path: string): Promise<string> {
  const folder = join(top, `adopted-${++folders}`);
  await adoptPack(path, folder);
  return folder;
}

function packsIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => (name.endsWith('.pack') ? join(folder, name) : []));
}

function freshFolder(): string {
  const path = join(top, String(++folders));
  mkdirSync(path);
  return path;
}

function sha256(bytes: PrintedObject['bytes']): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function countIds(ids: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of ids) count++;
  return count;
}
