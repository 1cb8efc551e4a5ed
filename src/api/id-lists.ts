/** Ids as a program has them, in lists that are worth reading together. */
import { type ObjectId, parseObjectId } from '../hash/object-id.ts';

const LIST_IDS = 4096;

/** @throws InvalidInputError `ID_INVALID`, once all before it were given */
export async function* listIds(
  texts: Iterable<string> | AsyncIterable<string>,
): AsyncGenerator<readonly ObjectId[]> {
  if (Symbol.asyncIterator in texts) for await (const text of texts) yield [parseObjectId(text)];
  else yield* listAtOnce(texts);
}

function* listAtOnce(texts: Iterable<string>): Generator<readonly ObjectId[]> {
  let list: ObjectId[] = [];
  try {
    for (const text of texts) {
      list.push(parseObjectId(text));
      if (list.length < LIST_IDS) continue;
      yield list;
      list = [];
    }
  } catch (error) {
    yield list;
    throw error;
  }
  if (list.length > 0) yield list;
}
