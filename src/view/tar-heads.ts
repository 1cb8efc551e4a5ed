/** What stands before the content of each member of a tar: its header, and what has to be said before that. */
import { concatBytes } from '../bytes/concat.ts';
import type { WalkedEntry } from '../tree/walk.ts';
import { isFile } from './archive-members.ts';
import type { FilledMember } from './member-contents.ts';
import { PlainHeaders } from './plain-header.ts';
import { amendHead } from './tar-amend.ts';
import { formOfMember, type TarMemberForm } from './tar-member.ts';
import { TarPacker } from './tar-packer.ts';

export class TarHeads implements Disposable {
  #timeSeconds = 0;
  #plain = new PlainHeaders(0);
  #packer: TarPacker | undefined;

  /** The header of a member of which a header says all there is; else `undefined`. */
  findPlain(member: FilledMember): Uint8Array | undefined {
    const { path, walked, timeSeconds } = member;
    if (timeSeconds !== this.#timeSeconds) {
      this.#timeSeconds = timeSeconds;
      this.#plain = new PlainHeaders(timeSeconds); // which makes them for all members of one time, as most are
    }
    return this.#plain.encode({ path, entry: walked.entry, target: targetOf(member) }, contentBytes(walked));
  }

  /** All bytes from the end of the member before up to this one's content. */
  encode(member: FilledMember): Promise<Uint8Array> {
    const { path, walked, timeSeconds } = member;
    const said = { path, entry: walked.entry, target: targetOf(member), timeSeconds };
    return this.#encodeAll(formOfMember(said), contentBytes(walked));
  }

  [Symbol.dispose](): void {
    this.#packer?.[Symbol.dispose]();
  }

  async #encodeAll(form: TarMemberForm, sizeBytes: number): Promise<Uint8Array> {
    this.#packer ??= new TarPacker();
    const heads: Uint8Array[] = [];
    if (form.longTarget !== undefined) heads.push(await this.#packLong('K', form.longTarget));
    if (form.longName !== undefined) heads.push(await this.#packLong('L', form.longName));
    const head = await this.#packer.packWhole(form.fields);
    if (form.amendment !== undefined || sizeBytes > 0) amendHead(head, { ...form.amendment, sizeBytes });
    return concatBytes([...heads, head]);
  }

  /** A member before its own that holds its name, or its target. */
  async #packLong(type: 'K' | 'L', bytes: Uint8Array): Promise<Uint8Array> {
    const fields = { name: '././@LongLink', type: 'file', mode: 0o644, timeSeconds: 0 } as const;
    const packed = await this.#packer!.packWhole(fields, concatBytes([bytes, Uint8Array.of(0)]));
    amendHead(packed, { type, magic: 'gnu' });
    return packed;
  }
}

function targetOf({ walked, holds }: FilledMember): Uint8Array | undefined {
  return walked.entry.kind === 'symlink' && holds.kind === 'whole' ? holds.content : undefined;
}

function contentBytes(walked: WalkedEntry): number {
  return isFile(walked) ? walked.entry.sizeBytes : 0;
}
