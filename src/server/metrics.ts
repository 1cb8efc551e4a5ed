/** What a server counts, in the text form that Prometheus reads. */

/** Why a connection or a request was not served. */
export type Refusal = 'connections' | 'slow' | 'still' | 'malformed' | 'flood' | 'token';

/** What is true at the moment. */
export interface Gauges {
  readonly connections: number;
  readonly requestsAtWork: number;
  readonly requestsWaiting: number;
}

/** Counts from when the server started. */
export class Metrics {
  readonly #requests: Map<string, number> = new Map();
  readonly #refused: Map<Refusal, number> = new Map();
  #sentBytes = 0;
  #receivedBytes = 0;

  /** @param route of the few that there are, and never what a client said */
  count(
    route: string,
    status: number,
    { sent, received }: { readonly sent: number; readonly received: number },
  ): void {
    const key = `route="${route}",status="${status}"`;
    this.#requests.set(key, (this.#requests.get(key) ?? 0) + 1);
    this.#sentBytes += sent;
    this.#receivedBytes += received;
  }

  refuse(reason: Refusal): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
  }

  format({ connections, requestsAtWork, requestsWaiting }: Gauges): string {
    const refused = Array.from(this.#refused, ([reason, count]) => [`reason="${reason}"`, count] as const);
    return [
      family('cas_requests_total', 'counter', 'Requests that were answered.', [...this.#requests]),
      family('cas_sent_bytes_total', 'counter', 'Bytes of bodies that were sent.', [['', this.#sentBytes]]),
      family('cas_received_bytes_total', 'counter', 'Bytes of bodies that came.', [
        ['', this.#receivedBytes],
      ]),
      family('cas_refused_total', 'counter', 'Connections cut and requests turned away.', refused),
      family('cas_connections', 'gauge', 'Connections now.', [['', connections]]),
      family('cas_requests_at_work', 'gauge', 'Requests that have a turn now.', [['', requestsAtWork]]),
      family('cas_requests_waiting', 'gauge', 'Requests that wait for a turn now.', [['', requestsWaiting]]),
      family('process_resident_memory_bytes', 'gauge', 'Memory of the process.', [
        ['', process.memoryUsage.rss()],
      ]),
    ].join('');
  }
}

type Sample = readonly [labels: string, value: number];

function family(name: string, type: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => `${name}${labels && `{${labels}}`} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}
