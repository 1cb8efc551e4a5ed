/** Which codec to use. Each is loaded only when it is chosen: pako is slow to load, and most never need it. */
import { InvalidInputError } from '../errors/errors.ts';
import type { ZlibCodec } from './codec.ts';

/** `auto` is native where the runtime has it, and pako elsewhere. */
export type CodecChoice = 'auto' | ZlibCodec['name'];

export async function chooseCodec(choice: CodecChoice = 'auto'): Promise<ZlibCodec> {
  if (choice === 'pako') return (await import('./pako.ts')).pakoCodec;
  if (choice === 'native') return (await import('./native.ts')).nativeCodec;
  return chooseCodec('native').catch(() => chooseCodec('pako')); // a runtime without `node:zlib`
}

/**
 * The choice that `text` names.
 *
 * @throws InvalidInputError `ZLIB_UNKNOWN` for any other text
 */
export function parseCodecChoice(text: string): CodecChoice {
  if (text === 'auto' || text === 'native' || text === 'pako') return text;
  throw new InvalidInputError('ZLIB_UNKNOWN', `unknown zlib codec '${text}'`, {
    hint: "use 'auto', 'native' or 'pako'",
  });
}

/**
 * The codec that `CAS_ZLIB` asks for; `auto` where it is not set or empty.
 *
 * @throws InvalidInputError as {@link parseCodecChoice}
 */
export async function codecFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ZlibCodec> {
  return chooseCodec(parseCodecChoice(environment['CAS_ZLIB'] || 'auto'));
}
