/** Does operations to a store, and says what came of them. */
import { createHash } from 'node:crypto';
import { equalBytes } from '../../../src/bytes/compare.ts';
import { decodeText } from '../../../src/bytes/text.ts';
import { hashBytes } from '../../../src/hash/hasher.ts';
import type { ObjectId } from '../../../src/hash/object-id.ts';
import { collectBytes, type HeldView, type Store } from '../../../src/index.ts';
import { type EntryToCommit, fromEntries } from '../../../src/source/entries.ts';
import type { Content } from './contents.ts';
import type { Member, MemberEdit, Operation } from './operation.ts';
import { formatMember } from './set-model.ts';
import type { Words } from './words.ts';

type Of<Kind extends Operation['kind']> = Extract<Operation, { kind: Kind }>;

/** What came of an operation: what its kind gives, or an error. */
export type Outcome =
  | { readonly kind: 'done'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Where operations are done. */
export interface Workplace {
  readonly store: Store;
  readonly contents: readonly Content[];
  readonly words: Words;
}

/** Thrown by a batch on purpose. */
export const ON_PURPOSE = new Error('on purpose');

export async function perform(place: Workplace, operation: Operation): Promise<Outcome> {
  try {
    return { kind: 'done', value: await doIt(place, operation) };
  } catch (error) {
    return { kind: 'failed', error };
  }
}

async function doIt({ store, contents, words }: Workplace, operation: Operation): Promise<unknown> {
  const place = { store, contents, words };
  const contentOf = (content: number): Content => contents[content]!;
  switch (operation.kind) {
    case 'put': {
      const { bytes } = contentOf(operation.content);
      return store.put(operation.as === 'bytes' ? bytes : halves(bytes));
    }
    case 'get':
      return store.get(contentOf(operation.content).id);
    case 'has':
      return store.has(contentOf(operation.content).id);
    case 'alias':
      return store.aliases.find(
        'sha1',
        createHash('sha1').update(contentOf(operation.content).bytes).digest('hex'),
      );
    case 'why':
      return (await store.why(contentOf(operation.content).id)).reasons.length;
    case 'read':
      return readPart(store, contentOf(operation.content), operation);
    case 'get-many':
      return readSome(store, operation.contents.map(contentOf));
    case 'flush':
      return store.flush();
    case 'list':
      return store.labels.list();
    case 'undelete':
      return store.undelete();
    case 'maintain':
      return store.maintain();
    case 'stats':
      return store.stats();
    case 'fsck':
      return findingsOf(store);
    case 'commit':
      return commit(place, operation);
    case 'edit': {
      const edits = operation.edits.map((edit) => editOf(edit, contents));
      return store.edit(operation.name, edits);
    }
    case 'batch':
      return batch(place, operation);
    case 'labels':
      return store.labels.update(operation.asks.map((ask) => words.request(ask)));
    case 'forget':
      return store.forget(operation.name, operation.keep);
    case 'log':
      return historyOf(store, operation.name);
    case 'reflog':
      return store.labels.log(operation.name);
    case 'view':
      return show(place, operation);
    case 'diff':
      return changesOf(place, operation);
    case 'gc':
      return store.gc({
        mode: operation.mode,
        ...(operation.graceMs !== undefined && { graceMs: operation.graceMs }),
      });
    case 'purge':
      return store.purge(contentOf(operation.content).id, { force: operation.force });
    case 'repack':
      return store.repack({ scope: operation.scope });
    case 'setting':
      return store.setSetting(operation.key, operation.text);
  }
}

/** Of severities that mean something, a line each. */
export async function findingsOf(store: Store): Promise<string[]> {
  const found: string[] = [];
  for await (const { severity, id, message } of store.fsck())
    if (severity !== 'info') found.push(`${severity} ${id}: ${message}`);
  return found;
}

/** The set of a view, as {@link formatSet} writes it. */
export async function listSet(view: HeldView): Promise<string> {
  const lines: string[] = [];
  for await (const { path, entry } of view.entries()) {
    const { kind, id, attributes } = entry;
    lines.push(formatMember(decodeText(path)!, { kind, id, attributes }));
  }
  return lines.sort().join('\n');
}

/** The snapshots of a label's history, newest first. */
export async function historyOf(store: Store, name: string): Promise<ObjectId[]> {
  const ids: ObjectId[] = [];
  for await (const { id } of store.log(name)) ids.push(id);
  return ids;
}

async function* halves(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(0, bytes.length >> 1);
  yield bytes.subarray(bytes.length >> 1);
}

/** Whether the part is the right one. */
async function readPart(store: Store, { id, bytes }: Content, { from, to }: Of<'read'>): Promise<boolean> {
  const range = { start: Math.floor(from * bytes.length), end: Math.ceil(to * bytes.length) };
  const part = await collectBytes(store.read(id, range));
  return equalBytes(part, bytes.subarray(range.start, range.end));
}

/** Whether they are the right ones. */
async function readSome(store: Store, wanted: readonly Content[]): Promise<boolean> {
  let at = 0;
  for await (const { id, bytes } of store.getMany(wanted.map(({ id }) => id))) {
    const content = wanted[at++]!;
    if (id !== content.id || !equalBytes(bytes, content.bytes)) return false;
  }
  return at === wanted.length;
}

function entryOf({ path, kind, content, attributes }: Member, contents: readonly Content[]): EntryToCommit {
  return { path, kind, content: contents[content]!.bytes, attributes: new Map(Object.entries(attributes)) };
}

function editOf(edit: MemberEdit, contents: readonly Content[]): Parameters<Store['edit']>[1][number] {
  if (edit.verb !== 'put') return edit;
  const { path, attributes } = edit.member;
  return {
    verb: 'put',
    path,
    source: fromEntries([entryOf({ ...edit.member, path: 'm', attributes: {} }, contents)]),
    attributes,
  };
}

async function commit({ store, contents, words }: Workplace, operation: Of<'commit'>): Promise<unknown> {
  const { name, members, force, history } = operation;
  const expect = words.expected(name, operation.expect);
  return store.commit(name, fromEntries(members.map((member) => entryOf(member, contents))), {
    history,
    protection: force ? 'force' : 'respect',
    ...(expect !== undefined && { expect: expect === 'none' ? 'absent' : expect }),
  });
}

/** The ids of what was committed. */
function batch({ store, contents, words }: Workplace, operation: Of<'batch'>): Promise<ObjectId[]> {
  return store.batch(async (open) => {
    for (const content of operation.contents) await open.put(contents[content]!.bytes);
    const ids: ObjectId[] = [];
    for (const { name, members } of operation.commits)
      ids.push(await open.commit(name, fromEntries(members.map((member) => entryOf(member, contents)))));
    for (const ask of operation.asks) open.label(words.request(ask));
    if (operation.end === 'thrown') throw ON_PURPOSE;
    return ids;
  });
}

/** What a view shows, by one of its ways: the set, or a hash of the archive. */
async function show({ store, words }: Workplace, { at, way }: Of<'view'>): Promise<string> {
  await using view = await store.view(words.spot(at).text);
  switch (way) {
    case 'entries':
      return await listSet(view);
    case 'tar':
      return hashBytes(await collectBytes(view.tar()));
    case 'memfs':
      return await listFolder((await view.memfs()).promises as unknown as Folder, '');
    case 'fs':
      return await listFolder(view.fs.promises as unknown as Folder, '');
  }
}

/** The part of `node:fs` that lists a folder. */
interface Folder {
  readdir(path: string): Promise<string[]>;
  stat(path: string): Promise<{ readonly mode: number; isDirectory(): boolean }>;
  readFile(path: string): Promise<Uint8Array>;
}

async function listFolder(folder: Folder, path: string): Promise<string> {
  const lines: string[] = [];
  for (const name of await folder.readdir(`/${path}`)) {
    const inside = path === '' ? name : `${path}/${name}`;
    const stat = await folder.stat(`/${inside}`);
    if (stat.isDirectory()) {
      const below = await listFolder(folder, inside);
      lines.push(
        formatMember(inside, { kind: 'folder', id: '', attributes: [] }),
        ...(below === '' ? [] : [below]),
      );
    } else {
      const kind = (stat.mode & 0o100) === 0 ? 'file' : 'executable';
      lines.push(
        formatMember(inside, { kind, id: hashBytes(await folder.readFile(`/${inside}`)), attributes: [] }),
      );
    }
  }
  return lines.join('\n').split('\n').sort().join('\n');
}

async function changesOf({ store, words }: Workplace, { before, after }: Of<'diff'>): Promise<string[]> {
  const paths: string[] = [];
  for await (const { kind, path } of store.diff(words.spot(before).text, words.spot(after).text))
    paths.push(`${kind} ${decodeText(path)}`);
  return paths.sort();
}
