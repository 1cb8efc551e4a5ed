/** What a command prints, where nobody reads it. */
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { Output } from '../../src/cli/output.ts';

test('an output that waits for a reader who stopped reading is woken by Ctrl-C', async () => {
  const stop = new AbortController();
  const stalled = new Writable({ highWaterMark: 1, write: () => {} });
  const output = new Output(stalled, {
    format: 'text',
    isTerminal: false,
    isColored: false,
    signal: stop.signal,
  });
  const printing = output.bytes(new Uint8Array(10));
  setTimeout(() => stop.abort(), 5);
  await expect(printing).rejects.toMatchObject({ name: 'AbortError' });
});
