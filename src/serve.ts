import type { Server } from "node:http";
import type { Config } from "./config/config.ts";
import { parseName } from "./dns/presentation-scanner.ts";
import { createApiServer } from "./http/api-server.ts";
import { ApiZones } from "./http/api-zones.ts";
import { createApi } from "./http/app.ts";
import type { Log } from "./log.ts";
import { type CookieSecrets, openCookieSecrets } from "./operate/cookie-secrets.ts";
import type { DnsListener } from "./server/bind-address.ts";
import { interfaceAddresses } from "./server/interface-addresses.ts";
import { type DnsEndpoints, listenDns } from "./server/listen.ts";
import { listenOrExplain } from "./server/listen-error.ts";
import { limitedSinceLastTime, RateLimit } from "./server/rate-limit.ts";
import { type Authority, guardedResponder, type ServedZone } from "./server/respond.ts";
import { openSqliteStore } from "./store/sqlite/sqlite-store.ts";
import type { Store } from "./store/store.ts";
import { ChallengeIndex } from "./zone/challenge-index.ts";
import { initialSerial } from "./zone/serial.ts";
import { buildStaticZones } from "./zone/static-records.ts";
import { Zone } from "./zone/zone.ts";

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
  /** Where DNS is answered right now. */
  readonly dns: readonly DnsListener[];
  readonly http: { readonly address: string; readonly port: number };
  /** Finishes the requests that are under way, then stops. DNS is answered until the end. */
  close(): Promise<void>;
}

/** Listening there says nothing about where others reach this server. */
const EVERY_ADDRESS = ["", "0.0.0.0", "::"];
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
  const open: (() => Promise<void>)[] = [];
  const closeInReverse = async (): Promise<void> => {
    for (const close of open.splice(0).reverse()) await close();
  };
  try {
    const zones = buildZones(config, surroundings.log);
    // First the ports: a start that fails for one of them leaves the database as it was.
    const dns = await listenDns(dnsEndpoints(config), {
      addresses: interfaceAddresses,
      warn: (problem) => surroundings.log.warn({}, problem),
    });
    open.push(() => dns.close());
    const store = await openSqliteStore(config.database.connection);
    open.push(() => store.close());
    const secrets = await openCookieSecrets(config.dns.cookieSecretFile, {
      store,
      ...surroundings,
    });
    const served = await loadZones(config, zones, store, surroundings);
    await warnOfUnservedZones(config, store, surroundings.log);
    const rateLimit = makeRateLimit(config, surroundings);
    open.push(everyMinute(upkeep(secrets, rateLimit, surroundings.log)));
    const authority = makeAuthority(config, served, secrets, rateLimit);
    const api = createServerOf(config, served, store, surroundings);
    const http = await listenHttp(api, config);
    open.push(() => drain(api));
    // Everything is bound: from here on it answers.
    const responder = guardedResponder(authority, surroundings.clock, faultReporter(surroundings));
    dns.serve(responder);
    return {
      get dns() {
        return dns.bound;
      },
      http,
      close: closeInReverse,
    };
  } catch (error) {
    await closeInReverse();
    throw error;
  }
}

/** By domain, as the store names them. */
function buildZones(config: Config, log: Log): ReadonlyMap<string, Zone> {
  const { records, publicIp, publicIp6, listen } = config.general;
  const { negativeTtl } = config.dns;
  const apexes = config.zones.map(({ domain, nsname, nsadmin }) => ({
    domain,
    apex: parseName(`${domain}.`),
    soa: { mname: parseName(`${nsname}.`), rname: parseName(`${nsadmin}.`), negativeTtl },
  }));
  const published = [publicIp, publicIp6].filter((address) => address !== "");
  const bound = listen
    .map(({ address }) => address)
    .filter((each) => !EVERY_ADDRESS.includes(each));
  const { zones, warnings } = buildStaticZones(apexes, {
    texts: records,
    origin: parseName(`${config.registrationZone}.`),
    // Without a public address, one that is listened on: right on loopback and in a lab.
    nsAddresses: published.length > 0 ? published : bound,
  });
  for (const warning of warnings) log.warn({}, warning);
  return new Map(zones.map(({ domain, apex, soa, nodes }) => [domain, new Zone(apex, soa, nodes)]));
}

/** The zones by domain, with all that was acknowledged in earlier runs. */
async function loadZones(
  config: Config,
  zones: ReadonlyMap<string, Zone>,
  store: Store,
  { clock }: Surroundings,
): Promise<ReadonlyMap<string, ServedZone>> {
  const served = new Map<string, ServedZone>();
  for (const [domain, zone] of zones) {
    const serial = await store.beginRun(domain, initialSerial(clock()));
    const challenges = new ChallengeIndex(zone, config.dns.txtTtl, serial);
    for await (const published of store.publishedDigests(domain, config.dns.txtSlots)) {
      challenges.publish(published);
    }
    served.set(domain, { zone, challenges });
  }
  return served;
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

function makeAuthority(
  { dns }: Config,
  served: ReadonlyMap<string, ServedZone>,
  secrets: CookieSecrets,
  rateLimit: RateLimit | undefined,
): Authority {
  return {
    zones: new Map([...served.values()].map((each) => [each.zone.apex.key, each])),
    udpPayloadSize: dns.ednsSizeOctets,
    nsid: Buffer.from(dns.nsid),
    tcpIdleSeconds: dns.tcpIdleSeconds,
    get cookieSecrets() {
      return secrets.current;
    },
    rateLimit,
  };
}

function makeRateLimit({ dns }: Config, { randomOctets }: Surroundings): RateLimit | undefined {
  const { most, coversLoopback } = dns.rrlPerSecond;
  if (most === 0) return undefined;
  const seed = randomOctets(4).readUInt32BE(0);
  return new RateLimit({ perSecond: most, coversLoopback, seed });
}

/** Renews what must be renewed, and tells of floods: no query waits for it. */
function upkeep(secrets: CookieSecrets, rateLimit: RateLimit | undefined, log: Log): () => void {
  const newlyLimited = rateLimit === undefined ? undefined : limitedSinceLastTime(rateLimit);
  return () => {
    void secrets.refresh();
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
  served: ReadonlyMap<string, ServedZone>,
  store: Store,
  { clock, randomOctets, newUuid, log }: Surroundings,
): Server {
  const { corsOrigins, pathPrefix, registration } = config.api;
  const publishers = new Map([...served].map(([domain, { challenges }]) => [domain, challenges]));
  const app = createApi({
    store,
    zones: new ApiZones(config.registrationZone, publishers, log),
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
  });
  return createApiServer(app);
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
