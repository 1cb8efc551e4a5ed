/** Whose temporary files are cleared away, and whose are not. */
import { expect, test } from 'vitest';
import type { ProcessTable } from '../../src/files/process-table.ts';
import { removeStaleTemporaries } from '../../src/loose/stale-temporaries.ts';
import { openMemfs } from '../files/file-systems.ts';

const HOUR = 3600;
const NOW = 1_769_817_600;
const TICKS_PER_SECOND = 100;

/** A machine that has been up for a hundred hours. @param startHours when each process began, by its number */
function machine(startHours: Readonly<Record<number, number | '-'>>): ProcessTable {
  const startOf = (pid: number): string | undefined => {
    const hours = startHours[pid];
    return typeof hours === 'number' ? String(hours * HOUR * TICKS_PER_SECOND) : hours;
  };
  return { self: { host: 'here', boot: 'b', pid: 1, start: '0' }, upMs: 100 * HOUR * 1000, startOf };
}

/** @param ageHours how long ago each file was written, by its name */
async function leftOf(
  ageHours: Readonly<Record<string, number>>,
  processes: ProcessTable,
): Promise<string[]> {
  await using place = await openMemfs();
  const { files, root } = place;
  for (const [name, hours] of Object.entries(ageHours)) {
    await (await files.open(`${root}/${name}`, 'create')).close();
    await files.touch(`${root}/${name}`, NOW - hours * HOUR);
  }
  await removeStaleTemporaries(files, root, { nowNs: BigInt(NOW) * 1_000_000_000n, processes });
  return (await files.list(root))!.map(({ name }) => String.fromCharCode(...name)).sort();
}

test('removeStaleTemporaries() leaves what is younger than a day, and what is no temporary file', async () => {
  const ages = { tmp_5_0123456789abcdef: 25, tmp_6_0123456789abcdef: 23, other: 99 };
  expect(await leftOf(ages, machine({}))).toEqual(['other', 'tmp_6_0123456789abcdef']);
});

test('removeStaleTemporaries() leaves what may be of a process that lives, however old it is', async () => {
  const ages = { tmp_5_0123456789abcdef: 60, tmp_6_0123456789abcdef: 60, tmp_7_0123456789abcdef: 60 };
  const processes = machine({ 5: 39, 6: 41, 7: '-' });
  expect(await leftOf(ages, processes)).toEqual(['tmp_5_0123456789abcdef', 'tmp_7_0123456789abcdef']);
});
