import Database from "better-sqlite3";
import { type BenchContext, withServers } from "../context.ts";
import { type HttpRequest, type HttpResult, httpLoad } from "../load/http-load.ts";
import { formatSample, sampleOf } from "../measure/statistics.ts";
import type { Must, SectionResult } from "../report.ts";
import { apiPort, databaseOf, dnsvouch } from "../servers/dnsvouch.ts";

const NAMES = 10_000;
const SECONDS = 2;

/** What Caddy asks for each handshake, beside the least that the API answers. */
const ASKED: readonly Asked[] = [
  { who: "GET /health", target: () => "/health", status: 200 },
  { who: "tls-ask, yes", target: (i) => ask(`h${i % NAMES}.example.com`), status: 200 },
  { who: "tls-ask, locked", target: (i) => ask(`l${i % NAMES}.example.com`), status: 403 },
  { who: "tls-ask, unknown", target: (i) => ask(`u${i % NAMES}.example.com`), status: 403 },
];

interface Asked {
  readonly who: string;
  readonly target: (i: number) => string;
  readonly status: number;
}

function ask(name: string): string {
  return `/api/v1/tls-ask?domain=${name}`;
}

/** One connection, as a proxy on the same machine has it; ten thousand host names of each kind. */
export async function tlsAskSection(context: BenchContext): Promise<SectionResult> {
  const { folder, rounds } = context;
  const server = dnsvouch({ folder, name: "dnsvouch", port: 5447, io: "batch", names: NAMES });
  addHostnames(databaseOf({ folder, port: server.port }));
  return await withServers(context, [server], async () => {
    const results = ASKED.map((): HttpResult[] => []);
    for (let round = 0; round <= rounds; round++) {
      for (const [i, asked] of ASKED.entries()) {
        const result = await loadOf(apiPort(server.port), asked);
        if (round > 0) results[i]?.push(result);
      }
    }
    return resultOf(results);
  });
}

async function loadOf(port: number, { target, status }: Asked): Promise<HttpResult> {
  let count = 0;
  const next = (): HttpRequest =>
    Buffer.from(`GET ${target(count++)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
  const result = await httpLoad({
    ...{ port, connections: 1, seconds: SECONDS, next },
    statuses: [status],
  });
  if (result.wrong > 0) throw new Error(`${result.wrong} wrong answers to ${target(0)}`);
  return result;
}

function addHostnames(file: string): void {
  const database = new Database(file);
  const insert = database.prepare(`
    INSERT INTO hostname (name, delegate_id, tenant, labels, edge_targets, created_ms, state, since_ms, reason, advice, facts)
    VALUES (?, 1, '', '{}', '[]', 0, ?, 0, '', '', '{}')`);
  database.transaction(() => {
    for (let i = 0; i < NAMES; i++) {
      insert.run(`h${i}.example.com`, "ready");
      insert.run(`l${i}.example.com`, "locked");
    }
  })();
  database.close();
}

function resultOf(results: readonly (readonly HttpResult[])[]): SectionResult {
  const p50 = results.map((each) => sampleOf(each.map((result) => result.p50)));
  const p99 = results.map((each) => sampleOf(each.map((result) => result.p99)));
  const baseline = p50[0]?.median ?? Number.NaN;
  const rows = ASKED.map(({ who }, i) => ({
    section: "tls-ask, one connection, 20,000 host names",
    who,
    figures: {
      "p50 ms": formatSample(p50[i] ?? sampleOf([]), 3),
      "p99 ms": formatSample(p99[i] ?? sampleOf([]), 3),
      "x /health": ((p50[i]?.median ?? Number.NaN) / baseline).toFixed(2),
    },
  }));
  const [, yes, locked, unknown] = p50.map(({ median }) => median);
  const musts: Must[] = [
    atMost("p99 of a yes, ms", p99[1]?.median ?? Number.NaN, 1),
    atMost("p99 of a no, ms", p99[3]?.median ?? Number.NaN, 1),
    atMost("a yes over /health", (yes ?? Number.NaN) / baseline, 2),
    atMost("unknown over locked", (unknown ?? Number.NaN) / (locked ?? Number.NaN), 1.25),
    atMost("locked over unknown", (locked ?? Number.NaN) / (unknown ?? Number.NaN), 1.25),
  ];
  return { rows, musts };
}

function atMost(what: string, figure: number, wanted: number): Must {
  return { what, figure, wanted, direction: "at most" };
}
