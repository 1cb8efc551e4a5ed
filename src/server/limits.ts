/** How much of the machine a server gives, and to how many. */

/** Of one server. */
export interface ServerLimits {
  /** Connections at a time; where more come, the one that has been still for longest goes. @default 2,000 */
  readonly maxConnections: number;
  /** Short requests that are worked at at a time, and bundles sent to many; one that waits for its client is not. @default 16 */
  readonly requestsAtWork: number;
  /** Fetches, archives and long files that are made at a time, likewise. @default 2 */
  readonly streamsAtWork: number;
  /** Fetches that are made for one alone and under way at a time, each of which holds some memory. @default 256 */
  readonly streams: number;
  /** Files over 1 MiB, likewise, each of which may hold 4 MiB. @default 32 */
  readonly files: number;
  /** Archives, likewise, which hold more. @default 32 */
  readonly archives: number;
  /** Pushes that are taken in at a time. @default 4 */
  readonly pushesAtWork: number;
  /** How long the head of a request may take, in milliseconds. @default 10,000 */
  readonly headMs: number;
  /** How long a connection may lie idle between requests, in milliseconds. @default 10,000 */
  readonly idleMs: number;
  /** A client that a request has waited for this long, in milliseconds, must have given or taken… @default 30,000 */
  readonly paceMs: number;
  /** …so many bytes meanwhile, or its connection is cut. @default 16,384 */
  readonly paceBytes: number;
  /** How long requests at work may go on once the server closes, in milliseconds. @default 10,000 */
  readonly closingMs: number;
  /** The most that one upload may have. @default 1 TiB */
  readonly maxUploadBytes: number;
}

export const USUAL_LIMITS: ServerLimits = {
  maxConnections: 2000,
  requestsAtWork: 16,
  streamsAtWork: 2,
  streams: 256,
  files: 32,
  archives: 32,
  pushesAtWork: 4,
  headMs: 10_000,
  idleMs: 10_000,
  paceMs: 30_000,
  paceBytes: 16 * 1024,
  closingMs: 10_000,
  maxUploadBytes: 2 ** 40,
};

/** No head of a request has more bytes, its URL included. */
export const MAX_HEAD_BYTES: number = 16 * 1024;
/** Headers behind these are not looked at. */
export const MAX_HEADERS = 100;
/** After so many requests a connection is made anew, so that none stays for ever. */
export const MAX_REQUESTS_A_CONNECTION = 10_000;
/** Requests on one connection that came before the answer to the first of them. */
export const MAX_PIPELINED = 16;
