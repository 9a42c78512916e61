// The HTTP API, put together: what its handlers need, and the sockets it listens on.
import type { RequestListener } from "node:http";
import type { Socket } from "node:net";
import type { RequestHandler } from "express";
import type { RefusalRecorder } from "./audit/refusal-recorder.ts";
import type { Config } from "./config/config.ts";
import type { BcryptQueue } from "./delegate/bcrypt-queue.ts";
import { type Network, parseAddressOrNetwork } from "./delegate/network.ts";
import { ApiLimits } from "./http/api-limits.ts";
import type { ApiParts } from "./http/api-parts.ts";
import { type ApiServer, createApiServer } from "./http/api-server.ts";
import { ApiZones } from "./http/api-zones.ts";
import { answerFault } from "./http/error-response.ts";
import { InstantQuota } from "./http/getlocalcert/instant-quota.ts";
import { plainRoutes } from "./http/plain-routes.ts";
import type { ReadinessProbe } from "./http/readyz.ts";
import { RequestSources } from "./http/request-source.ts";
import { type ConnectionLimits, ConnectionTable } from "./limit/connection-table.ts";
import { loadOnce } from "./load-once.ts";
import type { Log } from "./log.ts";
import type { ApiCounters } from "./metrics/api-counters.ts";
import type { LegoStorageSecrets } from "./operate/lego-storage-secrets.ts";
import { connectionsWithin, openFilesLimit } from "./operate/open-files.ts";
import { type RunningHostnames, USUAL_CA } from "./serve-hostnames.ts";
import { listenStream } from "./server/listen-stream.ts";
import type { BoundAddress } from "./server/thread-message.ts";
import type { Store } from "./store/store.ts";
import type { Surroundings } from "./surroundings.ts";
import type { ChallengePublisher } from "./zone/challenge-publisher.ts";

export interface ApiNeeds {
  readonly store: Store;
  readonly publishers: ReadonlyMap<string, ChallengePublisher>;
  readonly refusals: RefusalRecorder;
  readonly readiness: ReadinessProbe;
  readonly counters: ApiCounters;
  /** SHA-256 of the tokens that the configuration has. */
  readonly registrationTokenHashes: readonly Uint8Array[];
  readonly legoStorage: LegoStorageSecrets | undefined;
  readonly hostnames: RunningHostnames;
  /** Shared with the portal; how many may wait changes with the configuration. */
  readonly bcryptQueue: BcryptQueue;
}

/** What is read from files that the configuration names, when it is read. */
export type ApiSecrets = Pick<ApiNeeds, "registrationTokenHashes" | "legoStorage">;

/** The API, and how it takes over what has changed in the configuration. */
export interface RunningApi extends ApiServer {
  /** What it has in common with the portal. */
  readonly parts: ApiParts;
  /** As it is now. */
  config(): Config;
  renew(config: Config, secrets: ApiSecrets): void;
}

/** The API of a configuration, not listening yet. */
export function createApi(config: Config, needs: ApiNeeds, surroundings: Surroundings): RunningApi {
  const { clock, randomOctets, newUuid, log } = surroundings;
  const { api } = config;
  let current = config;
  const sources = new RequestSources({
    trustedProxies: networks(api.trustedProxies),
    headerName: api.headerName,
  });
  // What handlers are given for each request: what is renewed is changed in here.
  const parts: { -readonly [Name in keyof ApiParts]: ApiParts[Name] } = {
    store: needs.store,
    zones: new ApiZones(config.registrationZone, needs.publishers, log),
    bcryptQueue: needs.bcryptQueue,
    sources,
    limits: new ApiLimits(config.limits),
    refusals: needs.refusals,
    readiness: needs.readiness,
    counters: needs.counters,
    clock,
    randomOctets,
    newUuid,
    log,
    options: apiOptions(config, needs.registrationTokenHashes),
    instant: instantParts(config, needs.store),
    servableNames: needs.hostnames.servable,
    v1: loadOnce(async () => {
      const { v1Means } = await import("./serve-v1.ts");
      return v1Means(() => current, needs, surroundings);
    }),
    customerPages: () => customerPages(() => current, parts, needs.hostnames),
    legoStorage: legoStorageParts(config, needs.legoStorage, log),
  };
  const table = new ConnectionTable<Socket>(connectionLimits(config, log));
  const connections = {
    table,
    sourceOf: (socket: Socket) =>
      sources.ofConnection(socket, current.limits.httpConnectionsPerSource.coversLoopback),
  };
  const listener = plainRoutes(parts, otherRoutes(parts));
  const server = createApiServer(listener, connections, (...answer) =>
    parts.counters.answered(...answer),
  );
  const renew: RunningApi["renew"] = (renewed, secrets) => {
    needs.hostnames.renew(renewed);
    parts.options = apiOptions(renewed, secrets.registrationTokenHashes);
    parts.legoStorage = legoStorageParts(renewed, secrets.legoStorage, log);
    // What was counted stays as long as the limits do.
    if (JSON.stringify(renewed.limits) !== JSON.stringify(current.limits)) {
      parts.limits = new ApiLimits(renewed.limits);
      needs.bcryptQueue.setMostWaiting(renewed.limits.bcryptQueue);
      table.setLimits(connectionLimits(renewed, log));
    }
    if (JSON.stringify(renewed.instant) !== JSON.stringify(current.instant)) {
      parts.instant = instantParts(renewed, needs.store);
    }
    current = renewed;
  };
  return { ...server, parts, config: () => current, renew };
}

