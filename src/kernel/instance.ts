/** The compiled kernel, and new memories with it. */
import { decodeBase64 } from '../bytes/base64.ts';
import { KERNEL_MODULE } from './module.ts';

/** Memory of WebAssembly: it grows by pages of 64 KiB, and a view of it is empty once it has grown. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The functions of assembly/kernel.ts. Addresses and lengths are in bytes; faults are negative. */
export interface KernelExports {
  readonly memory: KernelMemory;
  heapBase(): number;
  inflate(source: number, sourceBytes: number, target: number, targetBytes: number): number;
  applyDelta(
    base: number,
    baseBytes: number,
    delta: number,
    deltaBytes: number,
    target: number,
    targetBytes: number,
  ): number;
  openArena(
    from: number,
    to: number,
    program: number,
    programBytes: number,
    maxResultBytes: number,
    maxDepth: number,
  ): void;
  linkFamilies(table: number, count: number): void;
  decodeFamilyOf(table: number, count: number, wantedCount: number, entry: number): void;
  startWalk(table: number, count: number, wantedCount: number): void;
  nextObject(): number;
  readBaseSize(delta: number, deltaBytes: number): number;
  readResultSize(delta: number, deltaBytes: number): number;
  indexBase(base: number, baseBytes: number, index: number, headBits: number, step: number): void;
  encodeDelta(
    base: number,
    baseBytes: number,
    index: number,
    headBits: number,
    step: number,
    target: number,
    targetBytes: number,
    out: number,
    maxBytes: number,
    minCopy: number,
    tries: number,
  ): number;
  deflateFixed(source: number, sourceBytes: number, target: number): number;
  sketch(source: number, sourceBytes: number, out: number): void;
  cut(source: number, sourceBytes: number, averageBits: number): number;
  equal(left: number, right: number, bytes: number): number;
  layOutLedger(ids: number, capacity: number, slotCount: number): void;
  enterIds(count: number, numbers: number): void;
  findId(id: number): number;
  knownIds(): number;
  claimRows(rows: number, count: number): number;
  claimedSum(): number;
  claimedNameBytes(): number;
  claimsAreAlike(): number;
  openTree(source: number, sourceBytes: number): number;
  readTreeRows(rows: number, maxRows: number): number;
  numberValues(
    tree: number,
    rows: number,
    count: number,
    key: number,
    keyBytes: number,
    numbers: number,
    rowBits: number,
  ): number;
  judgeRows(count: number, numbers: number, verdicts: number, marks: number): void;
  pickRows(
    tree: number,
    rows: number,
    count: number,
    marks: number,
    minBytes: number,
    prefix: number,
    prefixBytes: number,
    picks: number,
    lines: number,
  ): number;
  pickedSum(): number;
  linesArePlain(): number;
}

/** As much of the standard's interface as is used; the type libraries have it for browsers only. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

let compiled: object | undefined;
let isRefused = false;

/** Whether there can be a kernel here: the policy of a page may forbid it. */
export function isKernelHere(): boolean {
  if (compiled !== undefined || isRefused) return !isRefused;
  try {
    compiled = compile();
  } catch {
    isRefused = true; // for good: to try again would cost as much each time
  }
  return !isRefused;
}

/** A kernel with a memory of its own. The first call compiles it, for all that follow. */
export function instantiateKernel(): KernelExports {
  compiled ??= compile();
  return new WebAssembly.Instance(compiled).exports as KernelExports;
}

function compile(): object {
  return new WebAssembly.Module(decodeBase64(KERNEL_MODULE));
}
