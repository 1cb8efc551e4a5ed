/** Every way to a store, each with a store of its own at its end. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll } from 'vitest';
import { initStore, type Store, serveStores } from '../../src/index.ts';
import type { Peer } from '../../src/sync/peer.ts';
import type { PeerSubject } from '../conformance/peer.ts';
import { type Sshd, startSshd } from '../fakes/sshd.ts';
import { type BuiltProcesses, buildProcesses } from '../property/built-processes.ts';
import { NOW } from '../store/workshop.ts';
import { peerAt } from './peers.ts';

/** A way that was opened, and what is closed after it. */
interface Way {
  readonly peer: Peer;
  readonly close?: () => Promise<void>;
}

async function openSubject(reach: (folder: string) => Promise<Way>): Promise<PeerSubject> {
  const folder = await mkdtemp(join(tmpdir(), 'caskit-'));
  const far: Store = await initStore(folder, { now: () => NOW * 1000 });
  const { peer, close } = await reach(folder);
  return {
    peer,
    far,
    [Symbol.asyncDispose]: async () => {
      await peer[Symbol.asyncDispose]();
      await close?.();
      await far.close();
      await rm(folder, { recursive: true });
    },
  };
}

export const openFolderPeer = (): Promise<PeerSubject> =>
  openSubject(async (folder) => ({ peer: await peerAt(folder) }));

export const openHttpPeer = (): Promise<PeerSubject> =>
  openSubject(async (folder) => {
    const server = await serveStores({ here: folder }, { access: 'write' });
    return { peer: await peerAt(`${server.url}/s/here`), close: () => server.close() };
  });

let built: Promise<BuiltProcesses> | undefined;
let sshd: Promise<Sshd> | undefined;

/** What all subjects share. */
const shared: Disposable[] = [];
afterAll(() => {
  for (const each of shared) each[Symbol.dispose]();
});

async function share<Value extends Disposable>(opening: Promise<Value>): Promise<Value> {
  const value = await opening;
  shared.push(value);
  return value;
}

/** What runs at the other end of ssh. */
async function remoteCommand(): Promise<string> {
  built ??= share(buildProcesses(['far-store'], import.meta.dirname));
  return `${process.execPath} ${(await built).pathOf('far-store')}`;
}

/** Through an ssh that runs what it is told on this machine. */
export const openShellPeer = (): Promise<PeerSubject> =>
  openSubject(async (folder) => {
    const environment = {
      CAS_SSH: `${process.execPath} ${resolve('test/fakes/ssh.mjs')}`,
      CAS_REMOTE_COMMAND: await remoteCommand(),
    };
    return { peer: await peerAt(`host:${folder}`, { environment }) };
  });

/** Through OpenSSH at both ends. */
export const openSshPeer = (): Promise<PeerSubject> =>
  openSubject(async (folder) => {
    sshd ??= share(startSshd());
    const { client, place } = await sshd;
    const environment = { CAS_SSH: client, CAS_REMOTE_COMMAND: await remoteCommand() };
    return { peer: await peerAt(`ssh://${place}${folder}`, { environment }) };
  });
