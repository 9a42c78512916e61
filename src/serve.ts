import type { Config } from "./config/config.ts";
import { BcryptQueue } from "./delegate/bcrypt-queue.ts";
import { loadOnce } from "./load-once.ts";
import type { Log } from "./log.ts";
import { ApiCounters } from "./metrics/api-counters.ts";
import { adminPassword } from "./operate/admin-password.ts";
import { type CookieSecrets, openCookieSecrets } from "./operate/cookie-secrets.ts";
import { legoStorageSecrets } from "./operate/lego-storage-secrets.ts";
import { loadTable } from "./operate/load-table.ts";
import { metricsTokenHash } from "./operate/metrics-token.ts";
import { warningOfReadableFiles } from "./operate/readable-files.ts";
import { registrationTokenHashes } from "./operate/registration-token-hashes.ts";
import { type PreparedDns, prepareDns } from "./serve-dns.ts";
import type { RunningHostnames } from "./serve-hostnames.ts";
import type { Renewed, RenewNeeds } from "./serve-renew.ts";
import type { DnsThreads } from "./server/dns-threads.ts";
import { limitedSinceLastTime } from "./server/rate-limit.ts";
import type { BoundAddress } from "./server/thread-message.ts";
import { lockData } from "./store/sqlite/data-lock.ts";
import type { Store } from "./store/store.ts";
import type { Surroundings } from "./surroundings.ts";
import { ChallengePublisher } from "./zone/challenge-publisher.ts";
import { initialSerial } from "./zone/serial.ts";
import type { TableWriter } from "./zone/table/table-writer.ts";
import { configuredZones } from "./zones.ts";

export interface RunningServer {
  /** Where DNS was answered at the start: the addresses of a wildcard come and go. */
  readonly dns: readonly BoundAddress[];
  readonly http: { readonly address: string; readonly port: number };
  readonly threads: DnsThreads;
  /** There was no database before. */
  readonly isFirstStart: boolean;
  /** Resolves once queries are answered from memory alone. */
  readonly loaded: Promise<void>;
  /** Where the metrics are read; undefined: nowhere. */
  readonly metrics: { readonly address: string; readonly port: number } | undefined;
  /** Undefined: there is none. */
  readonly portal: RunningPortal | undefined;
  /** Does now what is done to the data once a minute. */
  upkeep(): Promise<void>;
  /** Looks at the host names that are due now, as it does every few seconds. */
  lookAtHostnames(): Promise<void>;
  /** Takes over what can be without a restart. Rejects with ConfigError or StaticRecordsError before anything has changed. */
  renew(config: Config): Promise<Renewed>;
  /** Finishes the requests that are under way, then stops. DNS is answered until the end. */
  close(): Promise<void>;
}

/** Where the portal is, and who signs in first. */
export interface RunningPortal {
  readonly address: string;
  readonly port: number;
  /** The first administrator. */
  readonly user: string;
  /** Of a user that this start has made, to be shown this once. */
  readonly oneTimePassword: string | undefined;
}

/** How long requests under way may take when the server stops, milliseconds. */
const DRAIN_MS = 5000;
const MINUTE_MS = 60_000;

/**
 * The composition root: from a configuration to a server whose sockets are all bound. Rejects with
 * ConfigError, StaticRecordsError, StoreError or ListenError; nothing stays open then.
 */
