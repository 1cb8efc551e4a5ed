/** For how long somebody at another machine is waited for. */
export interface Patience {
  /** Until there is a connection, in milliseconds. @default 30 seconds */
  readonly connectMs: number;
  /** Until an answer begins that takes work: a fetch is planned, a push is proved. @default 15 minutes */
  readonly workMs: number;
  /** Without a single byte while any are due. @default a minute */
  readonly stallMs: number;
}

export const PATIENCE: Patience = { connectMs: 30_000, workMs: 900_000, stallMs: 60_000 };

/** Calls `giveUp` once after `ms`, unless it is disposed before. */
export function after(ms: number, giveUp: () => void): Disposable {
  const timer = setTimeout(giveUp, ms);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
