/** Checks the files of other hashes by themselves. That contents have these hashes, a rebuild of them proves. */
import { toByteString } from '../bytes/byte-string.ts';
import { formatName } from '../bytes/text.ts';
import { type AliasHash, isAliasHash } from '../hash/alias-hash.ts';
import { isDamage } from '../odb/first-sound.ts';
import type { Repository } from '../store/repository.ts';
import { strange } from './check-packs.ts';
import { type Finding, finding } from './finding.ts';

/** What there is while somebody writes. */
const LOCK = /^lock($|\.)/;

export async function* checkAliases(repository: Repository): AsyncGenerator<Finding> {
  const { files, layout } = repository;
  for (const entry of (await files.list(layout.aliases)) ?? []) {
    const name = toByteString(entry.name);
    const path = `aliases/${formatName(entry.name)}`;
    if (isAliasHash(name)) yield* checkFile(repository, name);
    else if (!LOCK.test(name)) yield strange(path, name);
  }
}

async function* checkFile({ aliases }: Repository, hash: AliasHash): AsyncGenerator<Finding> {
  const path = `aliases/${hash}`;
  try {
    const rows = aliases.walk(hash);
    let next = await rows.next();
    while (next.done !== true) next = await rows.next();
    if (next.value > 0)
      yield finding('aliases-torn', `the last ${next.value} bytes of '${path}' were never finished`, {
        path,
      });
  } catch (error) {
    if (!isDamage(error)) throw error;
    yield finding('aliases-corrupt', `'${path}': ${error.message}`, {
      path,
      ...(error.hint !== undefined && { hint: error.hint }),
    });
  }
}
