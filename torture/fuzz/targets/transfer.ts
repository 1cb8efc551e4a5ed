/** What comes from elsewhere, all the way in: archives as what is committed, and answers of web servers. */
import { streamOf } from '../../../src/flow/byte-stream.ts';
import { memoryStore } from '../../../src/odb/memory-store.ts';
import { fromTar } from '../../../src/source/from-tar.ts';
import type { CommitTarget } from '../../../src/store/commit-source.ts';
import { walkTree } from '../../../src/tree/walk.ts';
import { fromUrl } from '../../../src/web/from-url.ts';
import { readPart } from '../../../src/web/range-read.ts';
import { remoteFiles } from '../../../src/web/remote-files.ts';
import { hold, outcomeLater, valueOf } from '../oracle.ts';
import { seedsOf, type Target, textOf, wordsOf } from '../target.ts';
import { tarArchive } from './tar.ts';

export const commit: Target = {
  ...tarArchive,
  name: 'commit',
  inputs: 2000,
  run: async (bytes) => {
    const objects = memoryStore();
    const source = fromTar(streamOf(bytes), { maxEntries: 100, special: 'skip' });
    const { root, entries } = await source.write({ objects } as unknown as CommitTarget);
    let leaves = 0;
    let sizeBytes = 0;
    for await (const { entry } of walkTree(objects, root.id)) {
      if (entry.kind === 'folder') continue;
      leaves++;
      sizeBytes += entry.sizeBytes;
      hold(
        (await objects.read(entry.id))?.length === entry.sizeBytes,
        'a content is as long as its tree says',
      );
    }
    hold(leaves === entries && sizeBytes === root.sizeBytes, 'what was committed is all there');
  },
};

const STATUSES: readonly number[] = [206, 206, 206, 200, 416, 404, 500, 301];
const RANGE = { start: 4, end: 40 };
/** What no header may hold, whoever sends it. */
const UNSENDABLE = /[^\t -~\x80-\xff]/g;

/** The first byte is the status, the first line says which bytes come, and they are the rest. */
export const webAnswer: Target = {
  name: 'web-answer',
  inputs: 3000,
  maxBytes: 200,
  seeds: seedsOf(
    '\0bytes 4-9/20\nsixsix',
    '\x01bytes */4\n',
    '\x03\nall of it, all of it',
    '\x04bytes */4\n',
    '\x05\n',
  ),
  words: wordsOf('bytes 4-9/ */ - / 9007199254740991 9999999999999999', 'bytes ', '\n'),
  run: async (bytes) => {
    const end = (bytes.indexOf(0x0a, 1) + 1 || bytes.length + 1) - 1;
    const header = textOf(bytes.subarray(1, end)).replace(UNSENDABLE, '');
    const status = STATUSES[(bytes[0] ?? 0) % STATUSES.length]!;
    const read = fromUrl('https://store.example/.cas', {
      fetch: async () => new Response(bytes.slice(end + 1), { status, headers: { 'content-range': header } }),
    });
    const file = await outcomeLater(() => remoteFiles(read).readFile('refs/log', bytes.length));
    if (file.kind === 'value')
      hold((file.value?.length ?? 0) <= bytes.length, 'a file is as long as it may be');
    const part = await readPart(read, 'refs/log', RANGE);
    if (part === undefined) return;
    hold(
      Number.isSafeInteger(part.sizeBytes) && part.start <= RANGE.start,
      'a part says where it is, and of how much',
    );
    valueOf(file);
  },
};
