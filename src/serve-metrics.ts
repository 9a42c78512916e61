// The metrics, put together: where each number comes from, and the socket they are read from.
import { statSync } from "node:fs";
import type { Server } from "node:http";
import type { Config } from "./config/config.ts";
import { HOSTNAME_STATES } from "./hostname/hostname.ts";
import { loadOnce } from "./load-once.ts";
import type { ApiCounters } from "./metrics/api-counters.ts";
import type { MetricSources } from "./metrics/exposition.ts";
import { createMetricsServer } from "./metrics/metrics-server.ts";
import type { SelfChecks } from "./serve-api.ts";
import type { PreparedDns } from "./serve-dns.ts";
import { ListenError } from "./server/listen-error.ts";
import { listenStream } from "./server/listen-stream.ts";
import type { Store } from "./store/store.ts";
import type { Surroundings } from "./surroundings.ts";
import { version } from "./version.ts";

export interface MetricsNeeds {
  readonly store: Store;
  readonly dns: PreparedDns;
  readonly counters: ApiCounters;
  readonly readiness: SelfChecks;
  readonly checksWaiting: () => number;
  readonly lastBackupMs: () => number | undefined;
  /** SHA-256 of the token that readers must send; undefined: none. */
  readonly token: Uint8Array | undefined;
}

export interface RunningMetrics {
  /** Undefined: they are off, or their address was taken. */
  readonly address: { readonly address: string; readonly port: number } | undefined;
  close(): Promise<void>;
}

/** Counting a million delegates takes some milliseconds. */
const COUNT_INTERVAL_MS = 60_000;
/** What one page can list. */
const MOST_DELEGATES = 10_000;

/**
 * Serves the metrics. Where nobody has asked for them, a taken address costs a warning; else it rejects with
 * ListenError.
 */
export async function serveMetrics(
  config: Config,
  needs: MetricsNeeds,
  surroundings: Surroundings,
): Promise<RunningMetrics> {
  const { listen } = config.metrics;
  const off = { address: undefined, close: async () => {} };
  if (listen === undefined) return off;
  const { log } = surroundings;
  const server = createMetricsServer({
    page: pageOf(sourcesOf(config, needs, surroundings)),
    tokenHash: needs.token,
    log,
  });
  try {
    const address = await listenStream(server, "metrics", listen);
    return { address, close: () => closeServer(server) };
  } catch (error) {
    if (!(error instanceof ListenError) || config.settings.has("metrics.listen")) throw error;
    log.warn({}, `there are no metrics: ${error.message}; set metrics.listen, "" for none`);
    return off;
  }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
}

/** prom-client and what it watches come with the first reader. */
function pageOf(sources: MetricSources): () => Promise<{ contentType: string; text: string }> {
  const registry = loadOnce(async () => {
    const { createRegistry } = await import("./metrics/exposition.ts");
    return createRegistry(sources);
  });
  return async () => {
    const loaded = await registry();
    return { contentType: loaded.contentType, text: await loaded.metrics() };
  };
}

function sourcesOf(
  config: Config,
  { store, dns, counters, readiness, lastBackupMs, checksWaiting }: MetricsNeeds,
  { clock }: Surroundings,
): MetricSources {
  return {
    version: version(),
    api: counters,
    dns: () => dns.counters.totals(),
    rateLimit: () => {
      const all = Object.values(dns.rateLimit?.counts ?? {});
      return {
        truncated: all.reduce((sum, { truncate }) => sum + truncate, 0),
        dropped: all.reduce((sum, { drop }) => sum + drop, 0),
      };
    },
    delegates: rememberedFor(COUNT_INTERVAL_MS, clock, async () => {
      const { live, disabled, deleted } = await store.countStates();
      return { live, locked: disabled, deleted };
    }),
    hostnames: rememberedFor(COUNT_INTERVAL_MS, clock, async () => {
      const counts = await store.hostnames.count();
      return Object.fromEntries(HOSTNAME_STATES.map((state) => [state, counts[state] ?? 0]));
    }),
    checksWaiting,
    selfChecks: () => readiness.checks(),
    database: () => {
      const { connection } = config.database;
      return { octets: octetsOf(connection), walOctets: octetsOf(`${connection}-wal`) };
    },
    lastBackupMs,
    perDelegate: config.metrics.perDelegate ? () => lastUpdates(store) : undefined,
  };
}

async function lastUpdates(store: Store) {
  const updated = await store.lastUpdates(MOST_DELEGATES);
  return updated.map(({ zone, subdomain, lastUsedMs: updatedMs }) => {
    return { delegate: `${subdomain}.${zone}`, updatedMs };
  });
}

function octetsOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function rememberedFor<T>(
  lifetimeMs: number,
  clock: () => number,
  ask: () => Promise<T>,
): () => Promise<T> {
  let last: { readonly atMs: number; readonly answer: Promise<T> } | undefined;
  return () => {
    const nowMs = clock();
    const isOld = last === undefined || nowMs - last.atMs >= lifetimeMs || nowMs < last.atMs;
    if (last === undefined || isOld) {
      last = { atMs: nowMs, answer: ask() };
      last.answer.catch(() => {
        // The next reader asks again.
        last = undefined;
      });
    }
    return last.answer;
  };
}
