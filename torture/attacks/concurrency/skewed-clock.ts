/** Processes whose clock is not that of the disk. */
import { existsSync, writeFileSync } from 'node:fs';

/** Where systems have it; its functions are safe in threads. */
const LIBRARIES = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/faketime/libfaketimeMT.so.1',
  '/usr/local/lib/faketime/libfaketimeMT.so.1',
];
const library = LIBRARIES.find((path) => existsSync(path));

/** @returns why no clock can be set; `undefined` where it can */
export function missingForClocks(): string | undefined {
  return library === undefined ? 'libfaketime is not installed' : undefined;
}

/**
 * The environment of a process whose clock goes by so much; time that passes it measures as everybody else.
 *
 * @param skew such as `-15d`; a path of a file that says so, and may say something else later, begins with `/`
 */
export function skewedBy(skew: string): NodeJS.ProcessEnv {
  const isFile = skew.startsWith('/');
  return {
    LD_PRELOAD: library,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    ...(isFile ? { FAKETIME_TIMESTAMP_FILE: skew, FAKETIME_NO_CACHE: '1' } : { FAKETIME: skew }),
  };
}

/** Sets the clock of all processes that look at the file `path`. @param skew such as `+15d` */
export function setSkew(path: string, skew: string): void {
  writeFileSync(path, `${skew}\n`);
}
