/** Which route a request takes, whom it lets in, and what it answers. */
import type { IncomingHttpHeaders } from 'node:http';
import { type CasError, NotFoundError, RefusedError } from '../errors/errors.ts';
import type { ByteStream } from '../flow/byte-stream.ts';
import { findObjectId } from '../hash/object-id.ts';
import { admit, OWNER, tokenIn, type Visitor } from './access.ts';
import { type Answer, redirectTo, textAnswer } from './answer.ts';
import { answerArchive } from './archive-route.ts';
import { answerObject } from './contents.ts';
import { answerFailure, askForToken, methodNotAllowed } from './error-answer.ts';
import { answerStore, answerStores } from './label-pages.ts';
import { answerLabelled } from './label-route.ts';
import type { StoreRequest } from './request.ts';
import type { ServedStore } from './served-store.ts';
import type { Site } from './site.ts';
import {
  answerFetch,
  answerLabels,
  answerMeasure,
  answerUpload,
  takePush,
  takeUpload,
} from './sync-routes.ts';
import { parseTarget, type Target, textOf } from './target.ts';

/** A request as it came. */
export interface Incoming extends Pick<StoreRequest, 'enter' | 'aside' | 'atTurn' | 'calm'> {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  /** Each header Authorization. */
  readonly authorization: readonly string[] | undefined;
  /** The address that it came from. */
  readonly from: string;
  readonly body: ByteStream;
  readonly signal: AbortSignal;
}

/** How a request is answered, and what is to be noted of it. */
export interface Outcome {
  /** One of the few names of routes; `none` where there is none. */
  readonly route: string;
  readonly token: string | undefined;
  readonly answer: Answer;
  /** What the answer tells of. */
  readonly error: unknown;
}

type Handler = (request: StoreRequest) => Promise<Answer>;
type Methods = Readonly<Partial<Record<string, Handler>>>;

