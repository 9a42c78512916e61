import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parseNetwork } from "../../src/delegate/network.ts";
import { judgeCertificate } from "../../src/doctor/certificate.ts";
import { judgeClients, type SeenRequest } from "../../src/doctor/clients.ts";
import { defaultGateways, isClockSynchronized } from "../../src/doctor/host.ts";
import { judgeClock, judgeConfiguration, judgeNode } from "../../src/doctor/machine.ts";
import { judgePorts, type PortFacts } from "../../src/doctor/ports.ts";
import {
  judgeBackups,
  judgeFileSystem,
  judgeSpace,
  judgeStorage,
} from "../../src/doctor/storage.ts";
import { backupPath } from "../../src/operate/backup-files.ts";

const folder = mkdtempSync(join(tmpdir(), "dnsvouch-doctor-"));
afterAll(() => rmSync(folder, { recursive: true }));
const NOW_MS = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;

test.for([
  { version: "v24.12.0", status: "PASS" },
  { version: "v26.0.0", status: "PASS" },
  { version: "v24.11.9", status: "FAIL" },
  { version: "v20.19.0", status: "FAIL" },
])("Node $version: $status", ({ version, status }) => {
  expect(judgeNode(version)).toMatchObject({ id: "node", status, found: version });
});

describe("the clock", () => {
  const facts = { nowMs: NOW_MS, newestMs: undefined, isSynchronized: undefined };
  test.for([
    { what: "nothing to compare with", more: {}, status: "PASS" },
    { what: "a little before the trail", more: { newestMs: NOW_MS + 60_000 }, status: "PASS" },
    { what: "a day before the trail", more: { newestMs: NOW_MS + DAY_MS }, status: "FAIL" },
    { what: "not synchronized", more: { isSynchronized: false }, status: "WARN" },
    { what: "synchronized", more: { isSynchronized: true }, status: "PASS" },
  ])("$what: $status", ({ more, status }) => {
    expect(judgeClock({ ...facts, ...more }).status).toBe(status);
  });

  test("is synchronized if systemd says so", () => {
    const run = join(folder, "timesync");
    expect(isClockSynchronized(run)).toBeUndefined();
    mkdirSync(run);
    expect(isClockSynchronized(run)).toBe(false);
    writeFileSync(join(run, "synchronized"), "");
    expect(isClockSynchronized(run)).toBe(true);
  });
});

test("what a start would warn of, with where it is set", () => {
  const [finding] = judgeConfiguration("/etc/dnsvouch.toml", ["a key has no effect"]);
  expect(finding).toMatchObject({ status: "WARN", found: "a key has no effect" });
  expect(finding?.fix).toContain("/etc/dnsvouch.toml");
});

describe("ports", () => {
  const endpoint = {
    service: "DNS",
    transport: "udp",
    address: "",
    port: 53,
    key: "general.listen",
  } as const;
  const judge = (
    holder: string | undefined,
    isRunning: boolean | undefined,
    port = 53,
    serverPid?: string,
  ) => {
    const facts: PortFacts = {
      endpoints: [{ ...endpoint, port }],
      holderOf: () => holder,
      isRunning,
      serverPid,
    };
    return judgePorts(facts)[1];
  };
  test.for([
    {
      holder: "node /usr/lib/dnsvouch/dist/main.js serve (pid 7)",
      isRunning: true,
      status: "PASS",
    },
    {
      holder: "node /usr/lib/dnsvouch/dist/main.js serve (pid 7)",
      isRunning: false,
      status: "FAIL",
    },
    { holder: "unbound -d (pid 712)", isRunning: true, status: "FAIL" },
    { holder: "unbound -d (pid 712)", isRunning: false, status: "FAIL" },
    { holder: undefined, isRunning: false, status: "PASS" },
    { holder: undefined, isRunning: true, status: "SKIP" },
  ])("$holder, running: $isRunning, $status", ({ holder, isRunning, status }) => {
    expect(judge(holder, isRunning)).toMatchObject({ id: "port-dns-udp", status });
  });

  test("the server is known by its process, whatever of its command line is shown", () => {
    const long = "/opt/a/very/long/path/to/node/bin/node /opt/a/very/long/path/to/dis (pid 77)";
    expect(judge(long, true, 53, "77")?.status).toBe("PASS");
    expect(judge("node dist/main.js serve -c other.toml (pid 78)", true, 53, "77")?.status).toBe(
      "FAIL",
    );
  });

  test("who holds it is named, and the key that helps", () => {
    const finding = judge("unbound -d (pid 712)", false);
    expect(finding?.found).toContain("unbound -d (pid 712)");
    expect(finding?.fix).toContain("general.listen");
  });

  test("what a server starts without is a warning", () => {
    const facts = { holderOf: () => "other (pid 1)", isRunning: true, serverPid: "2" };
    const [, finding] = judgePorts({ ...facts, endpoints: [{ ...endpoint, isOptional: true }] });
    expect(finding?.status).toBe("WARN");
  });

  test("systemd-resolved has a cure of its own", () => {
    expect(judge("/lib/systemd/systemd-resolved (pid 1)", false)?.fix).toContain(
      "DNSStubListener=no",
    );
  });

  test("a port that the system chooses says nothing", () => {
    expect(judge(undefined, true, 0)?.status).toBe("SKIP");
  });
});

