/** Numbers the rows of a gathered stock anew, in the order of the pack that they go into. */
import { createStock, type DeltaStock, idOfRow, NO_ROW, TREATMENT } from './delta-stock.ts';
import type { RepackOrder } from './pack-order.ts';

/** @param newest `whole` keeps contents whole that have no newer version */
export function numberStock(
  gathered: DeltaStock,
  { order, pathBases, isNewest }: RepackOrder,
  newest: 'whole' | 'delta',
): DeltaStock {
  const stock = createStock(order.length);
  const numbers = new Int32Array(order.length);
  order.forEach((old, row) => {
    numbers[old] = row;
  });
  order.forEach((old, row) => {
    stock.ids.set(idOfRow(gathered, old), row * 32);
    for (const column of COPIED_COLUMNS) stock[column][row] = gathered[column][old]!;
    const storedBase = gathered.storedBases[old]!;
    stock.storedBases[row] = storedBase === NO_ROW ? NO_ROW : numbers[storedBase]!;
    const pathBase = pathBases[old] === NO_ROW ? NO_ROW : numbers[pathBases[old]!]!;
    const isSearched = gathered.treatments[old] === TREATMENT.search;
    // Copied deltas may have moved a base behind what it was found for; what is large is never loaded.
    const isFit = isSearched && pathBase < row && gathered.treatments[order[pathBase]!] !== TREATMENT.large;
    if (pathBase !== NO_ROW && isFit) stock.pathBases[row] = pathBase;
    stock.keptWhole[row] = newest === 'whole' && isNewest[old] === 1 && pathBase === NO_ROW ? 1 : 0;
  });
  setDepths(stock);
  return stock;
}

const COPIED_COLUMNS = [
  'packs',
  'streamsAt',
  'streamBytes',
  'headerBytes',
  'entryCrcs',
  'heldBytes',
  'sizeBytes',
  'contentCrcs',
  'types',
  'treatments',
] as const;

/** Of the deltas that are copied, the only ones that are known; a base stands before what is on it. */
function setDepths({ count, treatments, storedBases, depths, heights }: DeltaStock): void {
  for (let row = 0; row < count; row++) {
    if (treatments[row] === TREATMENT.copy && storedBases[row] !== NO_ROW)
      depths[row] = depths[storedBases[row]!]! + 1;
  }
  for (let row = count - 1; row >= 0; row--) {
    const base = storedBases[row]!;
    if (treatments[row] === TREATMENT.copy && base !== NO_ROW) {
      heights[base] = Math.max(heights[base]!, heights[row]! + 1);
    }
  }
}
