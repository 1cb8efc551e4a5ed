/** Stores of other systems in which something is wrong: it is named, and everything else goes in. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { formatName } from '../../src/bytes/text.ts';
import { SystemError } from '../../src/errors/errors.ts';
import type { FilePath, FileSystem } from '../../src/files/file-system.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { exportLayout } from '../../src/semiont/layout-export.ts';
import { importLayout, type LayoutImportOptions, QUARANTINE } from '../../src/semiont/layout-import.ts';
import type { ImportFinding } from '../../src/semiont/layout-scan.ts';
import { FilesystemRepresentationStore } from '../../src/semiont.ts';
import { openWorkshop, type Workshop } from '../store/workshop.ts';
import { collect } from './collect.ts';
import { layoutNamed } from './layout-stores.ts';

type Contents = Readonly<Record<string, string | Uint8Array>>;

/** A folder on disk with these files. */
function folderOf(contents: Contents): string {
  const folder = mkdtempSync(join(tmpdir(), 'cas-layout-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(contents)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** Where a layout has this content. */
function pathIn(layout: string, content: string, metadata = {}): string {
  const checksum = hashBytes(new TextEncoder().encode(content));
  return layoutNamed(layout)
    .pathOf({ checksum, mediaType: 'text/plain', ...metadata })!
    .join('/');
}

/** What an import found, a line each, and what it stored. */
async function importing(
  { store }: Workshop,
  folder: string,
  options: LayoutImportOptions = {},
): Promise<{ found: string[]; stored: string[]; damaged: number }> {
  const found: string[] = [];
  const onFinding = ({ kind, path }: ImportFinding): void => void found.push(`${kind} ${path}`);
  const { damaged } = await importLayout(store, folder, { files: nodeFiles(), ...options, onFinding });
  const representations = new FilesystemRepresentationStore({ store });
  const stored: string[] = [];
  for await (const { checksum } of representations.list())
    stored.push((await representations.get(checksum)).toString());
  for await (const wrong of store.fsck()) throw new Error(wrong.message);
  return { found, stored: stored.sort(), damaged };
}

describe.each(['seed', 'v1', 'v2', 'v3'])('a store of layout %s', (layout) => {
  test('with a torn file and one of other bytes keeps them apart under their paths', async () => {
    await using workshop = await openWorkshop();
    const torn = pathIn(layout, 'a long text');
    const empty = pathIn(layout, 'another');
    const folder = folderOf({ [torn]: 'a lo', [empty]: '', [pathIn(layout, 'sound')]: 'sound' });
    const { found, stored, damaged } = await importing(workshop, folder);
    expect(found.toSorted((one, other) => (one < other ? -1 : 1))).toEqual(
      [`damaged ${torn}`, `damaged ${empty}`].toSorted((one, other) => (one < other ? -1 : 1)),
    );
    expect([stored, damaged]).toEqual([['sound'], 2]);
    const apart = await collect((await workshop.store.view(QUARANTINE)).entries());
    const files = apart.filter(({ entry }) => entry.kind === 'file').map(({ path }) => formatName(path));
    expect(new Set(files)).toEqual(new Set([torn, empty]));
    expect(
      new TextDecoder().decode(await workshop.store.get(hashBytes(new TextEncoder().encode('a lo')))),
    ).toBe('a lo');
    expect((await importing(workshop, folder)).stored).toEqual(['sound']);
  });

  test('with a file in the wrong shard brings it in, and writes it where it should be', async () => {
    await using workshop = await openWorkshop();
    const right = pathIn(layout, 'text');
    const wrong = right.replace(/\/[0-9a-f]{2}\/[0-9a-f]{2}\//, '/00/00/');
    const folder = folderOf({ [wrong]: 'text' });
    expect(await importing(workshop, folder)).toEqual({
      found: [`misplaced ${wrong}`],
      stored: ['text'],
      damaged: 0,
    });
    const { view } = await exportLayout(await workshop.store.view('representations'), layout);
    const files = (await collect(view.entries())).filter(({ entry }) => entry.kind === 'file');
    expect(files.map(({ path }) => formatName(path))).toEqual([right]);
  });
});

test('what is no file of any layout is named and left alone, and links are not followed', async () => {
  await using workshop = await openWorkshop();
  const sound = pathIn('v3', 'sound');
  const folder = folderOf({
    [sound]: 'sound',
    [`${sound}.tmp`]: 'half',
    'representations/README': 'read me',
    'representations/text~1plain/a/b/c/d/e': 'deep',
    'representations/ab/cd/sha256-abc123def.dat': 'short name',
    'documents/zz/00/x.dat': 'no shard',
    'documents/00/00/line\nbreak.dat': 'no metadata',
    'elsewhere/x': 'not looked at',
  });
  symlinkSync(join(folder, sound), join(folder, 'representations/link'));
  symlinkSync('/', join(folder, 'documents/root'));
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/representations/`), Buffer.of(0xff)]), '');
  const { found, stored } = await importing(workshop, folder);
  expect(stored).toEqual(['sound']);
  expect(found).toEqual([
    'alien documents/00/00/line%0Abreak.dat',
    'alien documents/root',
    'alien documents/zz/00/x.dat',
    'alien representations/README',
    'alien representations/ab/cd/sha256-abc123def.dat',
    'alien representations/link',
    'alien representations/text~1plain/a/b/c',
    `alien ${sound}.tmp`,
    'alien representations/%FF',
  ]);
});

/** The machine's files, of which some may not be read. */
function closing(...names: readonly string[]): FileSystem {
  const files = nodeFiles();
  const check = (path: FilePath): void => {
    const text = typeof path === 'string' ? path : formatName(path);
    if (names.some((name) => text.endsWith(name)))
      throw new SystemError('NO_PERMISSION', `cannot read '${text}'`);
  };
  const open: FileSystem['open'] = async (path: FilePath, ...rest: readonly unknown[]) => {
    check(path);
    return files.open(path, ...(rest as ['read'])) as never;
  };
  const list: FileSystem['list'] = async (path) => {
    check(path);
    return files.list(path);
  };
  return {
    name: 'closing',
    open,
    list,
    stat: (path: FilePath) => files.stat(path),
  } as Partial<FileSystem> as FileSystem;
}

test('what may not be read is named, and all else goes in', async () => {
  await using workshop = await openWorkshop();
  const [closed, other] = [pathIn('v1', 'closed'), pathIn('v1', 'other')];
  const folder = folderOf({ [closed]: 'closed', [other]: 'other', 'documents/00/00/x.dat': '' });
  const { found, stored } = await importing(workshop, folder, { files: closing(closed, 'documents/00') });
  expect(stored).toEqual(['other']);
  expect(found).toEqual(['unreadable documents/00', `unreadable ${closed}`]);
});

test('only files of the layout that is named are brought in', async () => {
  await using workshop = await openWorkshop();
  const old = pathIn('v0', 'old', { resource: 'doc-123' });
  const folder = folderOf({ [old]: 'old', [pathIn('seed', 'seed')]: 'seed', [pathIn('v1', 'v1')]: 'v1' });
  expect((await importing(workshop, folder, { layout: 'v0', mediaType: 'text/html' })).stored).toEqual([
    'old',
  ]);
  const [record] = await collect(new FilesystemRepresentationStore({ store: workshop.store }).list());
  expect(record).toMatchObject({ mediaType: 'text/html', resource: 'doc-123', size: 3 });
  expect(await importing(workshop, folder, { layout: 'seed' })).toMatchObject({
    found: [`alien ${pathIn('v1', 'v1')}`],
    stored: ['old', 'seed'],
  });
});

test('an import refuses a layout, a media type and a folder that cannot be', async () => {
  await using workshop = await openWorkshop();
  const folder = folderOf({ 'other/x': '' });
  const refused = [
    [{ layout: 'v9' }, 'LAYOUT_UNKNOWN'],
    [{ mediaType: '' }, 'METADATA_INVALID'],
    [{}, 'LAYOUT_UNKNOWN'],
  ] as const;
  for (const [options, code] of refused)
    await expect(importing(workshop, folder, options)).rejects.toMatchObject({ code });
});

test('a long file is streamed in', async () => {
  await using workshop = await openWorkshop();
  const long = 'long '.repeat(500_000);
  const { stored } = await importing(workshop, folderOf({ [pathIn('v2', long)]: long }));
  expect(stored[0]!.length).toBe(long.length);
});

test('an export tells what the layout cannot say, and which version of a document it leaves out', async () => {
  await using workshop = await openWorkshop();
  const { store } = workshop;
  let now = 0;
  const representations = new FilesystemRepresentationStore({ store, now: () => now });
  const said = { mediaType: 'text/markdown; charset=utf-8', language: 'en', resource: 'doc-1' };
  const older = await representations.store('older', said);
  now = 1;
  await representations.store('newer', said);
  await representations.store('nothing', { mediaType: 'application/octet-stream' });
  await representations.store('elsewhere', { mediaType: 'text/plain', resource: '../x' });
  const view = await store.view('representations');
  const v0 = await exportLayout(view, 'v0');
  expect(v0.files).toBe(1);
  expect(v0.leftOut.map(({ reason, representation }) => [reason, representation.size])).toEqual(
    expect.arrayContaining([
      ['outdated', older.size],
      ['unplaced', 'nothing'.length],
      ['unplaced', 'elsewhere'.length],
    ]),
  );
  expect(v0.unsaid).toEqual({ mediaType: 2, language: 2, rel: 0, resource: 0 });
  expect((await exportLayout(view, 'v3')).unsaid).toEqual({ mediaType: 2, language: 2, rel: 0, resource: 3 });
  expect((await exportLayout(view, 'seed')).unsaid).toEqual({
    mediaType: 3,
    language: 2,
    rel: 0,
    resource: 3,
  });
  await expect(exportLayout(view, 'v4')).rejects.toMatchObject({ code: 'LAYOUT_UNKNOWN' });
});
