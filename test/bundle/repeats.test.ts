/** What only older snapshots of a receiver reach: it stays here, or goes again where that is little. */
import { expect, test } from 'vitest';
import { type ObjectId, parseLabelName } from '../../src/index.ts';
import { commitFiles, NOW, openWorkshop, type Workshop } from '../store/workshop.ts';
import { contentsOf, planOf, repositoryOf, streamOf, take } from './carriage.ts';

const LONG = 'long '.repeat(60_000);

/** A store whose label went from its first contents to others, and then to `after`. */
async function openReverted(after: Record<string, string>): Promise<{
  readonly near: Workshop;
  /** The second of its three snapshots. */
  readonly middle: ObjectId;
}> {
  const near = await openWorkshop();
  await commitFiles(near.store, 'a', { short: 'one', long: LONG });
  const middle = await commitFiles(near.store, 'a', { short: 'two', long: 'not long' }, NOW + 1);
  await commitFiles(near.store, 'a', after, NOW + 2);
  return { near, middle };
}

test.each([
  ['none', 'short', { short: 'one', long: 'not long' }, 2],
  ['few', 'short', { short: 'one', long: 'not long' }, 3],
  ['none', 'long', { short: 'two', long: LONG }, 2],
  ['few', 'long', { short: 'two', long: LONG }, 2],
] as const)(
  'where %s go twice, and what is %s is as it was before, so much goes',
  async (repeats, _, after, count) => {
    const { near, middle } = await openReverted(after);
    await using _near = near;
    await using far = await openWorkshop();
    await take(far, await streamOf(near, { labels: [{ name: parseLabelName('a'), id: middle }] }));
    await using repository = await repositoryOf(near);
    const options = { repeats, receiver: { snapshots: [middle] } };
    expect((await planOf(repository, options)).count).toBe(count);
    await take(far, await streamOf(near, options));
    expect(await contentsOf(await far.reopen(), 'a')).toEqual(after);
  },
);
