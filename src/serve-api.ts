// The HTTP API, put together: what its handlers need, and the sockets it listens on.
import type { RequestListener } from "node:http";
import type { Socket } from "node:net";
import type { RefusalRecorder } from "./audit/refusal-recorder.ts";
import type { Config } from "./config/config.ts";
import { ImportedKeyQueue } from "./delegate/imported-key.ts";
import { type Network, parseAddressOrNetwork } from "./delegate/network.ts";
import { ApiLimits } from "./http/api-limits.ts";
import type { ApiParts } from "./http/api-parts.ts";
import { type ApiServer, createApiServer } from "./http/api-server.ts";
import { ApiZones } from "./http/api-zones.ts";
import { answerFault } from "./http/error-response.ts";
import { plainRoutes } from "./http/plain-routes.ts";
import type { ReadinessProbe } from "./http/readyz.ts";
import { RequestSources } from "./http/request-source.ts";
import { ConnectionTable } from "./limit/connection-table.ts";
import type { Log } from "./log.ts";
import { connectionsWithin, openFilesLimit } from "./operate/open-files.ts";
import { listenOrExplain } from "./server/listen-error.ts";
import type { BoundAddress } from "./server/thread-message.ts";
import type { Store } from "./store/store.ts";
import type { Surroundings } from "./surroundings.ts";
import type { ChallengePublisher } from "./zone/challenge-publisher.ts";

export interface ApiNeeds {
  readonly store: Store;
  readonly publishers: ReadonlyMap<string, ChallengePublisher>;
  readonly refusals: RefusalRecorder;
  readonly readiness: ReadinessProbe;
  /** SHA-256 of the tokens that the configuration has. */
  readonly registrationTokenHashes: readonly Uint8Array[];
}

/** The API of a configuration, not listening yet. */
export function createApi(
  config: Config,
  needs: ApiNeeds,
  { clock, randomOctets, newUuid, log }: Surroundings,
): ApiServer {
  const { api, limits } = config;
  const sources = new RequestSources({
    trustedProxies: networks(api.trustedProxies),
    headerName: api.headerName,
  });
  const parts: ApiParts = {
    store: needs.store,
    zones: new ApiZones(config.registrationZone, needs.publishers, log),
    importedKeys: new ImportedKeyQueue(limits.bcryptQueue),
    sources,
    limits: new ApiLimits(limits),
    refusals: needs.refusals,
    readiness: needs.readiness,
    clock,
    randomOctets,
    newUuid,
    log,
    options: {
      corsOrigins: api.corsOrigins,
      pathPrefix: api.pathPrefix,
      registration: api.registration,
      registrationSources: networks(api.registrationSources),
      registrationTokenHashes: needs.registrationTokenHashes,
      txtSlots: config.dns.txtSlots,
      bodyOctets: limits.bodyOctets,
    },
  };
  const { most, coversLoopback } = limits.httpConnectionsPerSource;
  const table = new ConnectionTable<Socket>({
    connections: connectionLimit(limits.httpConnections, log),
    connectionsPerSource: most,
  });
  return createApiServer(plainRoutes(parts, otherRoutes(parts)), {
    table,
    sourceOf: (socket) => sources.ofConnection(socket, coversLoopback),
  });
}

/** Binds the address of the API. Rejects with ListenError. */
export async function listenHttp(
  { server }: ApiServer,
  config: Config,
): Promise<{ address: string; port: number }> {
  const { ip, port } = config.api;
  await listenOrExplain({ service: "http", transport: "tcp", address: ip, port }, () => {
    return new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port, ...(ip === "" ? {} : { host: ip }) }, () => {
        server.off("error", reject);
        resolve();
      });
    });
  });
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new TypeError("no socket address");
  return { address: bound.address, port: bound.port };
}

/** What asks our own sockets is loaded when somebody wants to know. `apex`: of a zone that is served. */
export function readinessOf(
  store: Store,
  dns: readonly BoundAddress[],
  apex: Uint8Array,
  surroundings: Surroundings,
): ReadinessProbe {
  let probe: Promise<ReadinessProbe> | undefined;
  return {
    check: async () => {
      probe ??= Promise.all([
        import("./operate/readiness.ts"),
        import("./operate/ask-dns.ts"),
      ]).then(([{ Readiness }, { soaQuery }]) => {
        const isDamaged = (): boolean => store.damage !== undefined;
        return new Readiness({ store, dns, query: soaQuery(apex), isDamaged, ...surroundings });
      });
      return (await probe).check();
    },
  };
}

/** Express and what it needs take 8 MiB and 60 ms: they come with the first request for them. */
function otherRoutes(parts: ApiParts): RequestListener {
  let app: Promise<RequestListener> | undefined;
  return (req, res) => {
    app ??= import("./http/app.ts").then(({ createApi: create }) => create(parts));
    app.then(
      (listener) => listener(req, res),
      (error: unknown) => {
        // Too many open files, for instance: the next request tries again.
        app = undefined;
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