const STORE_ROUTES: ReadonlyMap<string, Methods> = new Map<string, Methods>([
  ['store', { GET: answerStore }],
  ['labels', { GET: answerLabels }],
  ['fetch', { POST: answerFetch }],
  ['measure', { POST: answerMeasure }],
  ['uploads', { GET: answerUpload, PUT: takeUpload }],
  ['push', { POST: takePush }],
  ['label', { GET: answerLabelled }],
  ['archive', { GET: answerArchive }],
  ['object', { GET: answerNamedObject }],
]);
const LOOPBACK_HOST = /^(?:localhost|[\w-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/** Never rejects: what fails is answered. */
export async function answerRequest(site: Site, incoming: Incoming): Promise<Outcome> {
  const visit = new Visit(site, incoming);
  try {
    const answer = await visit.answer();
    return { route: visit.route, token: visit.token, answer, error: undefined };
  } catch (error) {
    const answer = answerFailure({ error, isOfClient: ['PUT uploads', 'POST push'].includes(visit.route) });
    return { route: visit.route, token: visit.token, answer, error };
  }
}

class Visit {
  route = 'none';
  token: string | undefined;
  readonly #site: Site;
  readonly #incoming: Incoming;
  readonly #shown: string | undefined;

  constructor(site: Site, incoming: Incoming) {
    this.#site = site;
    this.#incoming = incoming;
    this.#shown = tokenIn(incoming.authorization);
  }

  async answer(): Promise<Answer> {
    const target = parseTarget(this.#incoming.target);
    const [first, name, word = 'store'] = textOf(target.names.slice(0, 3)) ?? [];
    const isAlone = target.names.length === 1;
    if (first === 'healthz' && isAlone) return this.#get('healthz', async () => textAnswer('ok\n'));
    this.#checkHost();
    if (first === undefined && target.names.length === 0)
      return this.#get('stores', () => this.#stores(target));
    if (first === 'metrics' && isAlone) return this.#get('metrics', () => this.#metrics());
    const methods = STORE_ROUTES.get(word);
    if (first !== 's' || name === undefined || methods === undefined) throw noRoute();
    if (word === 'store' && target.names.length > 2) throw noRoute(); // which is said by leaving it out
    return this.#askStore({ name, word, methods }, target);
  }

  async #askStore(
    { name, word, methods }: { readonly name: string; readonly word: string; readonly methods: Methods },
    target: Target,
  ): Promise<Answer> {
    const { method, headers, body, signal, from, enter, aside, atTurn, calm } = this.#incoming;
    const { stores, limits, origin } = this.#site;
    const handler = methods[method === 'HEAD' ? 'GET' : method];
    if (handler === undefined) return this.#refuseMethod(word, Object.keys(methods));
    this.route = `${method} ${word}`;
    const store = stores.get(name);
    const visitor = await (store === undefined ? this.#stranger() : this.#admit(store));
    if (visitor === undefined) return this.#askForToken();
    this.token = visitor.token;
    if (store === undefined) throw storeNotServed();
    if (word === 'store' && !target.isFolder) return redirectTo(`/s/${name}/`);
    const peerRequest = { origin: origin(), from, maxUploadBytes: limits.maxUploadBytes };
    return handler({
      ...target,
      store,
      visitor,
      names: target.names.slice(3),
      headers,
      body,
      signal,
      enter: method === 'HEAD' ? async () => undefined : enter,
      aside,
      atTurn,
      calm,
      openPeer: () => store.peerFor(visitor, peerRequest),
    });
  }

  async #get(route: string, answer: () => Promise<Answer>): Promise<Answer> {
    const { method } = this.#incoming;
    if (method !== 'GET' && method !== 'HEAD') return this.#refuseMethod(route, ['GET']);
    this.route = `${method} ${route}`;
    return answer();
  }

  #refuseMethod(route: string, methods: readonly string[]): Answer {
    this.route = `other ${route}`;
    return methodNotAllowed(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])));
  }

  #askForToken(): Answer {
    this.#site.metrics.refuse('token');
    return askForToken();
  }

  async #admit(store: ServedStore): Promise<Visitor | undefined> {
    const { admits } = this.#site;
    return admits === 'owner' ? OWNER : admit(await store.tokens(), this.#shown, admits);
  }

  /** Of a store that is not there: where others ask for a token, nobody is told that without one. */
  async #stranger(): Promise<Visitor | undefined> {
    for (const store of this.#site.stores.values())
      if ((await this.#admit(store)) === undefined) return undefined;
    return OWNER;
  }

  async #admitted(): Promise<[ServedStore, Visitor][]> {
    const admitted: [ServedStore, Visitor][] = [];
    for (const store of this.#site.stores.values()) {
      const visitor = await this.#admit(store);
      if (visitor !== undefined) admitted.push([store, visitor]);
    }
    this.token = admitted[0]?.[1].token;
    return admitted;
  }

  async #stores({ query }: Target): Promise<Answer> {
    const admitted = await this.#admitted();
    if (admitted.length === 0 && this.#site.stores.size > 0) return this.#askForToken();
    return answerStores(
      admitted.map(([{ name }]) => name),
      query.get('format'),
    );
  }

  /** Only for who may see all of some store: they tell of all of them. */
  async #metrics(): Promise<Answer> {
    const { stores, metrics, gauges } = this.#site;
    const admitted = await this.#admitted();
    const isKeeper = stores.size === 0 || admitted.some(([, { rights }]) => rights.reach === 'store');
    return isKeeper ? textAnswer(metrics.format(gauges())) : this.#askForToken();
  }

  /** @throws RefusedError `HOST_REFUSED` */
  #checkHost(): void {
    const { host = '' } = this.#incoming.headers;
    if (!this.#site.guardsHost || this.#shown !== undefined || LOOPBACK_HOST.test(host)) return;
    throw new RefusedError('HOST_REFUSED', 'this server is not called so', {
      hint: 'ask for it as localhost, with a token, or start it with --public-read',
    });
  }
}

/** `GET object/ID` */
async function answerNamedObject(request: StoreRequest): Promise<Answer> {
  const [text = '', ...rest] = textOf(request.names) ?? [];
  const answer = rest.length === 0 ? await answerObject(request, findObjectId(text)) : undefined;
  if (answer === undefined) throw noRoute();
  return answer;
}

function noRoute(): CasError {
  return new NotFoundError('ROUTE_NOT_FOUND', 'there is nothing to be asked for here', {
    hint: "begin at '/', which lists the stores",
  });
}

function storeNotServed(): CasError {
  return new NotFoundError('STORE_NOT_FOUND', 'no store is served by that name', {
    hint: "'/' lists those that are",
  });
}
