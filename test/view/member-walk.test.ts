/** The members of an archive, beside the walk that tells them one by one. */
import * as fc from 'fast-check';
import { memfs } from 'memfs';
import { expect, test } from 'vitest';
import { nodeFiles } from '../../src/files/node-files.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import type { ObjectReader, ObjectWriter } from '../../src/odb/object-store.ts';
import { initRepository } from '../../src/store/init-repository.ts';
import { type WalkedEntry, walkTree } from '../../src/tree/walk.ts';
import { walkMembers } from '../../src/view/member-walk.ts';
import { nativeCodec } from '../../src/zlib/native.ts';
import { anyFolder, type Member } from '../arbitraries/trees.ts';
import { file, folder, storeMembers } from './stored-tree.ts';

async function membersOf(objects: ObjectReader, treeId: WalkedEntry['entry']['id']): Promise<WalkedEntry[]> {
  const found: WalkedEntry[] = [];
  for await (const list of walkMembers({ objects, treeId, timeSeconds: 0 }))
    for (let number = 0; number < list.count; number++) found.push(list.walkedAt(number));
  return found;
}

/** What an archive asks of an entry: the trees of folders are walked already. */
function told({ path, depth, entry }: WalkedEntry): unknown {
  const { kind, sizeBytes, id, attributes } = entry;
  return [path, depth, kind, sizeBytes, kind === 'folder' ? '' : id, [...attributes]].map(String);
}

async function expectAlike(objects: ObjectReader & ObjectWriter, members: readonly Member[]): Promise<void> {
  const { id } = await storeMembers(objects, members);
  const walked: WalkedEntry[] = [];
  for await (const entry of walkTree(objects, id)) walked.push(entry);
  expect((await membersOf(objects, id)).map(told)).toEqual(walked.map(told));
}

test('walkMembers() tells of any set what walkTree() does', async () => {
  await fc.assert(
    fc.asyncProperty(anyFolder(), (members) => expectAlike(memoryStore(), members)),
    { numRuns: 200 },
  );
});

const name = (prefix: string, at: number): string => `${prefix}-${String(at).padStart(5, '0')}`;
/** More folders than are read ahead, in two levels, and lists that end anywhere. */
const wide = Array.from({ length: 700 }, (_, at) =>
  folder(name('folder', at), [
    ...Array.from({ length: at % 5 }, (__, number) => file(name('file', number), `${at}.${number}`)),
    folder('inside', [file('x', `${at}`)]),
  ]),
);

test('walkMembers() reads ahead out of packs, and tells the same', async () => {
  const { fs } = memfs({});
  const context = { files: nodeFiles(fs), codec: nativeCodec, now: () => 0 };
  await using repository = await initRepository('/.cas', context);
  await using intake = repository.openIntake();
  const { id } = await storeMembers(intake, wide);
  await intake.flush();
  const walked: WalkedEntry[] = [];
  for await (const entry of walkTree(repository.named, id)) walked.push(entry);
  expect((await membersOf(repository.named, id)).map(told)).toEqual(walked.map(told));
});
