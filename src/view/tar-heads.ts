/** What stands before the content of each member of a tar: its header, and what has to be said before that. */
import { concatBytes } from '../bytes/concat.ts';
import { BLOCK_BYTES } from '../tar/header.ts';
import type { MemberContents } from './member-contents.ts';
import { KIND } from './member-list.ts';
import { PlainHeaders, type PlainMember } from './plain-header.ts';
import { amendHead } from './tar-amend.ts';
import { formOfMember, type TarMemberForm } from './tar-member.ts';
import type { TarPacker } from './tar-packer.ts';

export class TarHeads implements Disposable {
  #timeSeconds = 0;
  #plain = new PlainHeaders(0);
  readonly #block = new Uint8Array(BLOCK_BYTES);
  #packer: TarPacker | undefined;

  /**
   * All bytes from the end of the member before up to this one's content, a view until the next is asked for; at once
   * for most.
   *
   * @throws as `readTarget`, of a symlink
   */
  of(members: MemberContents, number: number): Uint8Array | Promise<Uint8Array> {
    const { list } = members;
    if (list.kinds[number] === KIND.symlink) return this.#ofSymlink(members, number);
    const member = { list, number, target: undefined };
    return this.#findPlain(member) ?? this.#encode(member);
  }

  async #ofSymlink(members: MemberContents, number: number): Promise<Uint8Array> {
    const member = { list: members.list, number, target: await members.target(number) };
    return this.#findPlain(member) ?? this.#encode(member);
  }

  /** The header of a member of which a header says all there is; else `undefined`. */
  #findPlain(member: PlainMember): Uint8Array | undefined {
    const timeSeconds = member.list.times[member.number]!;
    if (timeSeconds !== this.#timeSeconds) {
      this.#timeSeconds = timeSeconds;
      this.#plain = new PlainHeaders(timeSeconds); // which makes them for all members of one time, as most are
    }
    return this.#plain.write(this.#block, member) ? this.#block : undefined;
  }

  #encode({ list, number, target }: PlainMember): Promise<Uint8Array> {
    const { path, entry } = list.walkedAt(number);
    const isFile = list.kinds[number]! <= KIND.executable;
    const form = formOfMember({ path, entry, target, timeSeconds: list.times[number]! });
    return this.#encodeAll(form, isFile ? entry.sizeBytes : 0);
  }

  [Symbol.dispose](): void {
    this.#packer?.[Symbol.dispose]();
  }

  async #encodeAll(form: TarMemberForm, sizeBytes: number): Promise<Uint8Array> {
    const packer = await this.#openPacker();
    const heads: Uint8Array[] = [];
    if (form.longTarget !== undefined) heads.push(await packLong(packer, 'K', form.longTarget));
    if (form.longName !== undefined) heads.push(await packLong(packer, 'L', form.longName));
    const head = await packer.packWhole(form.fields);
    if (form.amendment !== undefined || sizeBytes > 0) amendHead(head, { ...form.amendment, sizeBytes });
    return concatBytes([...heads, head]);
  }

  /** Most archives need none. */
  async #openPacker(): Promise<TarPacker> {
    if (this.#packer !== undefined) return this.#packer;
    const { TarPacker: Packer } = await import('./tar-packer.ts');
    this.#packer = new Packer();
    return this.#packer;
  }
}

/** A member before its own that holds its name, or its target. */
async function packLong(packer: TarPacker, type: 'K' | 'L', bytes: Uint8Array): Promise<Uint8Array> {
  const fields = { name: '././@LongLink', type: 'file', mode: 0o644, timeSeconds: 0 } as const;
  const packed = await packer.packWhole(fields, concatBytes([bytes, Uint8Array.of(0)]));
  amendHead(packed, { type, magic: 'gnu' });
  return packed;
}
