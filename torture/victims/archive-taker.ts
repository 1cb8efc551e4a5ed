/** Takes one archive in: `node archive-taker STORE NUMBER`, by its place in the list. */
import { fromTar, openStore } from '../../src/index.ts';
import { ARCHIVE_BOMBS } from '../attacks/hostile/archive-bombs.ts';
import { report } from '../attacks/hostile/step-report.ts';

async function main(path: string, number: number): Promise<void> {
  const bomb = ARCHIVE_BOMBS[number];
  if (bomb === undefined) throw new Error(`there is no archive ${number}`);
  await report(bomb.name, async () => {
    await using store = await openStore(path);
    await store.commit('bomb', fromTar(bomb.archive()));
  });
}

void main(process.argv[2] ?? '', Number(process.argv[3]));
