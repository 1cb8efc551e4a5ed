/** What `inflateSync` and its like answer for `info: true`, which their types leave out. */
export interface InflateInfo {
  readonly buffer: Uint8Array;
  /** `bytesWritten` is what the stream took of its input; alone, the call hides what follows a stream. */
  readonly engine: { readonly bytesWritten: number };
}

/** @throws TypeError where the runtime does not know `info` */
export function inflateInfoOf(answer: unknown): InflateInfo {
  if (isInflateInfo(answer)) return answer;
  throw new TypeError('inflating does not tell how much it took');
}

function isInflateInfo(answer: unknown): answer is InflateInfo {
  return typeof answer === 'object' && answer !== null && 'engine' in answer && 'buffer' in answer;
}
