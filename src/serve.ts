import type { RequestListener, Server } from "node:http";
import { availableParallelism } from "node:os";
import type { Config } from "./config/config.ts";
import { ImportedKeyQueue } from "./delegate/imported-key.ts";
import type { DnsWorkerData } from "./dns-worker.ts";
import type { ApiParts } from "./http/api-parts.ts";
import { createApiServer } from "./http/api-server.ts";
import { ApiZones } from "./http/api-zones.ts";
import { plainRoutes } from "./http/plain-routes.ts";
import type { Log } from "./log.ts";
import { type CookieSecrets, openCookieSecrets } from "./operate/cookie-secrets.ts";
import { loadTable } from "./operate/load-table.ts";
import { DnsThreads } from "./server/dns-threads.ts";
import { interfaceAddresses } from "./server/interface-addresses.ts";
import { type DnsEndpoints, probeEndpoints } from "./server/listen.ts";
import { listenOrExplain } from "./server/listen-error.ts";
import {
  createRateLimitMemory,
  limitedSinceLastTime,
  RateLimit,
  type RateLimitOptions,
} from "./server/rate-limit.ts";
import { SharedSecrets } from "./server/shared-secrets.ts";
import { ThreadControl } from "./server/thread-control.ts";
import type { BoundAddress } from "./server/thread-message.ts";
import { planThreads, udpInput, workerCount } from "./server/thread-plan.ts";
import { openSqliteStore } from "./store/sqlite/sqlite-store.ts";
import type { Store } from "./store/store.ts";
import { ChallengePublisher } from "./zone/challenge-publisher.ts";
import { initialSerial } from "./zone/serial.ts";
import { createTable } from "./zone/table/table-memory.ts";
import { endReader } from "./zone/table/table-reader.ts";
import { TableWriter } from "./zone/table/table-writer.ts";
import { configuredZones } from "./zones.ts";

/** What the server takes from the world outside, so that tests can give it another. */
export interface Surroundings {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** A CSPRNG. */
  readonly randomOctets: (count: number) => Buffer;
  /** A random UUID (version 4), lower case. */
  readonly newUuid: () => string;
  readonly log: Log;
}

export interface RunningServer {
  /** Where DNS was answered at the start: the addresses of a wildcard come and go. */
  readonly dns: readonly BoundAddress[];
  readonly http: { readonly address: string; readonly port: number };
  readonly threads: DnsThreads;
  /** Resolves once queries are answered from memory alone. */
  readonly loaded: Promise<void>;
  /** Finishes the requests that are under way, then stops. DNS is answered until the end. */
  close(): Promise<void>;
}

/** How long requests under way may take when the server stops, milliseconds. */
const DRAIN_MS = 5000;
const FAULT_LOG_INTERVAL_MS = 1000;

/**
 * The composition root: from a configuration to a server whose sockets are all bound. Rejects with
 * StaticRecordsError, StoreError or ListenError; nothing stays open then.
 */
export async function startServer(
  config: Config,
  surroundings: Surroundings,
): Promise<RunningServer> {
  const { log } = surroundings;
  const open: (() => Promise<void>)[] = [];
  const closeInReverse = async (): Promise<void> => {
    for (const close of open.splice(0).reverse()) await close();
  };
  try {
    const { warnings } = configuredZones(config);
    for (const warning of warnings) log.warn({}, warning);
    // First the ports: a start that fails for one of them leaves the database as it was.
    const dns = await prepareDns(config, surroundings);
    const starting = dns.start();
    open.push(() =>
      starting.then(
        (threads) => threads.close(),
        () => {},
      ),
    );
    const store = await openSqliteStore(config.database.connection);
    open.push(() => store.close());
    const secrets = await openCookieSecrets(config.dns.cookieSecretFile, {
      store,
      ...surroundings,
    });
    dns.secrets.publish(secrets.current);
    const publishers = await beginZones(config, dns.table, store, surroundings);
    // While the threads start; a small table is complete before they serve.
    const { promise: serving, resolve: isServing } = Promise.withResolvers<void>();
    const slots = config.dns.txtSlots;
    const loading = loadTable(dns.table, publishers, store, slots, serving, log);
    open.push(() => loading.stop());
    open.push(everyMinute(upkeep(secrets, dns, log)));
    const api = createServerOf(config, publishers, store, surroundings);
    const http = await listenHttp(api, config);
    open.push(() => drain(api));
    const threads = await starting;
    // Everything is bound: from here on it answers.
    threads.serve();
    isServing();
    await warnOfUnservedZones(config, store, log);
    const { loaded } = loading;
    return { dns: threads.bound, http, threads, loaded, close: closeInReverse };
  } catch (error) {
    await closeInReverse();
    throw error;
  }
}

/** What the threads of DNS share with this one. */
interface PreparedDns {
  readonly table: TableWriter;
  readonly secrets: SharedSecrets;
  /** Of all threads together. */
  readonly rateLimit: RateLimit | undefined;
  start(): Promise<DnsThreads>;
}

