/** The labels of a store whose files are only read, as they are now: from the table and the log after it. */
import { CorruptError } from '../errors/errors.ts';
import type { LabelBook } from '../label/book.ts';
import { labelFilesIn } from '../label/label-files.ts';
import { LabelReader } from '../label/label-reader.ts';
import type { RangeRead } from './range-read.ts';
import { remoteFiles } from './remote-files.ts';

/** Somebody may change labels while they are read part by part; so often in a row they do not. */
const MAX_ATTEMPTS = 3;

/** @throws CorruptError `LABEL_LOG_CORRUPT`, `LABEL_TABLE_CORRUPT` */
export async function readLabels(read: RangeRead): Promise<LabelBook> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { book } = await new LabelReader(remoteFiles(read), labelFilesIn('refs')).read();
      return book;
    } catch (error) {
      if (!(error instanceof CorruptError) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}