function instantParts({ instant }: Config, store: Store): ApiParts["instant"] {
  if (instant.enabled !== true) return undefined;
  const { domain: zone } = instant;
  return { zone, quota: new InstantQuota(instant, store, zone) };
}

/** dns2 is loaded with the first account that is stored. */
function legoStorageParts(
  { checks }: Config,
  secrets: LegoStorageSecrets | undefined,
  log: Log,
): ApiParts["legoStorage"] {
  if (secrets === undefined) return undefined;
  const isAlias = async (name: string, target: string): Promise<boolean> => {
    try {
      const [{ leadsTo }, { systemResolvers }] = await Promise.all([
        import("./check/alias.ts"),
        import("./check/resolver.ts"),
      ]);
      const { resolvers } = checks;
      const asked = resolvers.length > 0 ? resolvers : systemResolvers();
      return await leadsTo(name, target, asked, performance.now.bind(performance));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.warn({}, `whether ${name} is an alias of ${target} could not be looked up: ${reason}`);
      return false;
    }
  };
  return { ...secrets, isAlias };
}

function apiOptions(
  { api, checks, dns, limits }: Config,
  registrationTokenHashes: readonly Uint8Array[],
): ApiParts["options"] {
  return {
    corsOrigins: api.corsOrigins,
    pathPrefix: api.pathPrefix,
    baseUrl: api.baseUrl,
    registration: api.registration,
    registrationSources: networks(api.registrationSources),
    registrationTokenHashes,
    txtSlots: dns.txtSlots,
    bodyOctets: limits.bodyOctets,
    v1PerTokenPerMinute: limits.v1PerTokenPerMinute,
    askSources: networks(checks.askSources),
  };
}

function connectionLimits({ limits }: Config, log: Log): ConnectionLimits {
  return {
    connections: connectionLimit(limits.httpConnections, log),
    connectionsPerSource: limits.httpConnectionsPerSource.most,
  };
}

/** What customers see. */
async function customerPages(
  config: () => Config,
  parts: ApiParts,
  hostnames: RunningHostnames,
): Promise<RequestHandler> {
  const { createCustomerPages } = await import("./portal/customer/customer-app.ts");
  const { store, clock, sources, log } = parts;
  return createCustomerPages({
    store,
    clock,
    sources,
    log,
    limits: () => parts.limits,
    watch: () => hostnames.watch(),
    isOn: () => config().portal.enabled,
    options: () => {
      const { portal, checks, registrationZone } = config();
      const { edgeTargets } = checks;
      const operator = portal.operator || registrationZone;
      return { operator, support: portal.support, edgeTargets, ca: USUAL_CA };
    },
  });
}

/** Binds the address of the API. Rejects with ListenError. */
export function listenHttp(
  { server }: ApiServer,
  { api }: Config,
): Promise<{ address: string; port: number }> {
  return listenStream(server, "http", { address: api.ip, port: api.port });
}

/** Whether it is ready, and what was found for that by name. */
export interface SelfChecks extends ReadinessProbe {
  checks(): Promise<Readonly<Record<string, boolean>>>;
}

/** What asks our own sockets is loaded when somebody wants to know. `apex`: of a zone that is served. */
export function readinessOf(
  store: Store,
  dns: readonly BoundAddress[],
  apex: Uint8Array,
  surroundings: Surroundings,
): SelfChecks {
  const loaded = loadOnce(async () => {
    const [{ Readiness }, { soaQuery }] = await Promise.all([
      import("./operate/readiness.ts"),
      import("./operate/ask-dns.ts"),
    ]);
    const isDamaged = (): boolean => store.damage !== undefined;
    return new Readiness({ store, dns, query: soaQuery(apex), isDamaged, ...surroundings });
  });
  return {
    check: async () => (await loaded()).check(),
    checks: async () => (await loaded()).checks(),
  };
}

/** Express and what it needs take 8 MiB and 60 ms: they come with the first request for them. */
function otherRoutes(parts: ApiParts): RequestListener {
  const app = loadOnce(async () => {
    const { createApi: create } = await import("./http/app.ts");
    return create(parts);
  });
  return (req, res) => {
    app().then(
      (listener) => listener(req, res),
      (error: unknown) => {
        answerFault(error, { method: req.method ?? "", route: undefined }, res, parts.log);
      },
    );
  };
}

function connectionLimit(wanted: number, log: Log): number {
  const limit = openFilesLimit();
  const within = connectionsWithin(wanted, limit);
  if (within < wanted) {
    log.warn(
      {},
      `limits.http_connections is ${wanted}, and this process may have ${limit} files open: it is ${within}, so that DNS has enough; raise that limit (LimitNOFILE, ulimit -n)`,
    );
  }
  return within;
}

/** Addresses and networks that the configuration has accepted. */
function networks(texts: readonly string[]): readonly Network[] {
  return texts.map(parseAddressOrNetwork).filter((network) => network !== undefined);
}
