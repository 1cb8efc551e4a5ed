/**
 * Tar: headers of 512 bytes, each with its content after it, padded to 512, and at the end blocks of zeros.
 *
 * Reads v7, ustar, GNU and pax archives, in one pass and in constant memory. Anything that two tools could read
 * in two ways is refused, whatever one of them would make of it. Sources: POSIX.1-2017 pax; tar(5); the GNU tar
 * manual, chapter "Tar Internals".
 */
import type { ByteStream } from '../flow/byte-stream.ts';
import { TarContent } from './content.ts';
import { ExtensionReader, type Extensions, isExtension } from './extension.ts';
import { MAX_MEMBERS, tarFault, tooManyMembers } from './fault.ts';
import { BLOCK_BYTES, decodeHeader, type TarHeader } from './header.ts';
import { ArchiveInput } from './input.ts';
import { describeMember } from './kind.ts';
import type { TarMember, TarSpecial } from './member.ts';

export interface TarOptions {
  /** The most members that are read. @default {@link MAX_MEMBERS} */
  readonly maxEntries?: number;
  /** The most data of one pax header or GNU long name, in bytes. @default 1 MiB */
  readonly maxHeaderBytes?: number;
  /** Called for each device and fifo, which is then left out. @default they are refused */
  readonly onSpecial?: (special: TarSpecial) => void;
}

/**
 * The members of the tar that `stream` is, in its order; the root itself (`./`) is left out. Each member stands
 * for itself: whether they fit together is not looked at.
 *
 * @throws InvalidInputError `TAR_…`, with the member's name and offset
 * @throws RefusedError `TAR_TOO_MANY_ENTRIES`
 */
export async function* scanTar(stream: ByteStream, options: TarOptions = {}): AsyncGenerator<TarMember> {
  const { maxEntries = MAX_MEMBERS, maxHeaderBytes = 2 ** 20, onSpecial } = options;
  const input = new ArchiveInput(stream);
  const extensions = new ExtensionReader(input, maxHeaderBytes);
  try {
    for (let entries = 0; ; ) {
      const header = await readHeader(input);
      if (header === undefined) {
        extensions.checkNonePending({ offset: input.offset });
        return await checkEnd(input);
      }
      if (isExtension(header.type)) {
        await extensions.read({ ...header, type: header.type });
        continue;
      }
      if (++entries > maxEntries) throw tooManyMembers(maxEntries);
      const said = extensions.take(header);
      const content = openContent(input, header, said);
      const described = describeMember(header, said, content);
      if (described.kind === 'special') leaveOut(described, onSpecial);
      else if (described.path.length > 0) yield described;
      if (!content.tryFinish()) await content.finish();
    }
  } finally {
    await input.close();
  }
}

/** `undefined` at the first block of zeros. */
async function readHeader(input: ArchiveInput): Promise<TarHeader | undefined> {
  const offset = input.offset;
  const block = input.tryTake(BLOCK_BYTES) ?? (await input.take(BLOCK_BYTES));
  if (block.length === BLOCK_BYTES) return decodeHeader(block, offset);
  const fault = block.length === 0 ? 'the archive ends without its end mark' : 'the archive ends inside it';
  const hint =
    offset === 0 ? 'give a tar, plain or packed with gzip' : 'get the whole archive, then try again';
  throw tarFault('TAR_TRUNCATED', fault, { offset, hint });
}

function openContent(input: ArchiveInput, header: TarHeader, said: Extensions): TarContent {
  return new TarContent(input, said.pax.sizeBytes ?? header.sizeBytes, {
    offset: header.offset,
    name: said.longName ?? said.pax.path ?? header.name,
  });
}

function leaveOut(special: TarSpecial, onSpecial: TarOptions['onSpecial']): void {
  if (onSpecial !== undefined) return onSpecial(special);
  const hint = 'leave devices and fifos out of the archive, or ask for them to be skipped';
  throw tarFault('TAR_SPECIAL', 'it is a device or a fifo', {
    offset: special.offset,
    name: special.path,
    hint,
  });
}

/** After the end mark there is padding of zeros and nothing else: a second archive would go unread. */
async function checkEnd(input: ArchiveInput): Promise<void> {
  let offset = input.offset;
  for await (const piece of input.rest()) {
    const at = piece.findIndex((byte) => byte !== 0);
    if (at >= 0) throw tarFault('TAR_TRAILING_DATA', 'the archive ended before it', { offset: offset + at });
    offset += piece.length;
  }
}
