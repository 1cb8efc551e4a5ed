/** A process that stores contents of its own and labels them: `node content-labeller.mjs FOLDER NAME TIMES`. */
import { ContentStore } from '../../src/theater.ts';

const [, , folder, name = '', times = '0'] = process.argv;
await using contents = new ContentStore(folder);
await contents.init(); // several at once: one makes it
for (let done = 0; done < Number(times); done++) {
  await contents.storeAtLabel('shared', `${name} ${done}`);
  if (done % 3 === 2) await contents.removeFromLabel('shared', await contents.store(`${name} ${done - 1}`));
}