/** Rejects with ListenError if an address cannot be bound. */
async function prepareDns(config: Config, surroundings: Surroundings): Promise<PreparedDns> {
  const { log, randomOctets } = surroundings;
  const warn = (problem: string): void => log.warn({}, problem);
  const endpoints = await probeEndpoints(dnsEndpoints(config), {
    addresses: interfaceAddresses,
    warn,
  });
  const tasks = planThreads({
    workers: workerCount(config.dns.workers, availableParallelism()),
    input: udpInput(config.dns.io, process.platform),
    udp: endpoints.udp,
    tcp: endpoints.tcp,
  });
  const shape = { readers: tasks.length, zones: config.zones.length };
  const table = createTable(shape, randomOctets(4).readInt32BE(0));
  const writer = new TableWriter(table);
  const secrets = new SharedSecrets();
  const control = ThreadControl.for(tasks.length);
  const rateLimit = rateLimitOf(config, randomOctets, tasks.length);
  const data: DnsWorkerData = {
    config,
    endpoints,
    table,
    secrets: secrets.memory,
    control: control.memory,
    rateLimit,
  };
  return {
    table: writer,
    secrets,
    rateLimit: rateLimit && new RateLimit({ ...rateLimit, thread: 0 }),
    start: () =>
      DnsThreads.start({
        module: new URL(`./dns-worker${extensionOf(import.meta.url)}`, import.meta.url),
        tasks,
        data,
        control,
        onDeath: ({ number }) => endReader(table, number),
        onFault: faultReporter(surroundings),
        log,
      }),
  };
}

/** `.ts` where this runs from its source, `.js` where it was built. */
function extensionOf(url: string): string {
  return url.slice(url.lastIndexOf("."));
}

function rateLimitOf(
  { dns }: Config,
  randomOctets: (count: number) => Buffer,
  threads: number,
): Omit<RateLimitOptions, "thread"> | undefined {
  const { most, coversLoopback } = dns.rrlPerSecond;
  if (most === 0) return undefined;
  const seed = randomOctets(4).readUInt32BE(0);
  return { perSecond: most, coversLoopback, seed, memory: createRateLimitMemory(threads) };
}

/** Where the delegates of each zone publish, by domain. The serials rise with every start. */
async function beginZones(
  config: Config,
  table: TableWriter,
  store: Store,
  { clock }: Surroundings,
): Promise<ReadonlyMap<string, ChallengePublisher>> {
  const publishers = new Map<string, ChallengePublisher>();
  for (const [number, { domain }] of config.zones.entries()) {
    const serial = await store.beginRun(domain, initialSerial(clock()));
    publishers.set(domain, new ChallengePublisher(table, number, serial));
  }
  return publishers;
}

/** Their delegates are not lost: an update of one is refused until its zone is back. */
async function warnOfUnservedZones({ general }: Config, store: Store, log: Log): Promise<void> {
  for (const { zone, delegates } of await store.countDelegates()) {
    if (delegates === 0 || general.domains.includes(zone)) continue;
    const count = delegates === 1 ? "1 delegate" : `${delegates} delegates`;
    const what = `zone ${zone} has ${count} in the database and is not served`;
    log.warn({}, `${what}; add it to general.domain`);
  }
}

/** Renews what must be renewed, and tells of floods: no query waits for it. */
function upkeep(
  cookieSecrets: CookieSecrets,
  { secrets, rateLimit }: PreparedDns,
  log: Log,
): () => void {
  const newlyLimited = rateLimit === undefined ? undefined : limitedSinceLastTime(rateLimit);
  return () => {
    void cookieSecrets.refresh().then(() => secrets.publish(cookieSecrets.current));
    const limited = newlyLimited?.();
    if (limited !== undefined) {
      log.warn(
        limited,
        "more responses to some networks than dns.rrl_per_second allows were cut short",
      );
    }
  };
}

/** Gives what ends it. */
function everyMinute(work: () => void): () => Promise<void> {
  const timer = setInterval(work, 60_000);
  timer.unref();
  return async () => clearInterval(timer);
}

function createServerOf(
  config: Config,
  publishers: ReadonlyMap<string, ChallengePublisher>,
  store: Store,
  { clock, randomOctets, newUuid, log }: Surroundings,
): Server {
  const { corsOrigins, pathPrefix, registration } = config.api;
  const parts: ApiParts = {
    store,
    zones: new ApiZones(config.registrationZone, publishers, log),
    importedKeys: new ImportedKeyQueue(config.limits.bcryptQueue),
    clock,
    randomOctets,
    newUuid,
    log,
    options: {
      corsOrigins,
      pathPrefix,
      registration: registration === "closed" ? "closed" : "open",
      txtSlots: config.dns.txtSlots,
      bodyOctets: config.limits.bodyOctets,
    },
  };
  return createApiServer(plainRoutes(parts, otherRoutes(parts)));
}

/** Express and what it needs take 8 MiB and 60 ms: they come with the first request for them. */
function otherRoutes(parts: ApiParts): RequestListener {
  let app: Promise<RequestListener> | undefined;
  return (req, res) => {
    app ??= import("./http/app.ts").then(({ createApi }) => createApi(parts));
    void app.then((listener) => listener(req, res));
  };
}

function dnsEndpoints({ general, dns }: Config): DnsEndpoints {
  return {
    addresses: general.listen,
    udp: general.protocol.udp,
    tcp: general.protocol.tcp,
    tcpLimits: {
      firstMessageSeconds: dns.tcpFirstMessageSeconds,
      idleSeconds: dns.tcpIdleSeconds,
      connections: dns.tcpConnections,
      connectionsPerSource: dns.tcpConnectionsPerSource.most,
      coversLoopback: dns.tcpConnectionsPerSource.coversLoopback,
    },
  };
}

async function listenHttp(
  server: Server,
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

/** Logs a fault on the query path, but no more than one a second: whoever found one can repeat it. */
function faultReporter({ clock, log }: Surroundings): (error: unknown) => void {
  let lastMs = Number.NEGATIVE_INFINITY;
  return (err) => {
    const nowMs = clock();
    if (nowMs - lastMs < FAULT_LOG_INTERVAL_MS) return;
    lastMs = nowMs;
    log.error({ err }, "a fault of dnsvouch itself, please report it: a query was not answered");
  };
}

/** No new connections; requests under way get their answer, within DRAIN_MS. */
function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
    server.closeIdleConnections();
  });
}
