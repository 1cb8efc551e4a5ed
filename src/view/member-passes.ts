/** The order in which a folder is written: symlinks when all else is there, so that none is while anything is written. */
import type { ArchiveMember } from './archive-members.ts';

export type MemberPass = 'files' | 'symlinks';

/** @param list lists all members, the same each time. @param run is given all of them, once a pass that has any */
export async function inPasses(
  list: () => AsyncIterable<ArchiveMember>,
  run: (members: AsyncIterable<ArchiveMember>, pass: MemberPass) => Promise<void>,
): Promise<void> {
  let hasSymlinks = false;
  async function* watched(): AsyncGenerator<ArchiveMember> {
    for await (const member of list()) {
      hasSymlinks ||= member.walked.entry.kind === 'symlink';
      yield member;
    }
  }
  await run(watched(), 'files');
  if (hasSymlinks) await run(watched(), 'symlinks');
}

/** Those of `members` that are written in the pass, and the folders that they are in. */
export async function* membersOf(
  pass: MemberPass,
  members: AsyncIterable<ArchiveMember>,
): AsyncGenerator<ArchiveMember> {
  for await (const member of members)
    if (member.walked.entry.kind === 'folder' || passOf(member) === pass) yield member;
}

/** When a member is written. */
export function passOf({ walked }: ArchiveMember): MemberPass {
  return walked.entry.kind === 'symlink' ? 'symlinks' : 'files';
}