export async function startServer(
  config: Config,
  surroundings: Surroundings,
): Promise<RunningServer> {
  const { log } = surroundings;
  const open: (() => Promise<unknown> | unknown)[] = [];
  const closeInReverse = async (): Promise<void> => {
    for (const close of open.splice(0).reverse()) await close();
  };
  try {
    const tokenHashes = registrationTokenHashes({
      tokens: config.api.registrationTokens,
      file: config.api.registrationTokensFile,
    });
    const storageSecrets = legoStorageSecrets(config.legoStorage);
    const metricsToken = metricsTokenHash(config.metrics.tokenFile);
    const portalPassword = adminPassword(config.portal);
    const { zones, warnings } = configuredZones(config);
    for (const warning of warnings) log.warn({}, warning);
    warnOfReadableFiles(config, log);
    const lock = lockData(config.database.connection);
    open.push(() => lock.release());
    // First the ports: a start that fails for one of them leaves the database as it was.
    const dns = await prepareDns(config, surroundings);
    const starting = dns.start();
    open.push(() =>
      starting.then(
        (threads) => threads.close(),
        () => {},
      ),
    );
    // It is awaited further down.
    starting.catch(() => {});
    // The rest is loaded while the threads start: it takes 50 ms.
    const storageParts = await import("./serve-storage.ts");
    const { openControl, openStore, refusalRecorder, storageUpkeep, watchForDamage } = storageParts;
    const store = await openStore(config, surroundings);
    open.push(() => store.close());
    const refusals = refusalRecorder(store, surroundings);
    open.push(() => refusals.settle());
    const secrets = await openCookieSecrets(config.dns.cookieSecretFile, {
      store,
      ...surroundings,
    });
    dns.secrets.publish(secrets.current);
    const publishers = await beginZones(config, dns.table, store, surroundings);
    // While the threads start; a small table is complete before they serve.
    const { promise: serving, resolve: isServing } = Promise.withResolvers<void>();
    // Where the threads cannot open the database themselves, they answer when all is in memory.
    if (store.isAlone) isServing();
    const slots = config.dns.txtSlots;
    const loading = loadTable(dns.table, publishers, store, slots, serving, log);
    open.push(() => loading.stop());
    const damage = watchForDamage(config, store, loading.loaded, log);
    open.push(() => damage.stop());
    const control = await openControl(config, { store, publishers }, surroundings);
    open.push(() => control.close());
    const storage = storageUpkeep(config, { store, refusals, publishers }, surroundings);
    const upkeep = upkeepOf(secrets, dns, log);
    const backups = await storageParts.backupSchedule(config, surroundings);
    open.push(() => backups?.stop());
    void loading.loaded.then(() => backups?.run());
    const counters = new ApiCounters();
    const { activityRecording } = await import("./serve-activity.ts");
    const recordActivity = activityRecording({ store, dns, counters }, surroundings);
    open.push(recordActivity);
    open.push(
      everyMinute(
        () => {
          void upkeep();
          void backups?.run();
        },
        async () => {
          await storage.run();
          await recordActivity();
        },
      ),
    );
    const { createApi, listenHttp, readinessOf } = await import("./serve-api.ts");
    const { hostnamesOf } = await import("./serve-hostnames.ts");
    const threads = await starting;
    const [zone] = zones.values();
    const apex = zone?.apex.octets ?? Uint8Array.of(0);
    const readiness = readinessOf(store, threads.bound, apex, surroundings);
    const hostnames = hostnamesOf(config, { store, publishers }, surroundings);
    open.push(() => hostnames.stop());
    const bcryptQueue = new BcryptQueue(config.limits.bcryptQueue);
    const needs = { store, publishers, refusals, readiness, counters, hostnames, bcryptQueue };
    const secretsOfApi = { registrationTokenHashes: tokenHashes, legoStorage: storageSecrets };
    const api = createApi(config, { ...needs, ...secretsOfApi }, surroundings);
    const http = await listenHttp(api, config);
    open.push(() => api.drain(DRAIN_MS));
    if (store.isAlone) await loading.loaded;
    // Everything is bound: from here on it answers.
    threads.serve();
    isServing();
    const lastBackupMs = (): number | undefined => backups?.lastSuccessMs;
    void loading.loaded.then(() => startHostnames(hostnames, log));
    const { waiting: checksWaiting } = hostnames;
    const sources = { store, dns, counters, readiness, lastBackupMs, checksWaiting };
    const metricsNeeds = { ...sources, token: metricsToken };
    const { serveMetrics } = await import("./serve-metrics.ts");
    const metrics = await serveMetrics(config, metricsNeeds, surroundings);
    open.push(() => metrics.close());
    const { servePortal } = await import("./serve-portal.ts");
    const portalNeeds = {
      ...needs,
      api,
      apiPort: http.port,
      lastBackupMs,
      password: portalPassword,
    };
    const portal = await servePortal(config, portalNeeds, surroundings);
    // Both at once: who stops us does not wait for one after the other.
    open.push(async () => {
      await Promise.all([portal.drain(DRAIN_MS), api.drain(DRAIN_MS)]);
    });
    await warnOfUnservedZones(config, store, log);
    await warnOfClosedDoors(config, tokenHashes.length, store, surroundings);
    return {
      dns: threads.bound,
      http,
      threads,
      metrics: metrics.address,
      portal: portal.address,
      isFirstStart: store.isNew,
      loaded: loading.loaded,
      upkeep: async () => {
        await storage.run();
        await recordActivity();
        await backups?.run();
      },
      lookAtHostnames: () => hostnames.run(),
      renew: renewal(config, { store, dns, threads, api, publishers }, surroundings),
      close: closeInReverse,
    };
  } catch (error) {
    await closeInReverse();
    throw error;
  }
}

