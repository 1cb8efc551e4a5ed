/** Who else works in a store right now: a collection leaves alone what is theirs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { toByteString } from '../bytes/byte-string.ts';
import { machineProcesses } from '../files/process-table.ts';
import { createTemporary, discard } from '../files/temporary.ts';
import { type HeldLease, leasePlaceOf, readLeases } from '../store/lease.ts';
import type { Repository } from '../store/repository.ts';

/** Somebody's work on objects that no label may reach. */
export interface Claim {
  readonly name: string;
  /** What was written or touched since is theirs; nanoseconds since 1970. Absent where they only read. */
  readonly sinceNs: bigint | undefined;
}

/** Packs are touched once a second at most. */
const MARGIN_NS = 2_000_000_000n;
const EXPIRY_NS: bigint = 24n * 60n * 60n * 1_000_000_000n;
const INCOMING = /^incoming-/;

/** File systems count in ticks, and whoever touches a file gives whole milliseconds. */
const SLACK_NS = 1_000_000n;
const LONGEST_TICK_MS = 3000;

/**
 * Now, and later than whatever was written before this was called, though it be in the tick of the clock before.
 *
 * @returns as {@link readClock}
 */
export async function readNextTick(repository: Repository, signal?: AbortSignal): Promise<bigint> {
  const start = await readClock(repository);
  const deadline = performance.now() + LONGEST_TICK_MS;
  for (let nowNs = start; ; nowNs = await readClock(repository)) {
    if (nowNs > start + SLACK_NS || performance.now() > deadline) return nowNs;
    await sleep(1, undefined, { ...(signal && { signal }) });
  }
}

/** Now, as the file system that the store lies on has it; nanoseconds since 1970. */
export async function readClock({ files, layout }: Repository): Promise<bigint> {
  const temporary = await createTemporary(files, layout.root);
  try {
    return (await temporary.file.stat()).modifiedNs;
  } finally {
    await discard(files, temporary);
  }
}

/**
 * Since when anybody reads what may be collected meanwhile, this process too; nanoseconds since 1970, `undefined` where
 * nobody does. What was there then, and was taken out of the way since, is not removed for good.
 */
export async function readFirstReader(repository: Repository, nowNs: bigint): Promise<bigint | undefined> {
  const leases = await readLeases(leasePlaceOf(repository), { nowNs });
  const readers = leases.filter(({ purpose }) => purpose === 'reads').map(({ sinceNs }) => sinceNs);
  return readers.length === 0 ? undefined : earliestOf(readers) - MARGIN_NS;
}

/** Leases, and what is being received. Leases that are void are removed, and whoever asks may read besides. */
export async function readClaims(repository: Repository, nowNs: bigint): Promise<Claim[]> {
  const leases = await readLeases(leasePlaceOf(repository), { nowNs, tidies: true });
  const { self } = machineProcesses();
  const isOwn = ({ process }: HeldLease): boolean => process?.pid === self.pid && process.host === self.host;
  const others = leases.filter((lease) => lease.purpose === 'writes' || !isOwn(lease));
  const claims = others.map(({ token, purpose, sinceNs }) => {
    return { name: token, sinceNs: purpose === 'writes' ? sinceNs : undefined };
  });
  return [...claims, ...(await readIncoming(repository, nowNs))];
}

/** The latest that what goes may have been touched: not within the grace, and not since anybody's work began. */
export function cutoffOf(nowNs: bigint, graceMs: number, claims: readonly Claim[]): bigint {
  const latest = nowNs - SLACK_NS - BigInt(Math.round(graceMs * 1_000_000));
  return claims
    .flatMap(({ sinceNs }) => (sinceNs === undefined ? [] : [sinceNs - MARGIN_NS]))
    .reduce((earliest, ns) => (ns < earliest ? ns : earliest), latest);
}

/** A day after anything was last written there, whoever received it is gone. */
async function readIncoming({ files, layout }: Repository, nowNs: bigint): Promise<Claim[]> {
  const claims: Claim[] = [];
  for (const entry of (await files.list(layout.objects)) ?? []) {
    const name = toByteString(entry.name);
    if (!INCOMING.test(name)) continue;
    const folder = `${layout.objects}/${name}`;
    const times = [folder];
    for (const member of (await files.list(folder)) ?? [])
      times.push(`${folder}/${toByteString(member.name)}`);
    const stats = await Promise.all(times.map((path) => files.stat(path)));
    const ages = stats.flatMap((stat) => (stat === undefined ? [] : [stat.modifiedNs]));
    if (ages.some((ns) => ns + EXPIRY_NS >= nowNs)) claims.push({ name, sinceNs: earliestOf(ages) });
  }
  return claims;
}

function earliestOf(times: readonly bigint[]): bigint {
  return times.reduce((earliest, ns) => (ns < earliest ? ns : earliest));
}
