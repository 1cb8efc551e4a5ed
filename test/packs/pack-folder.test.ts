import { expect, onTestFinished, test, vi } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import type { FileStat, FileSystem } from '../../src/files/file-system.ts';
import { PackFolder } from '../../src/packs/pack-folder.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const NOW_MS = Date.UTC(2026, 0, 31);

/** A folder of packs that was changed at `NOW_MS`, however often it changes, and how often it was listed. */
function folderOf(packs: string[]): { readonly files: FileSystem; listed: number } {
  const folder = { files: {} as FileSystem, listed: 0 };
  const stat = async () => ({ modifiedNs: BigInt(NOW_MS) * 1_000_000n }) as FileStat;
  const list = async () => {
    folder.listed++;
    return packs.flatMap((name) =>
      ['pack', 'idx'].map((ending) => ({ name: encodeText(`${name}.${ending}`), kind: 'file' as const })),
    );
  };
  return Object.assign(folder, { files: { stat, list } as Partial<FileSystem> as FileSystem });
}

const packNamed = (digit: string): string => `pack-${digit.repeat(64)}`;

test.each([
  ['15 days behind', -15 * DAY_MS],
  ['right', 0],
  ['15 days ahead', 15 * DAY_MS],
])(
  'rescan() finds a pack that came in the same tick of the file system, where the clock is %s',
  async (_, skewMs) => {
    vi.useFakeTimers({ toFake: ['Date', 'hrtime'], now: NOW_MS + skewMs });
    onTestFinished(() => void vi.useRealTimers());
    const packs = [packNamed('a')];
    const subject = folderOf(packs);
    await using folder = new PackFolder(subject.files, '/pack');
    expect((await folder.list()).length).toBe(1);
    packs.push(packNamed('b'));
    expect(await folder.rescan()).toBe(true);
    vi.advanceTimersByTime(3000);
    await folder.rescan();
    const { listed } = subject;
    await folder.rescan();
    expect(subject.listed).toBe(listed); // nothing can change any more without another time
  },
);
