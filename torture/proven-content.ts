/** Contents that prove themselves: whoever finds one knows whether it is whole, whatever else is lost. */
import { hashBytes } from '../src/index.ts';

const PROOF_CHARACTERS = 'sha256:'.length + 64;

/** `text`, and the hash of it at the end. */
export function provenContent(text: string): string {
  return text + hashOf(text);
}

/** Whether {@link provenContent} made this, to the last byte. */
export function isProven(content: string): boolean {
  const end = content.length - PROOF_CHARACTERS;
  return end >= 0 && hashOf(content.slice(0, end)) === content.slice(end);
}

function hashOf(text: string): string {
  const id = hashBytes(Buffer.from(text));
  return id.startsWith('sha256:') ? id : `sha256:${id}`;
}
