import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { DnsvouchProcess } from "../support/dnsvouch-process.ts";
import { lookUpOnce } from "../support/look-up-once.ts";
import { apiUrl, ProcessFolder } from "../support/process-folder.ts";

let folder: ProcessFolder;
let config: string;
let server: DnsvouchProcess;

const FILE = { log: ['loglevel = "info"', 'logtype = "file"', 'logfile = "log.json"'] };

function write(general: readonly string[], more: readonly string[] = []): string {
  return folder.configFile({
    general: ['listen = "127.0.0.1:0"', 'domain = "auth.example.org"', ...general],
    log: [...FILE.log, ...more],
  });
}

beforeEach(async () => {
  folder = new ProcessFolder();
  config = write(['records = ["www A 192.0.2.1"]']);
  server = folder.start(["-c", config]);
  await server.ready();
});

afterEach(() => folder.remove());

const dnsPort = () => Number(/DNS {2}127\.0\.0\.1:(\d+)/.exec(server.stdout())?.[1]);
const log = () => readFileSync(join(folder.path, "log.json"), "utf8");

/** What the log says from there on, once it says something of that. */
async function logged(text: string, from: number): Promise<string> {
  for (;;) {
    const rest = log().slice(from);
    if (rest.includes(text) && rest.endsWith("\n")) return rest;
    await lookUpOnce(dnsPort(), "auth.example.org", "SOA");
  }
}

async function hangUp(text: string): Promise<string> {
  const from = log().length;
  server.child.kill("SIGHUP");
  return logged(text, from);
}

const address = async () => lookUpOnce(dnsPort(), "www.auth.example.org", "A");

test("records are taken over while queries are answered, none of which is lost", async () => {
  let isOver = false;
  const seen = new Set<string>();
  const asking = Array.from({ length: 4 }, async () => {
    while (!isOver) seen.add(await address());
  });
  const serial = await lookUpOnce(dnsPort(), "auth.example.org", "SOA");
  for (const last of [2, 3, 4]) {
    write([`records = ["www A 192.0.2.${last}"]`]);
    expect(await hangUp("was read again")).toContain('"changed":["general.records"]');
    expect(await address()).toBe(`192.0.2.${last}`);
  }
  isOver = true;
  await Promise.all(asking);
  expect(seen.size).toBeGreaterThan(1);
  for (const each of seen) expect(each).toMatch(/^192\.0\.2\.[1-4]$/);
  expect(Number(await lookUpOnce(dnsPort(), "auth.example.org", "SOA"))).toBeGreaterThan(
    Number(serial),
  );
});

test.for([
  {
    what: "a record that does not parse",
    general: ['records = ["www A 192.0.2"]'],
    says: "192.0.2",
  },
  { what: "an unknown key", general: ['recrods = ["x A 192.0.2.2"]'], says: "recrods" },
])("$what: the old state stays, and the log says what and where", async ({ general, says }) => {
  write(general);
  const said = await hangUp("was not taken over");
  expect(said).toContain(says);
  expect(await address()).toBe("192.0.2.1");
  write(['records = ["www A 192.0.2.7"]']);
  await hangUp("was read again");
  expect(await address()).toBe("192.0.2.7");
});

test("limits, registration, the log level and the log file follow; a port waits for the next start", async () => {
  const register = async () =>
    (await fetch(`${apiUrl(server)}/register`, { method: "POST" })).status;
  expect(await register()).toBe(201);
  folder.configFile({
    general: ['listen = "127.0.0.1:1"', 'domain = "auth.example.org"'],
    api: ['ip = "127.0.0.1"', "port = 0", "[limits]", "register_per_source_per_hour = 1"],
    log: FILE.log,
  });
  const said = await hangUp("wait for the next start");
  expect(said).toContain('"waiting":["general.listen"]');
  expect(await register()).toBe(201);
  expect(await register()).toBe(429);
  renameSync(join(folder.path, "log.json"), join(folder.path, "log.1"));
  writeFileSync(join(folder.path, "log.json"), "");
  folder.configFile({
    api: ['ip = "127.0.0.1"', "port = 0", "disable_registration = true"],
    log: FILE.log.map((line) => line.replace("info", "debug")),
  });
  await hangUp("was read again");
  expect(await register()).toBe(404);
  expect(readFileSync(join(folder.path, "log.1"), "utf8")).not.toContain("disable_registration");
});

test("the address of instant names and the tokens of lego's storage are taken over", async () => {
  const tokens = join(folder.path, "tokens");
  const one = `dv_${"a".repeat(40)}`;
  const other = `dv_${"b".repeat(40)}`;
  writeFileSync(tokens, one, { mode: 0o600 });
  writeFileSync(join(folder.path, "key"), "1".repeat(64), { mode: 0o600 });
  const withAddress = (a: string) =>
    write(
      [],
      [
        "[instant]",
        'domain = "instant.test"',
        `a = "${a}"`,
        "[lego_storage]",
        `token_file = "${tokens}"`,
        `key_file = "${join(folder.path, "key")}"`,
      ],
    );
  server.child.kill("SIGTERM");
  await server.exit();
  server = folder.start(["-c", withAddress("192.0.2.1")]);
  await server.ready();
  const created = await fetch(`${apiUrl(server)}/api/v1/register`, { method: "POST" });
  const { fulldomain } = (await created.json()) as { fulldomain: string };
  const list = async (token: string) =>
    (await fetch(`${apiUrl(server)}/api/v1/lego-storage/${token}`)).status;
  expect(await lookUpOnce(dnsPort(), fulldomain, "A")).toBe("192.0.2.1");
  expect([await list(one), await list(other)]).toEqual([200, 401]);

  writeFileSync(tokens, other);
  withAddress("192.0.2.2");
  expect(await hangUp("was read again")).toContain('"changed":["instant.a"]');
  expect(await lookUpOnce(dnsPort(), fulldomain, "A")).toBe("192.0.2.2");
  expect([await list(one), await list(other)]).toEqual([401, 200]);
});
