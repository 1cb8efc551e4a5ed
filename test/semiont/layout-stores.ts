/** Random stores in each layout, as files in memory, and the way through a store of ours. */
import * as fc from 'fast-check';
import { createFsFromVolume, Volume } from 'memfs';
import type { FileSystem } from '../../src/files/file-system.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { LAYOUTS, type Layout } from '../../src/semiont/layout.ts';

/** Contents by path below the folder. */
export type PlainFiles = Readonly<Record<string, Uint8Array>>;

export const LAYOUT_NAMES: readonly string[] = LAYOUTS.map(({ name }) => name);

export function layoutNamed(name: string): Layout {
  return LAYOUTS.find((layout) => layout.name === name)!;
}

const TYPES: readonly string[] = [
  'text/plain',
  'Text/Markdown; charset=utf-8',
  'text/markdown;charset=iso-8859-1',
  'image/svg+xml',
  'application/x-nobody-knows; a="b"',
  'application/octet-stream',
  'plain',
];

/** Content, repeated now and then. */
const anyContent: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.constantFrom('', 'hello', 'Original text').map((text) => new TextEncoder().encode(text)),
);

const anyDocument: fc.Arbitrary<string> = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom('a', 'B', '9', '-', '.', ' ', 'é', '%') }),
  fc.uuid(),
  fc.constantFrom('doc-123', '~1', 'sha256-x', '{', '.dat'),
);

/** What was written by a system that kept its files so. */
export function anyStore(layout: Layout): fc.Arbitrary<PlainFiles> {
  const anyFile = fc.record({
    content: anyContent,
    mediaType: fc.constantFrom(...TYPES),
    resource: anyDocument,
  });
  return fc.array(anyFile, { maxLength: 12 }).map((files) => {
    const store: Record<string, Uint8Array> = {};
    for (const { content, ...metadata } of files) {
      const names = layout.pathOf({ ...metadata, checksum: hashBytes(content) });
      if (names !== undefined) store[names.join('/')] = content;
    }
    return store;
  });
}

/** A file system in memory that holds these files below `/old`, and the empty folders that every layout has. */
export function filesOf(store: PlainFiles): FileSystem {
  const volume = new Volume();
  for (const folder of ['/old/representations', '/old/documents'])
    volume.mkdirSync(folder, { recursive: true });
  for (const [path, content] of Object.entries(store)) {
    volume.mkdirSync(`/old/${path.slice(0, path.lastIndexOf('/'))}`, { recursive: true });
    volume.writeFileSync(`/old/${path}`, content);
  }
  return nodeFiles(createFsFromVolume(volume) as never);
}

/** The files below a folder, by path. */
export async function readFiles(files: FileSystem, folder: string): Promise<Record<string, Uint8Array>> {
  const found: Record<string, Uint8Array> = {};
  for (const { name, kind } of (await files.list(folder)) ?? []) {
    const text = new TextDecoder().decode(name);
    const path = `${folder}/${text}`;
    if (kind !== 'folder') found[text] = (await files.readFile(path, 2 ** 20))!;
    else
      for (const [inner, content] of Object.entries(await readFiles(files, path)))
        found[`${text}/${inner}`] = content;
  }
  return found;
}
