import { once } from "node:events";
import { chmodSync, openSync, readFileSync, writeSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Finding } from "../../src/doctor/finding.ts";
import type { DnsvouchProcess } from "../support/dnsvouch-process.ts";
import { ProcessFolder } from "../support/process-folder.ts";

let folder: ProcessFolder;
let config: string;
let server: DnsvouchProcess;

/** A port that nothing has now. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

// Nobody answers there: what is outside is another test's.
const OUTSIDE = ["--resolver", "127.0.0.1:9"];

async function doctor(file = config) {
  const { code, out, err } = await folder.run("doctor", "--json", "-c", file, ...OUTSIDE);
  expect(err).toBe("");
  const { result, findings } = JSON.parse(out) as { result: string; findings: Finding[] };
  return { code, result, of: (id: string) => findings.find((each) => each.id.startsWith(id)) };
}

beforeAll(async () => {
  folder = new ProcessFolder();
  chmodSync(folder.path, 0o700);
  config = folder.configFile({
    general: [`listen = "127.0.0.1:${await freePort()}"`, 'domain = "auth.example.org"'],
    api: ['ip = "127.0.0.1"', `port = ${await freePort()}`],
  });
  server = folder.start(["-c", config]);
  await server.ready();
});
afterAll(() => folder.remove());

test("a server that runs: what it answers, what it stores", async () => {
  const { code, result, of } = await doctor();
  expect({ code, result }).toEqual({ code: 0, result: "warn" });
  const passing = [
    "node",
    "server",
    "port-dns-udp",
    "port-dns-tcp",
    "port-api-tcp",
    "dns-udp",
    "dns-tcp",
    "edns",
    "negatives",
    "case",
    "challenge",
    "database",
    "wal",
    "file-system",
    "space",
    "permissions",
  ];
  expect(passing.map((id) => `${id} ${of(id)?.status}`)).toEqual(passing.map((id) => `${id} PASS`));
  expect(of("port-dns-udp")?.found).toContain("(pid ");
  expect(of("apex")).toMatchObject({
    status: "WARN",
    found: "its name servers are at 127.0.0.1 (loopback)",
  });
  expect(of("delegation")).toMatchObject({ status: "SKIP" });
  expect(of("backup")).toMatchObject({ status: "WARN" });
});

test("for people: a line for each, one for what to do, the exit code", async () => {
  const { code, out } = await folder.run("doctor", "-c", config, ...OUTSIDE);
  expect(code).toBe(0);
  expect(out).toMatch(/^ PASS {2}node +v24/);
  expect(out).toMatch(
    / WARN {2}backup +no backups are made by this server\n {7}fix +set dir below \[backup\]/,
  );
  expect(out).toMatch(/exit 0: 0 failed, \d warnings\n$/);
});

describe("without a server", () => {
  let other: Server;
  let idle: string;

  beforeAll(async () => {
    other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const taken = typeof address === "object" && address !== null ? address.port : 0;
    idle = folder.configFile(
      {
        general: [`listen = "127.0.0.1:${await freePort()}"`, 'domain = "auth.example.org"'],
        database: ['engine = "sqlite"', 'connection = "idle/db.sqlite"'],
        api: ['ip = "127.0.0.1"', `port = ${taken}`],
      },
      "idle.toml",
    );
  });
  afterAll(() => void other.close());

  test("it says so, who holds its port, and that the rest cannot be told", async () => {
    const { code, of } = await doctor(idle);
    expect(code).toBe(2);
    expect(of("server")).toMatchObject({ status: "FAIL" });
    expect(of("port-api-tcp")).toMatchObject({ status: "FAIL" });
    expect(of("port-api-tcp")?.found).toContain(`(pid ${process.pid})`);
    expect(of("port-dns-udp")?.found).toContain("free");
    expect(of("dns")).toMatchObject({ status: "SKIP" });
    expect(of("database")).toMatchObject({ status: "SKIP" });
  });
});

test("damage in the database", async () => {
  const { of: before } = await doctor();
  expect(before("database")?.status).toBe("PASS");
  server.child.kill("SIGTERM");
  expect(await server.exit()).toBe(0);
  const file = join(folder.path, "db.sqlite");
  const pages = readFileSync(file).length / 4096;
  const descriptor = openSync(file, "r+");
  for (let page = 2; page < pages; page++)
    writeSync(descriptor, Buffer.alloc(64, 0xff), 0, 64, page * 4096);
  const { code, of } = await doctor();
  expect(code).toBe(2);
  expect(of("database")).toMatchObject({ status: "FAIL" });
  expect(of("database")?.fix).toContain("dnsvouch restore");
});

test("3 for a configuration that no server would start with", async () => {
  const { code, err } = await folder.run("doctor", "--listen", "x");
  expect({ code, lines: err.trimEnd().split("\n").length }).toEqual({ code: 3, lines: 1 });
});
