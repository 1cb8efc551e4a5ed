/** A thread that checks families of packs; it holds the pack that it was last asked about. */

import { NotFoundError } from '../errors/errors.ts';
import type { OpenFile } from '../files/file-system.ts';
import { nodeFiles } from '../files/node-files.ts';
import { type CrewAnswer, serveCrew } from '../flow/crew.ts';
import { Kernel } from '../kernel/kernel.ts';
import { FamilyChecker, type FamilyTask, holdPack } from './families.ts';
import type { ProverReport } from './prover.ts';

interface HeldChecker {
  readonly key: number;
  readonly file: OpenFile;
  readonly checker: FamilyChecker;
}

const files = nodeFiles();
const kernel = new Kernel();
let held: HeldChecker | undefined;

serveCrew<FamilyTask, ProverReport>(async (task): Promise<CrewAnswer<ProverReport>> => {
  if (held?.key !== task.key) {
    await held?.file.close();
    held = await hold(task);
  }
  return { answer: await held.checker.check(task.members) };
});

async function hold(task: FamilyTask): Promise<HeldChecker> {
  const file = await files.open(task.path, 'read');
  if (file === undefined) throw new NotFoundError('PACK_GONE', `'${task.path}' is not there any more`);
  const window = holdPack(kernel, file, task.packBytes);
  await window.loadAll();
  return { key: task.key, file, checker: new FamilyChecker(window, task) };
}
