/** Checks what says which objects are wanted: the log of labels, the horizon, and what is not here on purpose. */

import { CorruptError } from '../errors/errors.ts';
import type { Horizon } from '../graph/history.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { isDamage } from '../odb/first-sound.ts';
import { readHorizon } from '../store/horizon.ts';
import { readPurged } from '../store/purged.ts';
import type { Repository } from '../store/repository.ts';
import { readRoots } from '../store/roots.ts';
import { type Finding, finding } from './finding.ts';

export async function* checkLabels({ labels }: Repository): AsyncGenerator<Finding> {
  try {
    for await (const _ of labels.walkRecords()); // read to its end, it is proved
    const { tornBytes } = await labels.read();
    if (tornBytes > 0)
      yield finding('label-log-torn', `the last ${tornBytes} bytes of 'refs/log' were never finished`, {
        path: 'refs/log',
      });
  } catch (error) {
    if (!isDamage(error)) throw error;
    yield finding('label-log-corrupt', error.message, {
      path: 'refs/log',
      ...(error.hint !== undefined && { hint: error.hint }),
    });
  }
}

/** @returns an empty one where it is damaged */
export async function* checkHorizon({ files, layout }: Repository): AsyncGenerator<Finding, Horizon> {
  try {
    return await readHorizon(files, layout.horizon);
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    yield finding('horizon-corrupt', error.message, {
      path: 'refs/horizon',
      ...(error.hint !== undefined && { hint: error.hint }),
    });
    return new Set();
  }
}

/** What was removed on purpose. @returns an empty set where that is damaged */
export async function* checkPurged({
  files,
  layout,
}: Repository): AsyncGenerator<Finding, ReadonlySet<ObjectId>> {
  try {
    return await readPurged(files, layout.refs);
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    yield finding('purged-corrupt', error.message, {
      path: 'refs/purged',
      ...(error.hint !== undefined && { hint: error.hint }),
    });
    return new Set();
  }
}

/** The names of the stores that promise what is missing here; none where that is damaged. */
export async function* checkRemotes({ promises }: Repository): AsyncGenerator<Finding, readonly string[]> {
  try {
    return (await promises.remotes()).map(({ name }) => name);
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    yield finding('remotes-corrupt', error.message, {
      path: 'remotes',
      ...(error.hint !== undefined && { hint: error.hint }),
    });
    return [];
  }
}

/** None where the log is damaged, which was told with it. */
export async function readRootsIfSound(repository: Repository): Promise<ObjectId[]> {
  try {
    return await readRoots(repository);
  } catch (error) {
    if (isDamage(error)) return [];
    throw error;
  }
}
