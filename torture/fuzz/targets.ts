/** All that is fuzzed: every decoder of bytes, and of text, that a stranger may have written. */
import type { Target } from './target.ts';
import { bundle, bundleFooter, bundleHeader, have } from './targets/bundle.ts';
import { delta } from './targets/delta.ts';
import { exchange, frames } from './targets/exchange.ts';
import { families } from './targets/families.ts';
import { labelLog, labelRecord, labelTable } from './targets/label.ts';
import { semiont, theater } from './targets/neighbours.ts';
import { attributes, looseFile, looseHeader, snapshot, tree } from './targets/object.ts';
import { entryHeader, pack } from './targets/pack.ts';
import { chunkList, idx, meta } from './targets/pack-tables.ts';
import { aliases, config, idLists, lock, statTable } from './targets/store.ts';
import { gzip, paxRecords, tarArchive, tarHeader } from './targets/tar.ts';
import { commit, webAnswer } from './targets/transfer.ts';
import { names, revisions, rules, values } from './targets/words.ts';
import { zlib } from './targets/zlib.ts';

export const TARGETS: readonly Target[] = [
  // Archives.
  tarHeader,
  paxRecords,
  tarArchive,
  gzip,
  commit,
  // Packs.
  entryHeader,
  pack,
  families,
  idx,
  meta,
  delta,
  chunkList,
  // Objects.
  zlib,
  tree,
  attributes,
  snapshot,
  looseHeader,
  looseFile,
  // Labels.
  labelLog,
  labelRecord,
  labelTable,
  // The rest of a store.
  config,
  lock,
  idLists,
  aliases,
  statTable,
  // What stores say to each other.
  exchange,
  frames,
  // Text.
  revisions,
  names,
  values,
  rules,
  // Neighbours.
  theater,
  semiont,
  webAnswer,
  // Between machines.
  bundleHeader,
  bundleFooter,
  have,
  bundle,
];

/** That of a trial: all have their turn, one after the other. @param seed from 1 on */
export function targetOf(seed: number): Target {
  return TARGETS[(seed - 1) % TARGETS.length]!;
}
