// A thread that answers DNS: the second composition root, from what serve.ts hands over to sockets that
// answer. It ends when it is told to, or when its sockets cannot be bound.
import assert from "node:assert/strict";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { Config } from "./config/config.ts";
import { parseIpv4, parseIpv6 } from "./dns/presentation-scanner.ts";
import { AnswerPath } from "./server/answer-path.ts";
import { listenUdpBatch, openBatches } from "./server/batch/batch-listener.ts";
import { askForShortSlices } from "./server/batch/short-slice.ts";
import type { ListenUdp } from "./server/bind-address.ts";
import { CountedResponder, type Sample } from "./server/counted-responder.ts";
import { interfaceAddresses } from "./server/interface-addresses.ts";
import { type DnsEndpoints, type DnsSockets, listenDns } from "./server/listen.ts";
import { ListenError } from "./server/listen-error.ts";
import { QueryCounters } from "./server/query-counters.ts";
import { RateLimit, type RateLimitOptions } from "./server/rate-limit.ts";
import { RenewableResponder } from "./server/renewable-responder.ts";
import { addressText } from "./server/requestor.ts";
import type { Responder } from "./server/responder.ts";
import { SharedSecrets } from "./server/shared-secrets.ts";
import { ThreadControl } from "./server/thread-control.ts";
import type { FromThread } from "./server/thread-message.ts";
import { ThreadNews } from "./server/thread-news.ts";
import type { ThreadTask } from "./server/thread-plan.ts";
import { listenUdp } from "./server/udp.ts";
import type { StoredValues } from "./store/sqlite/stored-values.ts";
import { ChallengeIndex } from "./zone/challenge-index.ts";
import { type InstantAddresses, InstantNames } from "./zone/instant-names.ts";
import type { TableHandle } from "./zone/table/table-memory.ts";
import { TableReader } from "./zone/table/table-reader.ts";
import { configuredZones } from "./zones.ts";

/** What all threads of a server are given. */
export interface DnsWorkerData {
  readonly config: Config;
  /** With the ports that were found free. */
  readonly endpoints: DnsEndpoints;
  readonly table: TableHandle;
  readonly secrets: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
  readonly counters: SharedArrayBuffer;
  /** Undefined: responses are not limited. */
  readonly rateLimit: Omit<RateLimitOptions, "thread"> | undefined;
}

type ThreadData = DnsWorkerData & { readonly task: ThreadTask };
type Tell = (message: FromThread) => void;

/** How often it is looked whether the database is still needed. */
const TABLE_CHECK_MS = 1_000;
/** At most so many queries a second are logged, whatever is asked. */
const MOST_SAMPLES = 100;

assert(parentPort, "a thread of dnsvouch, which `serve` starts");
await run(parentPort, workerData);

async function run(port: MessagePort, data: ThreadData): Promise<void> {
  const tell: Tell = (message) => port.postMessage(message);
  const table = new TableReader(data.table, data.task.number);
  const sockets = await listen(data, tell);
  if (sockets === undefined) return port.close();
  const serve = async (): Promise<void> => {
    const stored = await storedUntilComplete(data.config.database.connection, table);
    const path = (now: ThreadData): Responder =>
      answerPath(now, table, stored, (error) => tell({ kind: "fault", error }));
    const renewed = (): Responder | undefined => {
      const now = news.take();
      return now && path({ ...data, ...now });
    };
    sockets.serve(counted(data, new RenewableResponder(path(data), renewed), tell));
  };
  const news = new ThreadNews(port, new ThreadControl(data.control), (what) => {
    if (what === "serve") void serve();
    else void sockets.close().then(() => port.close());
  });
  const addresses = sockets.bound.map(({ address, port: number, transport }) => {
    return { address, port: number, transport };
  });
  tell({ kind: "bound", addresses });
}

