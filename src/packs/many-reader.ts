/**
 * Reads many objects at once: of all that are asked for, those that fit into a window are read together, and handed out
 * in the order in which they were asked for. What finds no room there is read alone, and as a stream where it is long.
 */
import { readyBatches } from '../flow/ready-batches.ts';
import { hexOf, ID_BYTES, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { ManyAnswer, ManyOptions, ManyReader, ObjectWindow } from '../odb/many-answers.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { WindowReader } from './object-window.ts';
import type { PackFolder } from './pack-folder.ts';

const WINDOW_BYTES: number = 64 * 2 ** 20;
/** So few are read one by one: nobody gains by a window. */
const FEW = 4;
const MAX_BATCH = 65_536;
/** More at once would only live longer. */
const MAX_ANSWERS = 256;
const MAX_ANSWER_BYTES: number = 2 ** 20;
/** So many are brought from elsewhere at once. */
const MOST_BROUGHT = 4096;

/**
 * @param batches of ids, as they come: what waits is read together
 * @returns answers in order, some at a time
 * @throws as {@link ObjectReader.open}, when it comes to that id
 */
export async function* readMany(
  batches: AsyncIterable<readonly ObjectId[]>,
  from: ManySource,
  options: ManyOptions = {},
): AsyncGenerator<readonly ManyAnswer[]> {
  const reader = openManyReader(from, options);
  for await (const batch of readyBatches(batches, MAX_BATCH)) yield* reader.read(batch);
}

/** Where many objects are read from. */
export interface ManySource {
  readonly folder: PackFolder;
  /** Where an object is read that is not in a pack, or damaged, or too long. */
  readonly objects: ObjectReader;
}

/** As {@link readMany}, for who has lists to read one after the other. The memory for it is made when it is needed. */
export function openManyReader({ folder, objects }: ManySource, options: ManyOptions = {}): ManyReader {
  const { windowBytes = WINDOW_BYTES, longestBytes = windowBytes / 4 } = options;
  let reader: WindowReader | undefined;
  const open: ManyReader['open'] = async (ids, sizes) => {
    reader ??= new WindowReader(folder, { windowBytes, longestBytes });
    const window = await reader.read(ids);
    const count = await bringAbsent(ids, window, { objects, sizes });
    return count === 0 ? window : reader.read(ids.subarray(0, count * ID_BYTES));
  };
  return { open, read: (ids) => (ids.length <= FEW ? readFew(ids, objects) : readAll(ids, open, objects)) };
}

/**
 * Brings what lies in no pack, as far as it goes at once. What fails here fails again, and is told, when it is read.
 *
 * @returns of how many ids all is here that can be; 0 where nothing came
 */
async function bringAbsent(
  ids: Uint8Array,
  window: ObjectWindow,
  { objects, sizes }: { readonly objects: ObjectReader; readonly sizes: Float64Array | undefined },
): Promise<number> {
  if (objects.bring === undefined) return 0;
  const absent: ObjectId[] = [];
  let bytes = 0;
  let count = 0;
  for (; count < window.count && absent.length < MOST_BROUGHT && bytes < WINDOW_BYTES; count++) {
    const id = ids.subarray(count * ID_BYTES, (count + 1) * ID_BYTES);
    if (window.hasPlace(count) || isNone(id)) continue;
    absent.push(objectIdFromBytes(id));
    bytes += sizes?.[count] ?? 0;
  }
  const hasCome = absent.length > 0 && (await objects.bring(absent).catch(() => false));
  return hasCome ? count : 0;
}

/** An id of zeros: there is no object. */
function isNone(id: Uint8Array): boolean {
  return id.every((byte) => byte === 0);
}

async function* readFew(
  ids: readonly ObjectId[],
  objects: ObjectReader,
): AsyncGenerator<readonly ManyAnswer[]> {
  if (ids.length === 0) yield []; // whoever waits knows that nothing is to come
  for (const id of ids) yield [await readAlone(id, objects)];
}

async function readAlone(id: ObjectId, objects: ObjectReader): Promise<ManyAnswer> {
  const found = await objects.open(id);
  if (found === undefined) return { kind: 'absent', id };
  const { hint, sizeBytes, content } = found;
  return { kind: 'stream', id, hint, sizeBytes, content };
}

async function* readAll(
  ids: readonly ObjectId[],
  open: ManyReader['open'],
  objects: ObjectReader,
): AsyncGenerator<readonly ManyAnswer[]> {
  const bytes = bytesOfIds(ids);
  for (let from = 0; from < ids.length; ) {
    const window = await open(bytes.subarray(from * ID_BYTES));
    yield* answer(ids.slice(from, from + window.count), window, objects);
    from += window.count;
  }
}

/** What cannot be decoded in the window is read alone, and whoever waits sees what came before it. */
async function* answer(
  ids: readonly ObjectId[],
  window: ObjectWindow,
  objects: ObjectReader,
): AsyncGenerator<readonly ManyAnswer[]> {
  let answers: ManyAnswer[] = [];
  let heldBytes = 0;
  for (let number = 0; number < ids.length; number++) {
    const id = ids[number]!;
    const content = window.contentAt(number);
    if (content === undefined || answers.length === MAX_ANSWERS || heldBytes > MAX_ANSWER_BYTES) {
      if (answers.length > 0) yield answers;
      answers = [];
      heldBytes = 0;
    }
    if (content === undefined) answers.push(await readAlone(id, objects));
    else answers.push({ kind: 'whole', id, hint: window.hintAt(number), content });
    heldBytes += content?.length ?? 0;
  }
  if (answers.length > 0) yield answers;
}

/** Of each id its 32 bytes, one behind the other. */
function bytesOfIds(ids: readonly ObjectId[]): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(ids.length * ID_BYTES);
  for (let number = 0; number < ids.length; number++)
    bytes.write(hexOf(ids[number]!), number * ID_BYTES, 'hex');
  return bytes;
}
