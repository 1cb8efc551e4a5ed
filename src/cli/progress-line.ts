/** One line on a terminal that says how far a long command is; nothing for a short one, or where nobody looks. */
import type { ProgressEvent } from '../index.ts';
import { formatSize } from './format.ts';

export interface ProgressTarget {
  write(text: string): unknown;
  readonly columns?: number;
}

const FIRST_SHOWN_MS = 1000;
const BETWEEN_MS = 100;
/** Where a terminal does not say, or says 0. */
const DEFAULT_COLUMNS = 80;
const CLEAR = '\r\x1b[K';

export class ProgressLine {
  readonly #target: ProgressTarget | undefined;
  readonly #startMs: number = Date.now();
  #nextMs: number = Date.now() + FIRST_SHOWN_MS;
  #isShown = false;

  /** @param target `undefined` shows nothing */
  constructor(target: ProgressTarget | undefined) {
    this.#target = target;
  }

  /** Called as often as there is news. */
  readonly show = (event: ProgressEvent): void => {
    const nowMs = Date.now();
    if (this.#target === undefined || nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + BETWEEN_MS;
    this.#isShown = true;
    this.#target.write(
      CLEAR + this.#lineFor(event, nowMs).slice(0, (this.#target.columns || DEFAULT_COLUMNS) - 1),
    );
  };

  /** Takes the line away, before anything else is printed. */
  clear(): void {
    if (this.#isShown) this.#target?.write(CLEAR);
    this.#isShown = false;
  }

  #lineFor(event: ProgressEvent, nowMs: number): string {
    return `${event.phase}: ${amountOf(event)}, ${Math.floor((nowMs - this.#startMs) / 1000)} s`;
  }
}

/** Such as `12/40 (30 %) files, 3.15 MB`; of bytes just their size. */
function amountOf({ done, total, unit, bytes }: ProgressEvent): string {
  const isOfBytes = unit === 'bytes';
  const shown = (amount: number): string => (isOfBytes ? formatSize(amount) : `${amount}`);
  const share = total === undefined ? '' : `/${shown(total)} (${Math.floor((100 * done) / total)} %)`;
  if (isOfBytes) return `${shown(done)}${share}`;
  return `${done}${share} ${unit}${bytes === undefined ? '' : `, ${formatSize(bytes)}`}`;
}
