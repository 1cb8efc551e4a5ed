/** Members that come one by one, some hundred at a time: as those are that are read together. */
import { bytesOfId, ID_BYTES } from '../hash/object-id.ts';
import type { ArchiveMember } from './archive-members.ts';
import { KIND, MemberList } from './member-list.ts';

/** @returns one list again and again, whose members change when more are asked for */
export async function* gatherMembers(members: AsyncIterable<ArchiveMember>): AsyncGenerator<MemberList> {
  const list = new MemberList();
  for await (const member of members) {
    addMember(list, member);
    if (!list.isFull) continue;
    yield list;
    list.clear();
  }
  if (list.count > 0) yield list;
}

function addMember(list: MemberList, { path, depth, timeSeconds, walked: { entry } }: ArchiveMember): void {
  const { name, id, kind, sizeBytes, attributes } = entry;
  const bytes = new Uint8Array(ID_BYTES + name.length);
  bytes.set(bytesOfId(id));
  bytes.set(name, ID_BYTES);
  const folder = path.subarray(0, Math.max(path.length - name.length - 1, 0));
  if (attributes.size > 0) list.attributes.set(list.count, attributes);
  const source = { bytes, nameAt: ID_BYTES, nameBytes: name.length, idAt: 0 };
  list.add(folder, source, { kind: KIND[kind], sizeBytes, depth, timeSeconds });
}
