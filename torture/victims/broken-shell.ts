/**
 * An ssh whose way to the other machine fails: `node broken-shell COUNTS up|down KIND AT` and what ssh is told. The other
 * machine is this one, and the store there is served by this process. KIND `none` fails never. How many bytes went up and
 * came down is kept in the file COUNTS.
 */
import { openSync, writeSync } from 'node:fs';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { serveStdio } from '../../src/index.ts';
import { BrokenStream, HARMS, type Harm } from '../../test/fakes/broken-stream.ts';

const [counts = '', direction, kindText, atText, ...words] = process.argv.slice(2);
const [, folder = ''] = /serve --stdio '(.*)'$/.exec(words.at(-1) ?? '') ?? [];
const kind = HARMS.find((each) => each === kindText);
const harm: Harm | undefined = kind && { kind, at: Number(atText) };
const up = new BrokenStream(direction === 'up' ? harm : undefined);
const down = new BrokenStream(direction === 'down' ? harm : undefined);
const descriptor = openSync(counts, 'a');

async function pump(from: Readable, to: Writable, stream: BrokenStream): Promise<void> {
  for await (const read of from as AsyncIterable<Uint8Array>) {
    const { pieces, end } = stream.pass(read);
    writeSync(descriptor, `${stream === up ? 'up' : 'down'} ${read.length}\n`);
    for (const piece of pieces)
      await new Promise<void>((resolve, reject) => {
        to.write(piece, (error) => (error ? reject(error) : resolve()));
      });
    if (end === 'is cut') process.exit(255);
  }
  to.end();
}

const [input, output] = [new PassThrough(), new PassThrough()];
for (const pumping of [pump(process.stdin, input, up), pump(output, process.stdout, down)])
  pumping.catch(() => process.exit(255));
void serveStdio(folder, { input, output, who: 'far' });
