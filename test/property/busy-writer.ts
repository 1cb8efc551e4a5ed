/**
 * A process that puts, commits, edits and moves labels until it is killed: `node busy-writer.mjs STORE SEED`. After
 * each step that returned, it says so on a line: the label and what it is at now, or `-`, or `object` and its id.
 */
import { writeSync } from 'node:fs';
import { openStore } from '../../src/index.ts';
import { fromEntries } from '../../src/source/entries.ts';

const [, , path = '', seed = '0'] = process.argv;
const store = await openStore(path);
const say = (line: string): void => void writeSync(1, `${line}\n`);

/** Deterministic: the same seed does the same work. */
let state = Number(seed) + 1;
const random = (below: number): number => {
  state = (state * 48_271) % 2_147_483_647;
  return state % below;
};

for (let step = 0; ; step++) {
  const name = `label/${random(4)}`;
  const content = 'x'.repeat(random(3) === 0 ? 200_000 : 50) + step + seed;
  const label = await store.labels.get(name);
  switch (random(6)) {
    case 0: {
      const id = await store.put(content);
      await store.flush();
      say(`object ${id}`);
      break;
    }
    case 1:
      if (label === undefined) break;
      await store.labels.update([{ verb: 'delete', name }]);
      say(`${name} -`);
      break;
    case 2:
      if (label === undefined) break;
      await store.edit(name, [
        { verb: 'put', path: `e${random(5)}`, source: fromEntries([{ path: 'm', content }]) },
      ]);
      say(`${name} ${(await store.labels.get(name))!.id}`);
      break;
    default: {
      const entries = Array.from({ length: 1 + random(40) }, (_, at) => ({
        path: `d${at % 3}/${at}`,
        content: content + at,
      }));
      const { id } = await store.commit(name, fromEntries(entries));
      say(`${name} ${id}`);
    }
  }
}
