declare module 'serve-handler' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  /** Answers one request out of a folder. */
  export default function handle(
    request: IncomingMessage,
    response: ServerResponse,
    config?: Readonly<Record<string, unknown>>,
    /** In place of those of `node:fs`. */
    methods?: Readonly<Record<string, unknown>>,
  ): Promise<void>;
}
