/** A way to a server on this machine that fails as it is told to: what goes through it is counted. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { BrokenStream, type Harm } from './broken-stream.ts';

export interface BrokenLineOptions {
  /** From the client to the server, or back. */
  readonly direction: 'up' | 'down';
  readonly harm: Harm | undefined;
}

export interface BrokenLine extends AsyncDisposable {
  readonly port: number;
  readonly up: BrokenStream;
  readonly down: BrokenStream;
}

/** So much at a time, and then the others have a turn: what the machine itself would hold on the way is not sent yet. */
const PIECE_BYTES: number = 16 * 1024;

/** @param port of the server */
export async function openBrokenLine(port: number, options: BrokenLineOptions): Promise<BrokenLine> {
  const { direction, harm } = options;
  const up = new BrokenStream(direction === 'up' ? harm : undefined);
  const down = new BrokenStream(direction === 'down' ? harm : undefined);
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const both = [client, far];
    for (const socket of both) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => both.forEach((each) => void each.destroy()));
    }
    const cut = (): void => both.forEach((each) => void each.destroy());
    void pump(client, far, up).then((end) => end === 'is cut' && cut(), cut);
    void pump(far, client, down).then((end) => end === 'is cut' && cut(), cut);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    up,
    down,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Where it stalls, nothing more is read, and whoever sends is held up in the end. */
async function pump(from: Socket, to: Socket, stream: BrokenStream): Promise<'ended' | 'is cut' | 'stalls'> {
  for await (const read of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>)
    for (let at = 0; at < read.length; at += PIECE_BYTES) {
      const { pieces, end } = stream.pass(read.subarray(at, at + PIECE_BYTES));
      for (const piece of pieces) if (!to.write(piece)) await once(to, 'drain');
      if (end !== 'goes on') return end;
      await setImmediate();
    }
  to.end();
  return 'ended';
}
