/** A thread that checks families of packs; it holds the pack that it was last asked about. */

import { NotFoundError } from '../errors/errors.ts';
import type { OpenFile } from '../files/file-system.ts';
import { nodeFiles } from '../files/node-files.ts';
import { type CrewAnswer, serveCrew } from '../flow/crew.ts';
import { FamilyChecker, type FamilyTask } from './check-families.ts';
import type { ProverReport } from './check-prover.ts';

interface HeldChecker {
  readonly path: string;
  readonly file: OpenFile;
  readonly checker: FamilyChecker;
}

const files = nodeFiles();
let held: HeldChecker | undefined;

serveCrew<FamilyTask, ProverReport>(async (task): Promise<CrewAnswer<ProverReport>> => {
  if (held?.path !== task.path) {
    await held?.file.close();
    held = await hold(task);
  }
  return { answer: await held.checker.check(task.roots) };
});

async function hold(task: FamilyTask): Promise<HeldChecker> {
  const file = await files.open(task.path, 'read');
  if (file === undefined) throw new NotFoundError('PACK_GONE', `'${task.path}' is not there any more`);
  return { path: task.path, file, checker: new FamilyChecker(file, task) };
}
