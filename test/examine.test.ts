import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { v4 as uuidv4 } from "uuid";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Config } from "../src/config/config.ts";
import { loadConfig } from "../src/config/load-config.ts";
import { examine } from "../src/examine.ts";
import { type RunningServer, startServer } from "../src/serve.ts";
import { backupInThread } from "../src/store/sqlite/backup-database.ts";
import { configuredZones } from "../src/zones.ts";
import { freePort } from "./support/free-port.ts";
import { ProcessFolder } from "./support/process-folder.ts";

const folder = new ProcessFolder();
const data = join(folder.path, "dnsvouch.db");
let config: Config;
let server: RunningServer;

beforeAll(async () => {
  config = loadConfig({
    file: undefined,
    searched: [],
    env: {
      DNSVOUCH_DOMAIN: "auth.example.org",
      DNSVOUCH_LISTEN: `127.0.0.1:${await freePort()}`,
      DNSVOUCH_API_PORT: String(await freePort()),
      DNSVOUCH_DB: data,
      DNSVOUCH_METRICS_LISTEN: "",
      DNSVOUCH_DNS_WORKERS: "1",
    },
  });
  const ignore = (): void => {};
  server = await startServer(config, {
    clock: Date.now,
    randomOctets: randomBytes,
    newUuid: uuidv4,
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    checks: { resolvers: [], authPort: 53, isByClock: false },
  });
  await server.loaded;
});
afterAll(async () => {
  await server.close();
  await folder.remove();
});

function examineSelf() {
  const { zones, warnings } = configuredZones(config);
  return examine({
    config,
    zones,
    warnings,
    ca: "letsencrypt.org",
    // Nobody answers there.
    resolvers: [{ address: "127.0.0.1", port: 9 }],
    authPort: 53,
    clock: Date.now,
    newLabel: uuidv4,
    isThisServer: true,
  });
}

/** The locks that this process has on its database, as proc(5) lists them; other systems do not tell. */
function locks(): readonly string[] {
  if (!existsSync("/proc/locks")) return ["unknown"];
  const inode = `:${statSync(data).ino}`;
  const lines = readFileSync("/proc/locks", "utf8").split("\n");
  return lines.flatMap((line) => {
    const [, , , access = "", pid, device = ""] = line.split(/\s+/);
    return device.endsWith(inode) && pid === String(process.pid) ? [access] : [];
  });
}

test("a server finds its own ports, answers and data", async () => {
  const findings = await examineSelf();
  const statusOf = (id: string) => findings.find((each) => each.id === id)?.status;
  const passing = ["server", "port-api-tcp", "port-dns-udp", "dns-udp", "dns-tcp", "database"];
  expect(passing.map((id) => `${id} ${statusOf(id)}`)).toEqual(passing.map((id) => `${id} PASS`));
  expect(findings.find(({ id }) => id === "port-api-tcp")?.found).toContain(`(pid ${process.pid})`);
});

test("the portal's port is among them", async () => {
  const ids = (await examineSelf()).map(({ id }) => id);
  expect(ids).toContain("port-portal-tcp");
  expect(ids).not.toContain("port-metrics-tcp");
});

test("it still has its data alone after that", async () => {
  await examineSelf();
  const file = folder.configFile({ database: ['engine = "sqlite"', `connection = "${data}"`] });
  const second = folder.start(["-c", file]);
  expect(await second.exit()).toBe(1);
  expect(second.stderr()).toContain(`is in use by process ${process.pid}`);
});

test("nor does it give up its locks on the database", async () => {
  const before = locks();
  expect(before).toHaveLength(1);
  await examineSelf();
  expect(locks()).toEqual(before);
});

test("nor by a backup that it makes by the clock", async () => {
  const before = locks();
  const target = join(folder.path, "backup.db");
  await backupInThread(data, target, new AbortController().signal);
  expect(existsSync(target)).toBe(true);
  expect(locks()).toEqual(before);
});
