/** What the kernel offers. Its own tables end at `heapBase`: from there on memory is the caller's. */
export { cut } from './cut';
export { deflateFixed } from './deflate-fixed';
export { applyDelta, readBaseSize, readResultSize } from './delta-apply';
export { encodeDelta } from './delta-encode';
export { indexBase } from './delta-index';
export { decodeFamilyOf, linkFamilies, nextObject, openArena, startWalk } from './families';
export { inflate } from './inflate';
export {
  claimedNameBytes,
  claimedSum,
  claimRows,
  claimsAreAlike,
  enterIds,
  findId,
  knownIds,
  layOutLedger,
} from './ledger';
export { equal } from './match';
export { judgeRows, linesArePlain, pickedSum, pickRows } from './pick';
export { sketch } from './sketch';
export { openTree, readTreeRows } from './tree';
export { numberValues } from './values';

export function heapBase(): usize {
  return __heap_base;
}
