// What answers DNS, put together: the memory that the threads share, and how they are started.
import { availableParallelism } from "node:os";
import type { Config } from "./config/config.ts";
import type { DnsWorkerData } from "./dns-worker.ts";
import { loadOnce } from "./load-once.ts";
import type { Log } from "./log.ts";
import { DnsThreads } from "./server/dns-threads.ts";
import { interfaceAddresses } from "./server/interface-addresses.ts";
import { type DnsEndpoints, probeEndpoints } from "./server/listen.ts";
import { QueryCounters } from "./server/query-counters.ts";
import type { LoggedQuery } from "./server/query-log.ts";
import { createRateLimitMemory, RateLimit, type RateLimitOptions } from "./server/rate-limit.ts";
import { SharedSecrets } from "./server/shared-secrets.ts";
import { ThreadControl } from "./server/thread-control.ts";
import { planThreads, udpInput, workerCount } from "./server/thread-plan.ts";
import type { Surroundings } from "./surroundings.ts";
import { createTable } from "./zone/table/table-memory.ts";
import { endReader } from "./zone/table/table-reader.ts";
import { TableWriter } from "./zone/table/table-writer.ts";

const FAULT_LOG_INTERVAL_MS = 1000;

/** What the threads of DNS share with this one. */
export interface PreparedDns {
  readonly table: TableWriter;
  readonly secrets: SharedSecrets;
  /** What all threads have answered. */
  readonly counters: QueryCounters;
  /** Of all threads together. */
  readonly rateLimit: RateLimit | undefined;
  start(): Promise<DnsThreads>;
  /** What threads are given, by a configuration that differs in what is read again. */
  dataFor(config: Config): object;
}

/** Makes sure that the addresses of DNS can be bound. Rejects with ListenError if one cannot. */
export function probeDns(config: Config, warn: (problem: string) => void): Promise<DnsEndpoints> {
  return probeEndpoints(dnsEndpoints(config), { addresses: interfaceAddresses, warn });
}

/** Rejects with ListenError if an address cannot be bound. */
export async function prepareDns(config: Config, surroundings: Surroundings): Promise<PreparedDns> {
  const { log, randomOctets } = surroundings;
  const endpoints = await probeDns(config, (problem) => log.warn({}, problem));
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
  const counters = QueryCounters.for(tasks.length);
  const rateLimit = rateLimitOf(config, randomOctets, tasks.length);
  const data: DnsWorkerData = {
    config,
    endpoints,
    table,
    secrets: secrets.memory,
    control: control.memory,
    counters: counters.memory,
    rateLimit,
  };
  return {
    table: writer,
    secrets,
    counters,
    dataFor: (renewed) => ({ ...data, config: renewed }),
    rateLimit: rateLimit && new RateLimit({ ...rateLimit, thread: 0 }),
    start: () =>
      DnsThreads.start({
        module: new URL(`./dns-worker${extensionOf(import.meta.url)}`, import.meta.url),
        tasks,
        data,
        control,
        onDeath: ({ number }) => endReader(table, number),
        onFault: faultReporter(surroundings),
        onSample: sampleLogger(log),
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

/** Few servers log queries. A line that cannot be written costs nothing else. */
function sampleLogger(log: Log): (sample: LoggedQuery) => void {
  const loaded = loadOnce(() => import("./server/query-log.ts"));
  return (sample) => {
    loaded().then(
      ({ logSample }) => logSample(log, sample),
      (err: unknown) => log.warn({ err }, "a query could not be logged"),
    );
  };
}

/** Logs a fault on the query path, but no more than one a second: whoever found one can repeat it. */
function faultReporter({ clock, log }: Surroundings): (error: unknown) => void {
  let lastMs = Number.NEGATIVE_INFINITY;
  return (err) => {
    const nowMs = clock();
    if (nowMs - lastMs < FAULT_LOG_INTERVAL_MS) return;
    lastMs = nowMs;
    log.error(
      { err },
      "a query was not answered as it should be: its data could not be read, or dnsvouch itself has a fault (please report that)",
    );
  };
}
