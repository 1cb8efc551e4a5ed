/** Ways from one store to another, each of which can be made to fail. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { nodeFiles } from '../../../src/files/node-files.ts';
import { observe } from '../../../src/flow/byte-stream.ts';
import { serveStores } from '../../../src/index.ts';
import type { RepositoryContext } from '../../../src/store/repository.ts';
import type { Peer } from '../../../src/sync/peer.ts';
import { openPeer } from '../../../src/transport/open-peer.ts';
import type { Patience } from '../../../src/transport/patience.ts';
import { nativeCodec } from '../../../src/zlib/native.ts';
import { openBrokenLine } from '../../../test/fakes/broken-line.ts';
import type { Harm } from '../../../test/fakes/broken-stream.ts';
import type { Ground } from '../../attack.ts';
import { type FailingCall, FailingFiles } from './failing-files.ts';

/** What goes wrong on a way. */
export interface Fault extends Omit<Harm, 'kind'> {
  readonly kind: Harm['kind'] | 'EIO' | 'EIO from then on' | 'ENOSPC';
  /** To the far store, or from it. */
  readonly direction: 'up' | 'down';
}

/** A way that is open. */
export interface Passage extends AsyncDisposable {
  readonly peer: Peer;
  /** What went up and came down so far, of all that would be sent over a wire. */
  moved(): { readonly up: number; readonly down: number };
  /** How many calls a disk was asked for; 0 where it cannot fail. */
  calls(): number;
}

export interface Way {
  readonly name: 'http' | 'ssh' | 'folder';
  /** @param far the folder of the store there */
  open(far: string, fault: Fault | undefined): Promise<Passage>;
}

/** Short, for nothing is far here; long where nothing fails. */
const PATIENCE: Patience = { connectMs: 5000, stallMs: 700, workMs: 3000 };

const contextOf = (files = nodeFiles()): RepositoryContext => ({ files, codec: nativeCodec, now: Date.now });

function reach(
  url: string,
  fault: Fault | undefined,
  environment: Record<string, string> = {},
): Promise<Peer> {
  return openPeer(url, {
    context: contextOf(),
    who: 'near',
    environment: { HOME: '/nowhere', ...environment },
    ...(fault && { patience: PATIENCE }),
  });
}

const harmOf = (fault: Fault | undefined): Harm | undefined => fault as Harm | undefined;

export const overHttp: Way = {
  name: 'http',
  open: async (far, fault) => {
    const server = await serveStores({ far }, { access: 'write' });
    const port = Number(new URL(server.url).port);
    const line = await openBrokenLine(port, { direction: fault?.direction ?? 'up', harm: harmOf(fault) });
    const peer = await reach(`http://127.0.0.1:${line.port}/s/far`, fault);
    return {
      peer,
      moved: () => ({ up: line.up.bytes, down: line.down.bytes }),
      calls: () => 0,
      [Symbol.asyncDispose]: async () => {
        await peer[Symbol.asyncDispose]();
        await line[Symbol.asyncDispose]();
        await server.close();
      },
    };
  },
};

export function overSsh(ground: Ground): Way {
  const counts = `${ground.folder}/counts`;
  return {
    name: 'ssh',
    open: async (far, fault) => {
      rmSync(counts, { force: true });
      const { direction = 'up', kind = 'none', at = 0 } = fault ?? {};
      const shell = [process.execPath, ground.program('broken-shell'), counts, direction, kind, at].join(' ');
      const peer = await reach(`far:${far}`, fault, { CAS_SSH: shell });
      return {
        peer,
        moved: () => readCounts(counts),
        calls: () => 0,
        [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
      };
    },
  };
}

/** Each line is what went at a time: upwards as `up N`. */
function readCounts(path: string): { up: number; down: number } {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const sum = (word: string): number =>
    [...text.matchAll(new RegExp(`^${word} (\\d+)$`, 'gm'))].reduce(
      (total, [, count]) => total + Number(count),
      0,
    );
  return { up: sum('up'), down: sum('down') };
}

export const overFolder: Way = {
  name: 'folder',
  open: async (far, fault) => {
    const disk = new FailingFiles(nodeFiles(), fault && callOf(fault));
    const peer = await openPeer(far, { context: contextOf(disk.files), who: 'near' });
    const moved = { up: 0, down: 0 };
    return {
      peer: counting(peer, moved),
      moved: () => moved,
      calls: () => disk.calls,
      [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
    };
  },
};

function callOf({ kind, at }: Fault): FailingCall {
  return {
    errno: kind === 'ENOSPC' ? 'ENOSPC' : 'EIO',
    at,
    times: kind === 'EIO from then on' ? 'from then on' : 'once',
  };
}

/** Counts what would go over a wire if there were one. */
function counting(peer: Peer, moved: { up: number; down: number }): Peer {
  return {
    url: peer.url,
    listLabels: (options) => peer.listLabels(options),
    measure: (request, options) => peer.measure(request, options),
    findUpload: (id, options) => peer.findUpload(id, options),
    push: (request, options) => peer.push(request, options),
    fetch: async (request, options) => {
      const { start, bytes } = await peer.fetch(request, options);
      return { start, bytes: observe(bytes, ({ length }) => void (moved.down += length)) };
    },
    upload: ({ bytes, ...upload }, options) =>
      peer.upload({ ...upload, bytes: observe(bytes, ({ length }) => void (moved.up += length)) }, options),
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  };
}
