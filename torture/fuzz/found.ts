/**
 * Inputs that are kept, in `fixtures/found`, a file a target: some that come by all of its branches, and each that ever
 * broke a promise.
 *
 *   <base64 of the input, deflated> (SP <what it broke>)? LF
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';

export interface FoundInput {
  readonly bytes: Uint8Array;
  /** What is wrong with a program that this input breaks; `undefined` where none ever was. */
  readonly broke: string | undefined;
}

/** None where there is no such file. */
export function readFound(folder: string, target: string): FoundInput[] {
  const path = pathOf(folder, target);
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const [base64 = '', ...words] = line.split(' ');
    const bytes = new Uint8Array(inflateSync(Buffer.from(base64, 'base64')));
    return { bytes, broke: words.length === 0 ? undefined : words.join(' ') };
  });
}

/** Those that broke something stay; the others are replaced. */
export function writeFound(folder: string, target: string, inputs: readonly Uint8Array[]): void {
  const broke = readFound(folder, target).filter((found) => found.broke !== undefined);
  const found = [...broke, ...inputs.map((bytes): FoundInput => ({ bytes, broke: undefined }))];
  mkdirSync(folder, { recursive: true });
  writeFileSync(pathOf(folder, target), found.map(lineOf).join(''));
}

function lineOf({ bytes, broke }: FoundInput): string {
  const base64 = deflateSync(bytes, { level: 9 }).toString('base64');
  return `${broke === undefined ? base64 : `${base64} ${broke}`}\n`;
}

function pathOf(folder: string, target: string): string {
  return join(folder, `${target}.txt`);
}
