/** Reading of a file here and there, when holding all of it would cost too much. */

/**
 * The bytes of a file from `at` on, exactly `length` of them, or fewer where the file ends first. They stay as
 * they are: the reader keeps no hold on them.
 */
export type ReadAt = (at: number, length: number) => Promise<Uint8Array>;

/**
 * Exactly `length` bytes.
 *
 * @param fault what is thrown where the file ends first
 */
export async function readExactly(
  read: ReadAt,
  range: { readonly at: number; readonly length: number },
  fault: () => Error,
): Promise<Uint8Array> {
  const bytes = await read(range.at, range.length);
  if (bytes.length !== range.length) throw fault();
  return bytes;
}