async function startHostnames(hostnames: RunningHostnames, log: Log): Promise<void> {
  try {
    await hostnames.start();
  } catch (err) {
    log.error({ err }, "host names are not looked after: restart when the storage can be read");
  }
}

function warnOfReadableFiles({ api, database, file }: Config, log: Log): void {
  const configFile = api.registrationTokens.length > 0 ? file : undefined;
  const warning = warningOfReadableFiles({ configFile, database: database.connection });
  if (warning !== undefined) log.warn({}, warning);
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
async function warnOfUnservedZones({ zones }: Config, store: Store, log: Log): Promise<void> {
  for (const { zone, delegates } of await store.countDelegates()) {
    if (delegates === 0 || zones.some(({ domain }) => domain === zone)) continue;
    const count = delegates === 1 ? "1 delegate" : `${delegates} delegates`;
    const what = `zone ${zone} has ${count} in the database and is not served`;
    log.warn({}, `${what}; add it to general.domain`);
  }
}

/** Nobody can register, which is hardly meant. */
async function warnOfClosedDoors(
  { api }: Config,
  configuredTokens: number,
  store: Store,
  { clock, log }: Surroundings,
): Promise<void> {
  if (api.registration !== "token" || configuredTokens > 0) return;
  if ((await store.tokens.live(clock())).length > 0) return;
  log.warn(
    {},
    'api.registration is "token" and there is no token, so nobody can register: make one with dnsvouch token create --scope register',
  );
}

/** Renews what must be renewed, and tells of floods: no query waits for it. */
function upkeepOf(
  cookieSecrets: CookieSecrets,
  { secrets, rateLimit }: PreparedDns,
  log: Log,
): () => Promise<void> {
  const newlyLimited = rateLimit === undefined ? undefined : limitedSinceLastTime(rateLimit);
  return async () => {
    const limited = newlyLimited?.();
    if (limited !== undefined) {
      log.warn(
        limited,
        "more responses to some networks than dns.rrl_per_second allows were cut short",
      );
    }
    await cookieSecrets.refresh();
    secrets.publish(cookieSecrets.current);
  };
}

/** What it takes is loaded when it happens first. */
function renewal(
  config: Config,
  needs: RenewNeeds,
  surroundings: Surroundings,
): RunningServer["renew"] {
  const loaded = loadOnce(async () => {
    const { renewer } = await import("./serve-renew.ts");
    return renewer(config, needs, surroundings);
  });
  return async (next) => (await loaded())(next);
}

/** Gives what ends it, when what is under way is done. */
function everyMinute(work: () => void, oneAtATime: () => Promise<void>): () => Promise<void> {
  let underWay: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    work();
    underWay = underWay.then(oneAtATime);
  }, MINUTE_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    return underWay;
  };
}
