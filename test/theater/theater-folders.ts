/** Random stores in Theater's layout, sound and damaged, as paths and bytes. */
import fc from 'fast-check';
import { toByteString } from '../../src/bytes/byte-string.ts';
import { encodeText } from '../../src/bytes/text.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { ContentRef } from '../../src/theater/content-ref.ts';
import type { LabelLayout } from '../../src/theater/label-file.ts';

/** Bytes by path from the folder of the store. */
export type Files = ReadonlyMap<string, Uint8Array>;

export const hashOf = (content: Uint8Array | string): string => ContentRef.fromContent(content).hash;

/** A label that can be the path of a file. */
const label = fc
  .array(
    fc.constantFrom(
      'doc:v2',
      'latest',
      'actor-7:chain-head',
      'Upper',
      'upper',
      'a b',
      '%41',
      '=3a',
      'ü',
      '日本',
      'x.lock',
      '..x',
      'con',
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((names) => names.join('/'));

const content = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.constantFrom('', 'hello', 'Hello, world!').map(encodeText),
);

/** A store as Theater wrote it in one of its times. */
export function theaterStore(layout: LabelLayout): fc.Arbitrary<Files> {
  return fc
    .tuple(
      fc.array(content, { minLength: 1, maxLength: 6 }),
      fc.uniqueArray(fc.tuple(label, fc.array(fc.nat(), { minLength: 1, maxLength: 4 })), {
        maxLength: 5,
        selector: ([text]) => text,
      }),
    )
    .map(([contents, labels]) => {
      const files = new Map(contents.map((bytes) => [`data/${hashOf(bytes)}`, bytes]));
      const hashes = contents.map(hashOf);
      const texts = labels.map(([text]) => text);
      for (const [text, picks] of labels) {
        if (texts.some((other) => other.startsWith(`${text}/`))) continue; // a folder is no file
        const refs = [...new Set(picks.map((pick) => hashes[pick % hashes.length]!))];
        files.set(`labels/${text}`, encodeText((layout === 'list' ? refs : refs.slice(0, 1)).join('\n')));
      }
      return files;
    });
}

/** One way in which a store is found damaged. */
export type Damage =
  | 'torn content'
  | 'wrong content'
  | 'missing content'
  | 'name that is no hash'
  | 'empty label'
  | 'torn label'
  | 'dangling label'
  | 'label outside'
  | 'stray file';

export const DAMAGES: readonly Damage[] = [
  'torn content',
  'wrong content',
  'missing content',
  'name that is no hash',
  'empty label',
  'torn label',
  'dangling label',
  'label outside',
  'stray file',
];

/** The files after some damage; `seed` picks what it befalls. */
export function damaged(files: Files, damage: Damage, seed: number): Files {
  const after = new Map(files);
  const data = [...files.keys()].filter((path) => path.startsWith('data/'));
  const path = data[seed % data.length] ?? `data/${hashOf('')}`;
  const bytes = files.get(path) ?? new Uint8Array(0);
  switch (damage) {
    case 'torn content':
      return after.set(path, bytes.subarray(0, bytes.length >> 1));
    case 'wrong content':
      return after.set(path, encodeText(`not ${path}`));
    case 'missing content':
      after.delete(path);
      return after;
    case 'name that is no hash':
      return after.set('data/notes.txt', encodeText('notes'));
    case 'empty label':
      return after.set('labels/=empty', new Uint8Array(0));
    case 'torn label':
      return after.set('labels/=torn', encodeText(`${path.slice(5)}\n${'0123456789'.slice(0, seed % 10)}x`));
    case 'dangling label':
      return after.set('labels/=dangling', encodeText(hashOf('nobody stored this')));
    case 'label outside':
      return after.set('outside', encodeText(path.slice(5)));
    case 'stray file':
      return after.set('notes.txt', encodeText('notes'));
  }
}

/** What is left once a damaged store went in and came out again: each content by its own hash, and labels of what is there. */
export function survivors(files: Files): Files {
  const after = new Map<string, Uint8Array>();
  for (const [path, bytes] of files) {
    if (!path.startsWith('data/')) continue;
    after.set(`data/${hashOf(bytes)}`, bytes);
  }
  for (const [path, bytes] of files) {
    if (!path.startsWith('labels/')) continue;
    const lines = Buffer.from(bytes).toString().split('\n');
    const refs = lines.filter((line) => after.has(`data/${line}`));
    if (refs.length > 0) after.set(path, encodeText(refs.join('\n')));
  }
  return after;
}

export async function writeFiles(files: FileSystem, folder: string, members: Files): Promise<void> {
  for (const path of ['data/', 'labels/', ...members.keys()]) {
    const names = path.split('/').slice(0, -1);
    for (let depth = 0; depth <= names.length; depth++)
      await files.makeFolder([folder, ...names.slice(0, depth)].join('/'));
    const bytes = members.get(path);
    if (bytes === undefined) continue;
    await using file = await files.open(`${folder}/${path}`, 'create');
    await file.write(bytes, 0);
  }
}

export async function readFiles(files: FileSystem, folder: string): Promise<Files> {
  const found = new Map<string, Uint8Array>();
  const waiting = [''];
  for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
    for (const { name, kind } of (await files.list(`${folder}/${below}`)) ?? []) {
      const path = below + Buffer.from(toByteString(name), 'latin1').toString();
      if (kind === 'folder') waiting.push(`${path}/`);
      else found.set(path, (await files.readFile(`${folder}/${path}`, 2 ** 20))!);
    }
  }
  return found;
}
