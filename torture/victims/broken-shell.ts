/**
 * An ssh whose way to the other machine fails: `node broken-shell COUNTS up|down KIND AT` and what ssh is told. The other
 * machine is this one, and the store there is served by this process. KIND `none` fails never. How many bytes went up and
 * came down is kept in the file COUNTS.
 */
import { once } from 'node:events';
import { openSync, writeSync } from 'node:fs';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { serveStdio } from '../../src/index.ts';
import { BrokenStream, HARMS, type Harm } from '../../test/fakes/broken-stream.ts';

const [counts = '', direction, kindText, atText, ...words] = process.argv.slice(2);
const [, folder = ''] = /serve --stdio '(.*)'$/.exec(words.at(-1) ?? '') ?? [];
const kind = HARMS.find((each) => each === kindText);
const harm: Harm | undefined = kind && { kind, at: Number(atText) };
const up = new BrokenStream(direction === 'up' ? harm : undefined);
const down = new BrokenStream(direction === 'down' ? harm : undefined);
const descriptor = openSync(counts, 'a');

/** So much at a time, and a pause: what the machine itself would hold on the way is not sent yet. */
const PIECE_BYTES: number = 32 * 1024;
const PAUSE_MS = 1;

async function pump(from: Readable, to: Writable, stream: BrokenStream): Promise<void> {
  for await (const read of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>)
    for (let at = 0; at < read.length; at += PIECE_BYTES) {
      const piece = read.subarray(at, at + PIECE_BYTES);
      const { pieces, end } = stream.pass(piece);
      if (end === 'stalls') return void setInterval(() => {}, 1000); // it stays, and does nothing
      writeSync(descriptor, `${stream === up ? 'up' : 'down'} ${piece.length}\n`);
      for (const each of pieces) if (!to.write(each)) await once(to, 'drain');
      if (end === 'is cut') process.exit(255);
      await sleep(PAUSE_MS);
    }
  to.end();
}

const [input, output] = [new PassThrough(), new PassThrough()];
for (const pumping of [pump(process.stdin, input, up), pump(output, process.stdout, down)])
  pumping.catch(() => process.exit(255));
void serveStdio(folder, { input, output, who: 'far' });