function counted(
  { config, counters, task }: ThreadData,
  responder: Responder,
  tell: Tell,
): CountedResponder {
  let second = 0;
  let inSecond = 0;
  const onSample = ({ requestor, response }: Sample): void => {
    const now = Math.floor(performance.now() / 1000);
    inSecond = now === second ? inSecond + 1 : 1;
    second = now;
    if (inSecond > MOST_SAMPLES) return;
    const { transport, address } = requestor;
    tell({ kind: "sample", client: addressText(address), transport, response });
  };
  return new CountedResponder({
    responder,
    counters: new QueryCounters(counters, task.number),
    elapsedMs: () => performance.now(),
    sampleEvery: config.log.queryEvery,
    onSample,
  });
}

async function listen(data: ThreadData, tell: Tell): Promise<DnsSockets | undefined> {
  const { endpoints, task } = data;
  // Each address is told of once, not by every thread.
  const warns = task.tcp || task.number === 0;
  const warn = (problem: string): void => {
    if (warns) tell({ kind: "warning", problem });
  };
  const own = { ...endpoints, udp: task.udp !== undefined, tcp: task.tcp };
  try {
    return await listenDns(own, { addresses: interfaceAddresses, warn }, udpListener(data, tell));
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    const { endpoint, reason, cause } = error;
    const message = cause instanceof Error ? cause.message : error.message;
    tell({ kind: "refused", endpoint, code: reason, message });
    return undefined;
  }
}

/** By batches if that is the task and works here, else one by one. */
function udpListener({ task, control: memory }: ThreadData, tell: Tell): ListenUdp {
  const { number, udp, reusePort } = task;
  const oneByOne: ListenUdp = (address, port) => listenUdp(address, port, reusePort);
  if (udp !== "batch") return oneByOne;
  const control = new ThreadControl(memory);
  const batches = openBatches({
    isStopped: () => control.isStopped,
    onSockets: (descriptors) => control.setSockets(number, descriptors),
  });
  if (typeof batches !== "string") {
    askForShortSlices(batches.libc);
    return (address, port) => listenUdpBatch(batches, address, port, reusePort);
  }
  const what = `UDP messages are read one by one, since batches do not work here: ${batches}`;
  if (number === 0) tell({ kind: "notice", what });
  return oneByOne;
}

function answerPath(
  { config, rateLimit, secrets: memory, task }: ThreadData,
  table: TableReader,
  stored: () => StoredValues,
  onFault: (error: unknown) => void,
): AnswerPath {
  const { dns } = config;
  const addresses = instantAddresses(config.instant);
  const zones = [...configuredZones(config).zones].map(([domain, zone], number) => {
    const index = new ChallengeIndex(table, {
      zone,
      number,
      ttl: dns.txtTtl,
      stored: (subdomain) => stored().digests(domain, subdomain, dns.txtSlots),
    });
    const isInstant = config.zones[number]?.isInstant === true;
    return { zone, challenges: isInstant ? new InstantNames(index, zone, addresses) : index };
  });
  const secrets = new SharedSecrets(memory);
  const authority = {
    zones: new Map(zones.map((each) => [each.zone.apex.key, each])),
    udpPayloadSize: dns.ednsSizeOctets,
    nsid: Buffer.from(dns.nsid),
    tcpIdleSeconds: dns.tcpIdleSeconds,
    get cookieSecrets() {
      return secrets.current;
    },
    rateLimit: rateLimit && new RateLimit({ ...rateLimit, thread: task.number }),
  };
  return new AnswerPath({ authority, table, clock: Date.now, onFault });
}

function instantAddresses({ a, aaaa }: Config["instant"]): InstantAddresses {
  return { a: parseIpv4(a), aaaa: parseIpv6(aaaa) };
}

/**
 * The database, opened when it is needed and closed when the table has everything. If it has that
 * already, a thread does without the driver and its memory.
 */
async function storedUntilComplete(path: string, table: TableReader): Promise<() => StoredValues> {
  table.begin();
  table.end();
  if (table.isComplete) return () => assert.fail("the table is complete");
  const { openStoredValues } = await import("./store/sqlite/stored-values.ts");
  let stored: StoredValues | undefined;
  return () => {
    if (stored !== undefined) return stored;
    stored = openStoredValues(path);
    const check = setInterval(() => {
      if (!table.isComplete) return;
      stored?.close();
      stored = undefined;
      clearInterval(check);
    }, TABLE_CHECK_MS).unref();
    return stored;
  };
}