describe("the certificate", () => {
  const served = (days: number) => ({
    issuer: "Let's Encrypt",
    notBeforeMs: 0,
    notAfterMs: NOW_MS + days * DAY_MS,
  });
  test.for([
    { baseUrl: "https://auth.example.org", certificate: served(60), status: "PASS" },
    { baseUrl: "https://auth.example.org", certificate: served(13), status: "WARN" },
    { baseUrl: "https://auth.example.org", certificate: served(-1), status: "FAIL" },
    { baseUrl: "https://auth.example.org", certificate: undefined, status: "WARN" },
    { baseUrl: "http://auth.example.org", certificate: undefined, status: "WARN" },
    { baseUrl: "http://localhost:8080", certificate: undefined, status: "PASS" },
    { baseUrl: "http://127.0.0.1", certificate: undefined, status: "PASS" },
    { baseUrl: "", certificate: undefined, status: "SKIP" },
  ])("$baseUrl, $certificate: $status", ({ baseUrl, certificate, status }) => {
    expect(judgeCertificate({ baseUrl, certificate, nowMs: NOW_MS }).status).toBe(status);
  });
});

describe("clients", () => {
  const proxy = parseNetwork("10.0.0.0/8");
  const from = (...peers: string[]): SeenRequest[] =>
    peers.map((peer) => ({ peer, forwarded: null }));
  const usual = {
    trustedProxies: proxy === undefined ? [] : [proxy],
    headerName: "X-Forwarded-For",
    gateways: ["172.17.0.1"],
  };
  const by = (forwarded: string): SeenRequest => ({ peer: "10.1.1.1", forwarded });
  test.for([
    { what: "too few", seen: from("192.0.2.1"), status: "SKIP", says: "too few" },
    {
      what: "several",
      seen: from("172.17.0.1", "8.8.8.8", "8.8.4.4"),
      status: "PASS",
      says: "3 sources",
    },
    {
      what: "one that is public",
      seen: from("8.8.8.8", "8.8.8.8", "8.8.8.8"),
      status: "PASS",
      says: "1 sources",
    },
    {
      what: "the gateway of a container",
      seen: from("172.17.0.1", "172.17.0.1", "172.17.0.1"),
      status: "WARN",
      says: "gateway",
    },
    {
      what: "a proxy that nobody trusts",
      seen: from("127.0.0.1", "127.0.0.1", "127.0.0.1"),
      status: "WARN",
      says: "127.0.0.1",
    },
    {
      what: "a proxy that says nothing",
      seen: [by("unreadable: none"), by("unreadable: none"), by("8.8.8.8")],
      status: "WARN",
      says: "does not say for whom",
    },
    {
      what: "a proxy that says it",
      seen: [by("8.8.8.8"), by("8.8.4.4"), by("8.8.8.8")],
      status: "PASS",
      says: "2 sources",
    },
  ])("$what: $status", ({ seen, status, says }) => {
    const finding = judgeClients({ ...usual, seen });
    expect(finding).toMatchObject({ id: "clients", status });
    expect(finding.found).toContain(says);
  });

  test("the gateway is in the table of routes", () => {
    const routes = [
      "Iface\tDestination\tGateway \tFlags",
      "eth0\t00000000\t010011AC\t0003",
      "eth0\t000011AC\t00000000\t0001",
    ].join("\n");
    expect(defaultGateways(routes)).toEqual(["172.17.0.1"]);
    expect(defaultGateways("")).toEqual([]);
  });
});

