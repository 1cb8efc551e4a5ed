/** A worker's program that does what it is told, well or badly. */
import { setTimeout as sleep } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import { CorruptError, SystemError } from '../../src/errors/errors.ts';
import { type CrewAnswer, serveCrew } from '../../src/flow/crew.ts';

export type OddTask =
  | { readonly kind: 'double'; readonly bytes: Uint8Array }
  | { readonly kind: 'sleep'; readonly ms: number }
  | { readonly kind: 'data' }
  | { readonly kind: 'own-error' }
  | { readonly kind: 'other-error' }
  | { readonly kind: 'unsendable' }
  | { readonly kind: 'exit' }
  | { readonly kind: 'crash' };

export interface OddAnswer {
  readonly thread: number;
  readonly value: unknown;
}

serveCrew<OddTask, OddAnswer>(async (task, data): Promise<CrewAnswer<OddAnswer>> => {
  switch (task.kind) {
    case 'double': {
      const bytes = Uint8Array.from([...task.bytes, ...task.bytes]);
      return { answer: { thread: threadId, value: bytes }, transfer: [bytes.buffer] };
    }
    case 'sleep':
      await sleep(task.ms);
      return { answer: { thread: threadId, value: task.ms } };
    case 'data':
      return { answer: { thread: threadId, value: data } };
    case 'own-error': {
      const below = new SystemError('IO_FAILED', 'cannot read', {
        errno: 'EIO',
        cause: new Error('i/o error'),
      });
      throw new CorruptError('OBJECT_CORRUPT', 'damaged', { hint: 'run fsck', cause: below });
    }
    case 'other-error':
      throw Object.assign(new RangeError('out of range'), { call: () => {} });
    case 'unsendable':
      return { answer: { thread: threadId, value: () => {} } };
    case 'exit':
      process.exit(3);
      break;
    case 'crash':
      setImmediate(() => {
        throw new Error('crashed on purpose');
      });
      await sleep(10_000);
      throw new Error('it did not crash');
  }
});
