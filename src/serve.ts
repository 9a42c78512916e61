import type { Server } from "node:http";
import type { Config } from "./config/config.ts";
import { parseName } from "./dns/presentation-scanner.ts";
import { createApiServer } from "./http/api-server.ts";
import { createApi } from "./http/app.ts";
import type { Log } from "./log.ts";
import type { DnsListener } from "./server/bind-address.ts";
import { interfaceAddresses } from "./server/interface-addresses.ts";
import { type DnsEndpoints, listenDns } from "./server/listen.ts";
import { listenOrExplain } from "./server/listen-error.ts";
import { type Authority, guardedResponder, type ServedZone } from "./server/respond.ts";
import { openSqliteStore } from "./store/sqlite/sqlite-store.ts";
import type { Store } from "./store/store.ts";
import { ChallengeIndex } from "./zone/challenge-index.ts";
import { initialSerial } from "./zone/serial.ts";
import { buildStaticNodes } from "./zone/static-records.ts";
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
    const zone = buildZone(config, surroundings.log);
    // First the ports: a start that fails for one of them leaves the database as it was.
    const dns = await listenDns(dnsEndpoints(config), {
      addresses: interfaceAddresses,
      warn: ({ message }) => surroundings.log.warn({}, `${message}; it is tried again`),
    });
    open.push(() => dns.close());
    const store = await openSqliteStore(config.database.connection);
    open.push(() => store.close());
    const served = await loadZone(config, zone, store, surroundings);
    const authority: Authority = {
      zones: new Map([[zone.apex.key, served]]),
      udpPayloadSize: config.dns.ednsSizeOctets,
    };
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

function buildZone(config: Config, log: Log): Zone {
  const { domain, nsname, nsadmin, records, publicIp, publicIp6, listen } = config.general;
  const apex = parseName(`${domain}.`);
  const mname = parseName(`${nsname}.`);
  const published = [publicIp, publicIp6].filter((address) => address !== "");
  const bound = listen
    .map(({ address }) => address)
    .filter((each) => !EVERY_ADDRESS.includes(each));
  const { nodes, warnings } = buildStaticNodes(apex, {
    texts: records,
    nsname: mname,
    // Without a public address, one that is listened on: right on loopback and in a lab.
    nsAddresses: published.length > 0 ? published : bound,
  });
  for (const warning of warnings) log.warn({}, warning);
  const soa = { mname, rname: parseName(`${nsadmin}.`), negativeTtl: config.dns.negativeTtl };
  return new Zone(apex, soa, nodes);
}

/** The zone with all that was acknowledged in earlier runs. */
async function loadZone(
  config: Config,
  zone: Zone,
  store: Store,
  { clock }: Surroundings,
): Promise<ServedZone> {
  const { domain } = config.general;
  const serial = await store.beginRun(domain, initialSerial(clock()));
  const challenges = new ChallengeIndex(zone, config.dns.txtTtl, serial);
  for await (const published of store.publishedDigests(domain, config.dns.txtSlots)) {
    challenges.publish(published);
  }
  return { zone, challenges };
}

function createServerOf(
  config: Config,
  { challenges }: ServedZone,
  store: Store,
  { clock, randomOctets, newUuid, log }: Surroundings,
): Server {
  const { corsOrigins, pathPrefix, registration } = config.api;
  const app = createApi({
    store,
    zone: config.general.domain,
    publish: (published, serial) => challenges.publish(published, serial),
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
      connectionsPerSource: dns.tcpConnectionsPerSource,
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
