/** Computes other hashes of content beside its SHA-256: the digests of several, one after the other. */
import { createHash, hash as hashOnce } from 'node:crypto';
import { concatBytes, viewBytes } from '../bytes/concat.ts';
import type { AliasHash } from './alias-hash.ts';

/** The digests of whole content, in the order of `hashes`. */
export function digestAliases(hashes: readonly AliasHash[], content: Uint8Array): Uint8Array {
  const digests = hashes.map((hash) =>
    hash === 'git'
      ? createHash('sha1').update(blobHeader(content.length)).update(content).digest()
      : hashOnce(hash, content, 'buffer'),
  );
  return viewBytes(concatBytes(digests));
}

/** Takes content as it comes; `finish` is called once, at the end. */
export interface AliasDigester {
  update(bytes: Uint8Array): void;
  /** The digests, in the order of the hashes. */
  finish(): Uint8Array;
}

/** @param sizeBytes of all the content, which git's hash begins with */
export function openAliasDigester(hashes: readonly AliasHash[], sizeBytes: number): AliasDigester {
  const states = hashes.map((hash) =>
    hash === 'git' ? createHash('sha1').update(blobHeader(sizeBytes)) : createHash(hash),
  );
  return {
    update: (bytes) => {
      for (const state of states) state.update(bytes);
    },
    finish: () => viewBytes(concatBytes(states.map((state) => state.digest()))),
  };
}

function blobHeader(sizeBytes: number): string {
  return `blob ${sizeBytes}\0`;
}
