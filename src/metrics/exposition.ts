import { collectDefaultMetrics, type Metric, Registry } from "prom-client";
import type { ApiCounters } from "./api-counters.ts";
import type { ClosedCounter } from "./closed-counter.ts";
import type { DurationTotals } from "./durations.ts";

/** Where the numbers come from. Each is asked when somebody reads the metrics. */
export interface MetricSources {
  readonly version: string;
  readonly api: ApiCounters;
  readonly dns: () => DnsTotals;
  /** Responses that were cut short, by network (RRL). */
  readonly rateLimit: () => { readonly truncated: number; readonly dropped: number };
  /** How many host names are in each state. */
  readonly hostnames: () => Promise<Readonly<Record<string, number>>>;
  /** Checks of host names that wait or are under way. */
  readonly checksWaiting: () => number;
  readonly delegates: () => Promise<Readonly<Record<"live" | "locked" | "deleted", number>>>;
  /** What the server finds when it tries its own work, by name. */
  readonly selfChecks: () => Promise<Readonly<Record<string, boolean>>>;
  readonly database: () => { readonly octets: number; readonly walOctets: number };
  /** Milliseconds since 1970; undefined: there is none. */
  readonly lastBackupMs: () => number | undefined;
  /** Undefined unless metrics.per_delegate is set; `updatedMs` since 1970. */
  readonly perDelegate: (() => Promise<readonly DelegateUpdate[]>) | undefined;
}

export interface DelegateUpdate {
  readonly delegate: string;
  readonly updatedMs: number;
}

export interface DnsTotals {
  readonly queries: readonly {
    readonly transport: string;
    readonly qtype: string;
    readonly rcode: string;
    readonly count: number;
  }[];
  readonly dropped: Readonly<Record<string, number>>;
  readonly txtServed: number;
  readonly duration: DurationTotals;
}

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
  /** What is appended to the name: _bucket, _sum, _count. */
  readonly suffix?: string;
}

type Values = () => readonly Sample[] | Promise<readonly Sample[]>;

/** The metrics in the text format of Prometheus, made anew each time they are read. */
export function createRegistry(sources: MetricSources): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const metric of dnsMetrics(sources)) registry.registerMetric(metric);
  for (const metric of apiMetrics(sources)) registry.registerMetric(metric);
  for (const metric of serverMetrics(sources)) registry.registerMetric(metric);
  return registry;
}

function dnsMetrics({ dns, rateLimit }: MetricSources): Metric[] {
  return [
    counter("dnsvouch_dns_queries_total", "DNS messages that were answered", () =>
      dns().queries.map(({ count: value, ...labels }) => ({ labels, value })),
    ),
    histogram(
      "dnsvouch_dns_query_duration_seconds",
      "From reading a DNS message to its response",
      () => [{ labels: {}, totals: dns().duration }],
    ),
    counter("dnsvouch_dns_dropped_total", "DNS messages without an answer", () =>
      Object.entries(dns().dropped).map(([reason, value]) => ({ labels: { reason }, value })),
    ),
    counter("dnsvouch_dns_txt_served_total", "Responses with challenge values or other TXT", () => [
      { value: dns().txtServed },
    ]),
    counter(
      "dnsvouch_dns_rate_limited_total",
      "Responses that the limit of their network cut short",
      () => {
        const { truncated, dropped } = rateLimit();
        return [
          { labels: { action: "truncate" }, value: truncated },
          { labels: { action: "drop" }, value: dropped },
        ];
      },
    ),
  ];
}

function apiMetrics({ api }: MetricSources): Metric[] {
  return [
    counter(
      "dnsvouch_http_requests_total",
      "HTTP requests that were answered",
      seriesOf(api.requests),
    ),
    histogram(
      "dnsvouch_http_request_duration_seconds",
      "From the head of a request to the end of its answer",
      () => api.durations().map(({ route, totals }) => ({ labels: { route }, totals })),
    ),
    counter("dnsvouch_updates_total", "Calls of /update", seriesOf(api.updates)),
    counter("dnsvouch_registrations_total", "Calls of /register", seriesOf(api.registrations)),
    counter(
      "dnsvouch_auth_failures_total",
      "Credentials and tokens that were refused",
      seriesOf(api.failures),
    ),
  ];
}