describe("storage", () => {
  const file = join(folder, "data", "dnsvouch.db");
  const judge = (state: Parameters<typeof judgeStorage>[0]["state"]) =>
    Object.fromEntries(
      judgeStorage({ file, state, secretConfig: undefined }).map((each) => [each.id, each]),
    );

  test("before the first start", () => {
    expect(judge("absent")["database"]).toMatchObject({ status: "SKIP" });
  });

  test("a database of another user", () => {
    const findings = judge("hidden");
    expect(findings["database"]).toMatchObject({ status: "SKIP" });
    expect(findings["permissions"]?.fix).toContain("as the user of the server");
  });

  test("damage", () => {
    const { database } = judge({ damage: "row 5 missing from index" });
    expect(database).toMatchObject({ status: "FAIL", found: `${file}: row 5 missing from index` });
    expect(database?.fix).toContain("dnsvouch restore");
  });

  test("what is none of ours is not to be restored over", () => {
    const { database } = judge({ refusal: "it is not a SQLite database" });
    expect(database).toMatchObject({ status: "FAIL", found: "it is not a SQLite database" });
    expect(database?.fix).toContain("database.connection");
  });

  test("what could not be looked through is not called damaged", () => {
    const { database } = judge({ unchecked: "disk I/O error" });
    expect(database).toMatchObject({ status: "WARN" });
    expect(database?.fix).not.toContain("restore");
  });

  test("sound, for its user alone", () => {
    mkdirSync(join(folder, "data"), { mode: 0o700 });
    writeFileSync(file, "");
    const findings = judge("sound");
    expect(findings["database"]).toMatchObject({ status: "PASS" });
    expect(findings["wal"]).toMatchObject({ status: "PASS" });
    expect(findings["permissions"]).toMatchObject({ status: "PASS" });
  });

  test("a write-ahead log that nothing empties", () => {
    writeFileSync(`${file}-wal`, "");
    truncateSync(`${file}-wal`, 65 * 2 ** 20);
    expect(judge("sound")["wal"]).toMatchObject({
      status: "WARN",
      found: "write-ahead log of 65 MiB",
    });
  });

  test("a directory that everybody can read", () => {
    const open = join(folder, "open");
    mkdirSync(open, { mode: 0o755 });
    const database = join(open, "dnsvouch.db");
    writeFileSync(database, "");
    const findings = judgeStorage({ file: database, state: "sound", secretConfig: undefined });
    const finding = findings.find(({ id }) => id === "permissions");
    expect(finding).toMatchObject({
      status: "WARN",
      fix: `take that right away: chmod o-rwx ${open}`,
    });
  });

  test.for([
    { type: 0xef53, status: "PASS", says: "local" },
    { type: 0x6969, status: "WARN", says: "NFS" },
    // statfs gives a signed number on some systems.
    { type: 0xff534d42 | 0, status: "WARN", says: "CIFS" },
  ])("a file system of type $type: $says", ({ type, status, says }) => {
    const finding = judgeFileSystem("/data", type);
    expect(finding.status).toBe(status);
    expect(finding.found).toContain(says);
  });

  test.for([
    { mib: 1000, status: "PASS" },
    { mib: 100, status: "WARN" },
    { mib: 1, status: "FAIL" },
  ])("$mib MiB left: $status", ({ mib, status }) => {
    expect(judgeSpace("/data", mib * 2 ** 20).status).toBe(status);
  });
});

describe("backups", () => {
  const dir = join(folder, "backups");
  const judge = (dirName: string) =>
    judgeBackups({ dir: dirName, everySeconds: 86_400, nowMs: NOW_MS });

  test("none are made", () => {
    expect(judge("")).toMatchObject({
      status: "WARN",
      found: "no backups are made by this server",
    });
  });

  test("a folder that is not there", () => {
    expect(judge(join(folder, "absent")).status).toBe("WARN");
  });

  test("none yet, an old one, a new one", () => {
    mkdirSync(dir);
    expect(judge(dir).found).toContain("there is none");
    writeFileSync(backupPath(dir, NOW_MS - 3 * DAY_MS), "");
    expect(judge(dir)).toMatchObject({
      status: "WARN",
      found: `the newest in ${dir} is 72 hours old`,
    });
    writeFileSync(backupPath(dir, NOW_MS - DAY_MS), "");
    expect(judge(dir)).toMatchObject({ status: "PASS" });
  });
});
