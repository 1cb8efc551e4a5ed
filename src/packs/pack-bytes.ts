/** Bytes out of a pack's files. Another process may have put their objects elsewhere and removed them. */
import { NotFoundError } from '../errors/errors.ts';
import { invalidPack } from '../pack/pack-header.ts';
import type { HeldFile } from './held-files.ts';

/** @throws NotFoundError `PACK_GONE` */
export async function sizeOf(file: HeldFile): Promise<number> {
  const sizeBytes = await file.sizeBytes();
  if (sizeBytes === undefined) throw gone(file.path);
  return sizeBytes;
}

/** @throws NotFoundError `PACK_GONE` @throws CorruptError `PACK_INVALID` where the file is shorter than that */
export async function readExactly(file: HeldFile, at: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  await fillFrom(file, bytes, at);
  return bytes;
}

/** As {@link readExactly}, into memory that is there. */
export async function fillFrom(file: HeldFile, into: Uint8Array, at: number): Promise<void> {
  const count = await file.read(into, at);
  if (count === undefined) throw gone(file.path);
  if (count < into.length) throw invalidPack(`'${file.path}' is shorter than it should be`);
}

/** A whole file. @throws NotFoundError `PACK_GONE` */
export async function readAll(file: HeldFile): Promise<Uint8Array> {
  return readExactly(file, 0, await sizeOf(file));
}

/** As {@link readExactly}, without waiting. */
export function readExactlyNow(file: HeldFile, at: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const count = file.readNow(bytes, at);
  if (count === undefined) throw gone(file.path);
  if (count < length) throw invalidPack(`'${file.path}' is shorter than it should be`);
  return bytes;
}

/** As {@link readAll}, without waiting. */
export function readAllNow(file: HeldFile): Uint8Array {
  return readExactlyNow(file, 0, sizeNow(file));
}

/** As {@link sizeOf}, without waiting. */
export function sizeNow(file: HeldFile): number {
  const sizeBytes = file.sizeNow();
  if (sizeBytes === undefined) throw gone(file.path);
  return sizeBytes;
}

/** Whether `error` says that a pack's file is not there any more. */
export function isGone(error: unknown): boolean {
  return error instanceof NotFoundError && error.code === 'PACK_GONE';
}

/** The error for a pack's file that is not there any more. */
export function gone(path: string): NotFoundError {
  return new NotFoundError('PACK_GONE', `'${path}' is not there any more`, {
    hint: 'try again: its objects are in another pack by now',
  });
}
