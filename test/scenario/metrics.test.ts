import { chmodSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { postUpdate } from "../http/requests.ts";
import { digest, register } from "../support/api-client.ts";
import { ask } from "../support/dns-client.ts";
import { ProcessFolder } from "../support/process-folder.ts";
import { query } from "../support/query.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";

const ON = { DNSVOUCH_METRICS_LISTEN: "127.0.0.1:0" };
const TOKEN = "a-token-for-readers-of-metrics";

let server: ServerUnderTest;
let nowMs: number;

beforeEach(async () => {
  nowMs = Date.UTC(2026, 10, 26, 8, 0, 0);
});

afterEach(() => server.remove());

async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
  server = await startServerUnderTest({ ...ON, ...env }, undefined, () => nowMs);
}

/** The page as series and values. */
async function read(headers: Record<string, string> = {}): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(`${server.metricsUrl}/metrics`, { headers });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toContain("text/plain; version=0.0.4");
  const lines = (await response.text()).split("\n").filter((line) => /^[a-z]/.test(line));
  return new Map(
    lines.map((line): [string, number] => {
      const space = line.lastIndexOf(" ");
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

/** The names of our own series. */
const own = (page: ReadonlyMap<string, number>) =>
  [...page.keys()].filter((key) => key.startsWith("dnsvouch_")).toSorted();

test("every series of a closed set is there from the start, with 0", async () => {
  await start();
  const page = await read();
  for (const series of [
    'dnsvouch_dns_queries_total{transport="udp",qtype="TXT",rcode="NOERROR"}',
    'dnsvouch_dns_queries_total{transport="tcp",qtype="other",rcode="BADCOOKIE"}',
    'dnsvouch_dns_dropped_total{reason="rate_limit"}',
    "dnsvouch_dns_txt_served_total",
    'dnsvouch_http_requests_total{route="/update",method="POST",code="401"}',
    'dnsvouch_http_request_duration_seconds_bucket{route="/register",le="+Inf"}',
    'dnsvouch_updates_total{result="locked"}',
    'dnsvouch_registrations_total{mode="token",result="limited"}',
    'dnsvouch_auth_failures_total{kind="wrong_key"}',
    'dnsvouch_delegates{state="deleted"}',
    "dnsvouch_backup_last_success_timestamp_seconds",
  ]) {
    expect([series, page.get(series)]).toEqual([series, 0]);
  }
  expect(page.get('dnsvouch_self_check{name="dns_udp"}')).toBe(1);
  expect(page.get("dnsvouch_db_size_bytes")).toBeGreaterThan(0);
  expect([...page.keys()].some((key) => key.startsWith("dnsvouch_build_info{"))).toBe(true);
  expect(page.has("process_cpu_seconds_total")).toBe(true);
});

test("what happens is counted, and strangers make no series", async () => {
  await start();
  const delegate = await register(server.url);
  expect((await postUpdate(server, delegate, digest(1))).status).toBe(200);
  expect(
    (await postUpdate(server, { ...delegate, password: "x".repeat(40) }, digest(2))).status,
  ).toBe(401);
  expect((await postUpdate(server, delegate, "short")).status).toBe(400);
  for (const path of ["/a", "/b?x", "/update/", "/api/v1/acme-dns-compat/update"]) {
    await fetch(`${server.url}${path}`, { method: "BREW" });
  }
  const before = await read();
  const asked = [
    { name: delegate.fulldomain, asks: "TXT", rcode: "NOERROR", qtype: "TXT" },
    { name: "nobody.auth.example.org", asks: "TXT", rcode: "NXDOMAIN", qtype: "TXT" },
    { name: "auth.example.net", asks: "A", rcode: "REFUSED", qtype: "A" },
    { name: "auth.example.org", asks: "TYPE999", rcode: "NOERROR", qtype: "other" },
  ];
  for (const transport of ["udp", "tcp"] as const) {
    for (const { name, asks } of asked)
      await ask(server.dnsPort, transport, query(`${name}. ${asks}`));
  }
  const page = await read();
  for (const transport of ["udp", "tcp"]) {
    for (const { qtype, rcode } of asked) {
      const series = `dnsvouch_dns_queries_total{transport="${transport}",qtype="${qtype}",rcode="${rcode}"}`;
      expect([series, (page.get(series) ?? 0) - (before.get(series) ?? 0)]).toEqual([series, 1]);
    }
  }
  expect(page.get("dnsvouch_dns_txt_served_total")).toBe(2);
  expect(page.get("dnsvouch_dns_query_duration_seconds_count")).toBeGreaterThanOrEqual(1);
  expect(page.get('dnsvouch_updates_total{result="ok"}')).toBe(1);
  expect(page.get('dnsvouch_updates_total{result="unauthorized"}')).toBe(1);
  expect(page.get('dnsvouch_updates_total{result="bad_txt"}')).toBe(1);
  expect(page.get('dnsvouch_auth_failures_total{kind="wrong_key"}')).toBe(1);
  expect(page.get('dnsvouch_registrations_total{mode="open",result="ok"}')).toBe(1);
  expect(page.get('dnsvouch_http_requests_total{route="/update",method="POST",code="200"}')).toBe(
    1,
  );
  expect(page.get('dnsvouch_http_requests_total{route="/register",method="POST",code="201"}')).toBe(
    1,
  );
  expect(own(page)).toEqual(own(before));
  nowMs += 60_000;
  expect((await read()).get('dnsvouch_delegates{state="live"}')).toBe(1);
});

test("a token protects them, where one is set", async () => {
  const folder = new ProcessFolder();
  const file = join(folder.path, "token");
  writeFileSync(file, `${TOKEN}\n`, { mode: 0o600 });
  await start({ DNSVOUCH_METRICS_TOKEN_FILE: file });
  expect((await fetch(`${server.metricsUrl}/metrics`)).status).toBe(401);
  const wrong = { headers: { Authorization: "Bearer wrong" } };
  expect((await fetch(`${server.metricsUrl}/metrics`, wrong)).status).toBe(401);
  expect((await read({ Authorization: `Bearer ${TOKEN}` })).size).toBeGreaterThan(100);
  await folder.remove();
});

test("each delegate has its last update, if that is asked for", async () => {
  await start({ DNSVOUCH_METRICS_PER_DELEGATE: "true" });
  const delegate = await register(server.url);
  await postUpdate(server, delegate, digest(1));
  const series = `dnsvouch_delegate_last_update_timestamp_seconds{delegate="${delegate.fulldomain}"}`;
  expect((await read()).get(series)).toBe(nowMs / 1000);
});

describe("backups by the clock", () => {
  test("are made when they are due, kept as many as wanted, over restarts, and counted", async () => {
    const folder = new ProcessFolder();
    const dir = join(folder.path, "backups");
    const env = {
      DNSVOUCH_BACKUP_DIR: dir,
      DNSVOUCH_BACKUP_EVERY: "1h",
      DNSVOUCH_BACKUP_KEEP: "2",
    };
    await start(env);
    await server.upkeep();
    expect(readdirSync(dir)).toEqual(["dnsvouch-20261126T080000Z.db"]);
    nowMs += 3_599_000;
    await server.upkeep();
    expect(readdirSync(dir)).toHaveLength(1);
    server = await server.restart();
    await server.upkeep();
    expect(readdirSync(dir)).toHaveLength(1);
    nowMs += 1000;
    await server.upkeep();
    nowMs += 3_600_000;
    await server.upkeep();
    expect(readdirSync(dir)).toEqual([
      "dnsvouch-20261126T090000Z.db",
      "dnsvouch-20261126T100000Z.db",
    ]);
    const series = "dnsvouch_backup_last_success_timestamp_seconds";
    expect((await read()).get(series)).toBe(nowMs / 1000);
    await folder.remove();
  });

  test("that fail are logged, tried again later, and stop nothing", async () => {
    const folder = new ProcessFolder();
    const dir = join(folder.path, "backups");
    writeFileSync(dir, "a file where the folder should be");
    await start({ DNSVOUCH_BACKUP_DIR: dir });
    await server.upkeep();
    await server.upkeep();
    expect(server.errors.filter((line) => line.includes(dir))).toHaveLength(1);
    expect((await register(server.url)).fulldomain).toContain("auth.example.org");
    chmodSync(dir, 0o600);
    nowMs += 600_000;
    await server.upkeep();
    expect(server.errors.filter((line) => line.includes(dir))).toHaveLength(2);
    await folder.remove();
  });
});