function serverMetrics(sources: MetricSources): Metric[] {
  const { version, delegates, selfChecks, database, lastBackupMs, perDelegate } = sources;
  const { hostnames, checksWaiting } = sources;
  const metrics = [
    gauge("dnsvouch_build_info", "Always 1", () => [
      { labels: { version, node: process.versions.node }, value: 1 },
    ]),
    gauge("dnsvouch_delegates", "Delegates", async () =>
      Object.entries(await delegates()).map(([state, value]) => ({ labels: { state }, value })),
    ),
    gauge("dnsvouch_hostnames", "Host names of customers", async () =>
      Object.entries(await hostnames()).map(([state, value]) => ({ labels: { state }, value })),
    ),
    gauge("dnsvouch_checks_waiting", "Checks that wait or are under way", () => [
      { value: checksWaiting() },
    ]),
    gauge("dnsvouch_self_check", "Whether the server finds its own work done: 1 or 0", async () =>
      Object.entries(await selfChecks()).map(([name, isWell]) => {
        return { labels: { name }, value: isWell ? 1 : 0 };
      }),
    ),
    gauge("dnsvouch_db_size_bytes", "The database file", () => [{ value: database().octets }]),
    gauge("dnsvouch_db_wal_size_bytes", "Its write-ahead log", () => [
      { value: database().walOctets },
    ]),
    gauge(
      "dnsvouch_backup_last_success_timestamp_seconds",
      "When the last scheduled backup was begun that succeeded; 0: none",
      () => [{ value: (lastBackupMs() ?? 0) / 1000 }],
    ),
  ];
  if (perDelegate === undefined) return metrics;
  return [
    ...metrics,
    gauge(
      "dnsvouch_delegate_last_update_timestamp_seconds",
      "The last update, to the minute",
      async () =>
        (await perDelegate()).map(({ delegate, updatedMs }) => {
          return { labels: { delegate }, value: updatedMs / 1000 };
        }),
    ),
  ];
}

function seriesOf(closed: Pick<ClosedCounter<string>, "series">): Values {
  return () => [...closed.series()];
}

function counter(name: string, help: string, values: Values): Metric {
  return metric(name, help, "counter", values);
}

function gauge(name: string, help: string, values: Values): Metric {
  return metric(name, help, "gauge", values);
}

interface LabelledTotals {
  readonly labels: Readonly<Record<string, string>>;
  readonly totals: DurationTotals;
}

function histogram(name: string, help: string, rows: () => readonly LabelledTotals[]): Metric {
  return metric(name, help, "histogram", () =>
    rows().flatMap(({ labels, totals }) => {
      let total = 0;
      const buckets = totals.counts.map((count, i): Sample => {
        total += count;
        const le = String(totals.bounds[i] ?? "+Inf");
        return { labels: { ...labels, le }, value: total, suffix: "_bucket" };
      });
      return [
        ...buckets,
        { labels, value: totals.sumSeconds, suffix: "_sum" },
        { labels, value: total, suffix: "_count" },
      ];
    }),
  );
}

/** What prom-client asks of a metric that counts for itself: its name, and what there is now. */
function metric(name: string, help: string, type: string, values: Values): Metric {
  const own = {
    name,
    get: async () => ({
      name,
      help,
      type,
      aggregator: "sum",
      values: (await values()).map(({ labels = {}, value, suffix = "" }) => {
        return { labels, value, metricName: `${name}${suffix}` };
      }),
    }),
    reset: () => {},
  };
  return own as unknown as Metric;
}
