/** What a server answers from, and by which rules. */
import type { AccessRules } from './access.ts';
import type { ServerLimits } from './limits.ts';
import type { Gauges, Metrics } from './metrics.ts';
import type { ServedStore } from './served-store.ts';

export interface Site {
  readonly stores: ReadonlyMap<string, ServedStore>;
  /** `owner`: whoever comes was asked already, and may do all. */
  readonly admits: 'owner' | AccessRules;
  /** Whether who shows no token must call the server by a name of this machine: else a page of anybody's could ask. */
  readonly guardsHost: boolean;
  readonly limits: ServerLimits;
  readonly metrics: Metrics;
  readonly gauges: () => Gauges;
  /** Such as `http://127.0.0.1:8080`. */
  readonly origin: () => string;
}
