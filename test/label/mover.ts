/**
 * A process that moves the label `counter` on by one, so many times, with its expectation. Run as
 * `node mover.mjs FOLDER TIMES`; it says how often another process was first.
 */
import { ConflictError } from '../../src/errors/errors.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { openLabelStore } from '../../src/label/label-store.ts';
import { by, id, name, set } from './label-folder.ts';

const [, , folder = '', times = '0'] = process.argv;
const store = openLabelStore(nodeFiles(), folder, { foldBytes: 4096 });
let lost = 0;
for (let done = 0; done < Number(times); ) {
  const label = await store.get(name('counter'));
  const value = label === undefined ? 0 : Number.parseInt(label.id.slice(7), 16);
  const expectation =
    label === undefined ? ({ kind: 'absent' } as const) : ({ kind: 'id', id: id(value) } as const);
  try {
    await store.update([set('counter', value + 1, expectation)], by(`process ${process.pid}`));
    done++;
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    lost++;
  }
}
process.stdout.write(`${lost}\n`);
