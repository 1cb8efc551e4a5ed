/** A thread that takes files for an import. */

import type { ByteString } from '../bytes/byte-string.ts';
import { serveCrew } from '../flow/crew.ts';
import type { AliasHash } from '../hash/alias-hash.ts';
import { chooseCodec } from '../zlib/choose.ts';
import type { ZlibCodec, ZlibLevel } from '../zlib/codec.ts';
import { buffersOf, FileTaker, type TakenFiles } from './file-batch.ts';

/** What all workers of one import are given. */
export interface ImportWork {
  readonly codec: ZlibCodec['name'];
  readonly level: ZlibLevel;
  readonly aliases: readonly AliasHash[];
}

let taker: Promise<FileTaker> | undefined;

serveCrew<readonly ByteString[], TakenFiles>(async (paths, data) => {
  taker ??= openTaker(data as ImportWork);
  const answer = (await taker).take(paths);
  return { answer, transfer: buffersOf(answer) };
});

async function openTaker({ codec, level, aliases }: ImportWork): Promise<FileTaker> {
  return new FileTaker({ codec: await chooseCodec(codec), level, aliases });
}
