/**
 * A process that commits to one label so many times, each on top of what it saw: `node label-racer.mjs STORE TIMES`.
 * Where another was first, it looks again.
 */
import { ConflictError, openStore } from '../../src/index.ts';
import { fromEntries } from '../../src/source/entries.ts';

const [, , path = '', times = '0'] = process.argv;
await using store = await openStore(path);
for (let done = 0; done < Number(times); ) {
  const label = await store.labels.get('race');
  const content = `${process.pid} ${done}`;
  try {
    await store.commit('race', fromEntries([{ path: 'x', content }]), { expect: label?.id ?? 'absent' });
    done++;
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
  }
}
