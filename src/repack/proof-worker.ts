/** A thread that proves families of a new pack. */
import { NotFoundError } from '../errors/errors.ts';
import type { OpenFile } from '../files/file-system.ts';
import { nodeFiles } from '../files/node-files.ts';
import { serveCrew } from '../flow/crew.ts';
import { Kernel } from '../kernel/kernel.ts';
import { DraftProver, type ProofReport, type ProofTask } from './draft-prover.ts';

const files = nodeFiles();
let held: { readonly path: string; readonly file: OpenFile; readonly prover: DraftProver } | undefined;

serveCrew<ProofTask, ProofReport>(async (task) => {
  if (held?.path !== task.path) {
    await held?.file.close();
    held = await hold(task);
  }
  return { answer: await held.prover.prove(task.roots) };
});

async function hold(task: ProofTask): Promise<NonNullable<typeof held>> {
  const file = await files.open(task.path, 'read');
  if (file === undefined) throw new NotFoundError('PACK_GONE', `'${task.path}' is not there any more`);
  return { path: task.path, file, prover: new DraftProver(new Kernel(), file, task) };
}
