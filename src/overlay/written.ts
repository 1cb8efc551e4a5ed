/** Contents in memory: what a file of an overlay becomes as soon as something is written to it. */
import { type CallSite, errnoError } from '../vfs/errno.ts';
import type { File, WrittenContent } from '../vfs/node.ts';
import type { Work } from '../vfs/work.ts';

/** The most that a file may have to be changed: it is held in memory. */
const MAX_WRITTEN_BYTES: number = 2 ** 31;

const NOTHING = new Uint8Array(0);

/** The content of a file, to be changed; it is read first where it is in the store. @throws `EFBIG` */
export function* takeContent(file: File, site: CallSite): Work<WrittenContent> {
  for (;;) {
    const { content } = file;
    if (content.kind === 'written') return content;
    const { id, sizeBytes } = content;
    if (sizeBytes > MAX_WRITTEN_BYTES) throw errnoError('EFBIG', site);
    const bytes = yield { id, maxBytes: sizeBytes, role: 'content' };
    if (file.content === content) file.content = { kind: 'written', bytes, sizeBytes: bytes.length }; // or it was changed meanwhile
  }
}

/** Makes a file empty, whatever it held. */
export function empty(file: File): void {
  file.content = { kind: 'written', bytes: NOTHING, sizeBytes: 0 };
}

/** Writes `bytes` from `start` on; what lies between the end and there is zeros. @throws `EFBIG` */
export function overwrite(
  content: WrittenContent,
  bytes: Uint8Array,
  { start, site }: { readonly start: number; readonly site: CallSite },
): void {
  const end = start + bytes.length;
  if (end > content.sizeBytes) resize(content, end, site);
  content.bytes.set(bytes, start);
}

/** Cuts content off, or lengthens it by zeros. @throws `EFBIG` */
export function resize(content: WrittenContent, sizeBytes: number, site: CallSite): void {
  if (sizeBytes > MAX_WRITTEN_BYTES) throw errnoError('EFBIG', site);
  if (sizeBytes > content.bytes.length) content.bytes = withRoom(content, sizeBytes);
  else if (sizeBytes > content.sizeBytes) content.bytes.fill(0, content.sizeBytes, sizeBytes);
  content.sizeBytes = sizeBytes;
}

/** Twice as much as there was, so that many small writes cost little; but of an empty one just as much as asked for. */
function withRoom({ bytes, sizeBytes }: WrittenContent, wanted: number): Uint8Array {
  const room = new Uint8Array(Math.max(wanted, Math.min(sizeBytes * 2, MAX_WRITTEN_BYTES)));
  room.set(bytes.subarray(0, sizeBytes));
  return room;
}
