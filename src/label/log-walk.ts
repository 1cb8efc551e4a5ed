/** All records that a log has, oldest first, each checked against those before it and all against the labels now. */
import type { ObjectId } from '../hash/object-id.ts';
import type { LabelBook } from './book.ts';
import type { LabelReader } from './label-reader.ts';
import { LogCursor, type LoggedRecord } from './log-cursor.ts';
import type { LabelName } from './name.ts';
import { corrupt, type LabelRecord } from './record.ts';

/**
 * @throws CorruptError `LABEL_LOG_CORRUPT` where a record does not fit those before it; at the end, where labels
 * are not what the records made them
 */
export async function* walkLog(reader: LabelReader): AsyncGenerator<LoggedRecord> {
  await using log = await reader.openLog();
  if (log === undefined) return;
  const cursor = new LogCursor(log.file, log.end, { at: 0 });
  const chain = new ValueChain();
  for (let next = await cursor.next(); next !== undefined; next = await cursor.next()) {
    chain.add(next.record);
    yield next;
  }
  if (cursor.at !== log.end) throw corrupt(`no record at byte ${cursor.at}`);
  chain.checkEnd(log.book);
}

/** What is known of labels from records alone: the first ones may be gone. */
class ValueChain {
  readonly #values = new Map<LabelName, ObjectId | undefined>();
  #firstN: number | undefined;

  add({ n, changes }: LabelRecord): void {
    this.#firstN ??= n;
    for (const { name, old, new: next } of changes) {
      const isKnown = this.#firstN === 1 || this.#values.has(name);
      if (isKnown && this.#values.get(name) !== old) {
        throw corrupt(`record ${n} changes label '${name}' from what it was not`);
      }
      this.#values.set(name, next);
    }
  }

  checkEnd(book: LabelBook): void {
    for (const [name, id] of this.#values) {
      if (book.get(name)?.id !== id) throw corrupt(`label '${name}' is not what its last record made it`);
    }
  }
}
