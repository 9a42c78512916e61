import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { digest, register, update } from "../support/api-client.ts";
import { type DnsvouchProcess, MAIN, startDnsvouch } from "../support/dnsvouch-process.ts";

const SRC_MAIN = resolve(import.meta.dirname, "../../src/main.ts");

let folder: string;
let started: DnsvouchProcess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dnsvouch-process-"));
  started = [];
});

afterEach(async () => {
  for (const { child, exit } of started) {
    child.kill("SIGKILL");
    await exit();
  }
  rmSync(folder, { recursive: true });
});

function start(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  nodeArgs: readonly string[] = [],
): DnsvouchProcess {
  const dnsvouch = startDnsvouch(args, folder, env, nodeArgs);
  started.push(dnsvouch);
  return dnsvouch;
}

/** A configuration file as acme-dns users have it, on ports that the system chooses. */
function configFile(lines: {
  general?: string[];
  database?: string[];
  api?: string[];
  log?: string[];
}): string {
  const file = join(folder, "config.cfg");
  const text = [
    "[general]",
    ...(lines.general ?? ['listen = "127.0.0.1:0"', 'domain = "auth.example.org"']),
    "[database]",
    ...(lines.database ?? ['engine = "sqlite3"', 'connection = "db.sqlite"']),
    "[api]",
    ...(lines.api ?? ['ip = "127.0.0.1"', 'port = "0"', 'tls = "none"']),
    "[logconfig]",
    ...(lines.log ?? ['loglevel = "info"', 'logtype = "stdout"', 'logformat = "json"']),
  ];
  writeFileSync(file, `${text.join("\n")}\n`);
  return file;
}

function apiUrl(dnsvouch: DnsvouchProcess): string {
  return /^ {2}API {2}(http:\S+)$/m.exec(dnsvouch.stdout())?.[1] ?? "";
}

/** Resolves once nothing listens at the URL any more. */
async function refused(url: string): Promise<void> {
  for (;;) {
    try {
      await (await fetch(`${url}/health`)).arrayBuffer();
    } catch {
      return;
    }
  }
}

/** Resolves once the API answers. */
async function answered(url: string): Promise<"answered"> {
  for (;;) {
    try {
      await (await fetch(`${url}/health`)).arrayBuffer();
      return "answered";
    } catch {
      // Not bound yet.
    }
  }
}

function listenAnywhere(server: Server): Promise<number> {
  return new Promise((done) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      done(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

describe("starting and stopping", () => {
  test.for([
    { name: "serve -c FILE", args: ["serve", "-c", "config.cfg"], signal: "SIGTERM" as const },
    { name: "-c FILE", args: ["-c", "config.cfg"], signal: "SIGINT" as const },
    { name: "./config.cfg without an option", args: [], signal: "SIGTERM" as const },
  ])("$name starts the server, $signal stops it with exit code 0", async ({ args, signal }) => {
    configFile({});
    const dnsvouch = start(args);
    await dnsvouch.ready();
    expect((await fetch(`${apiUrl(dnsvouch)}/health`)).status).toBe(200);
    dnsvouch.child.kill(signal);
    expect(await dnsvouch.exit()).toBe(0);
    expect(dnsvouch.stderr()).toBe("");
  });

  test("at level error nothing but ready is printed", async () => {
    const dnsvouch = start(["-c", configFile({ log: ['loglevel = "error"'] })]);
    await dnsvouch.ready();
    expect(dnsvouch.stdout()).toBe("ready\n");
  });

  test("a request that is under way when the signal comes is answered, then the process ends", async () => {
    const dnsvouch = start(["-c", configFile({})]);
    await dnsvouch.ready();
    const url = apiUrl(dnsvouch);
    const delegate = await register(url);
    const body = JSON.stringify({ subdomain: delegate.subdomain, txt: digest(1) });
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    const head = [
      "POST /update HTTP/1.1",
      "Host: localhost",
      `X-Api-User: ${delegate.username}`,
      `X-Api-Key: ${delegate.password}`,
      `Content-Length: ${body.length}`,
      "Expect: 100-continue",
    ];
    socket.write(`${head.join("\r\n")}\r\n\r\n`);
    let received = "";
    for await (const chunk of socket) {
      const isAskedForBody = received === "";
      received += chunk;
      if (!isAskedForBody) continue;
      // The 100 shows that the request is being worked on.
      dnsvouch.child.kill("SIGTERM");
      await refused(url);
      socket.write(body);
    }
    expect(received).toMatch(/^HTTP\/1\.1 100 .*\r\n\r\nHTTP\/1\.1 200 OK/s);
    expect(received).toContain(`{"txt": "${digest(1)}"}`);
    expect(await dnsvouch.exit()).toBe(0);
  });

  test("a reader of the output that goes away does not take the server with it", async () => {
    const holder = createServer();
    const port = await listenAnywhere(holder);
    await new Promise((done) => holder.close(done));
    const dnsvouch = start(["-c", configFile({ api: ['ip = "127.0.0.1"', `port = ${port}`] })]);
    dnsvouch.child.stdout?.destroy();
    dnsvouch.child.stderr?.destroy();
    const url = `http://127.0.0.1:${port}`;
    expect(await Promise.race([answered(url), dnsvouch.exit()])).toBe("answered");
    // The output was written, and refused, before this answer; what follows still works.
    await register(url);
    dnsvouch.child.kill("SIGTERM");
    expect(await dnsvouch.exit()).toBe(0);
  });

  test("files are for the user alone", async () => {
    const dnsvouch = start(["-c", configFile({ database: ['connection = "new/db.sqlite"'] })]);
    await dnsvouch.ready();
    const { stdout } = await promisify(execFile)("find", ["new", "-perm", "/077"], { cwd: folder });
    expect(stdout).toBe("");
    expect(readdirSync(join(folder, "new"))).toContain("db.sqlite");
  });

  test("the source runs as it stands, without a build", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [SRC_MAIN, "--version"]);
    const { stdout: built } = await promisify(execFile)(process.execPath, [MAIN, "--version"]);
    expect(stdout).toMatch(/^dnsvouch [0-9]+\.[0-9]+\.[0-9]+\n$/);
    expect(built).toBe(stdout);
  });
});

describe("kill -9", () => {
  test("loses nothing that was acknowledged", async () => {
    const config = configFile({});
    const first = start(["-c", config]);
    await first.ready();
    const url = apiUrl(first);
    const delegates = await Promise.all(Array.from({ length: 8 }, () => register(url)));
    const acknowledged = new Map<string, number>();
    const writers = delegates.map(async (delegate) => {
      for (let number = 1; number < 1000; number++) {
        await update(url, delegate, digest(number));
        acknowledged.set(delegate.subdomain, number);
        // Killed in the middle of the writing of all, once each has something to lose.
        const slowest = Math.min(...delegates.map((each) => acknowledged.get(each.subdomain) ?? 0));
        if (slowest === 5) first.child.kill("SIGKILL");
      }
    });
    await Promise.allSettled(writers);
    expect(await first.exit()).toBe("SIGKILL");

    const second = start(["-c", config]);
    await second.ready();
    const database = new Database(join(folder, "db.sqlite"), { readonly: true });
    const newest = database.prepare(
      "SELECT digest FROM challenge_value JOIN delegate ON delegate.id = delegate_id WHERE subdomain = ? ORDER BY sequence DESC",
    );
    for (const { subdomain } of delegates) {
      const last = acknowledged.get(subdomain) ?? 0;
      const stored = newest.pluck().all(subdomain);
      // An update that was not acknowledged may have been stored as well.
      expect([
        [digest(last), digest(last - 1)],
        [digest(last + 1), digest(last)],
      ]).toContainEqual(stored);
    }
    database.close();
    for (const delegate of delegates) await update(apiUrl(second), delegate, digest(0));
  });
});

describe("a port that is taken", () => {
  test("by another program: exit 1, with the port, who holds it and what to set", async () => {
    const holder = createServer();
    const port = await listenAnywhere(holder);
    const api = start(["-c", configFile({ api: ['ip = "127.0.0.1"', `port = ${port}`] })]);
    expect(await api.exit()).toBe(1);
    expect(api.stderr()).toContain(`port ${port} of 127.0.0.1 for the HTTP API`);
    expect(api.stderr()).toContain("set api.ip and api.port");
    if (existsSync("/proc/net/tcp")) expect(api.stderr()).toContain(`(pid ${process.pid})`);
    expect(api.stdout()).not.toContain("ready");

    const dns = start(["-c", configFile({ general: [`listen = "127.0.0.1:${port}"`] })]);
    expect(await dns.exit()).toBe(1);
    expect(dns.stderr()).toMatch(
      new RegExp(`^dnsvouch: .*port ${port} .*DNS over TCP.*general.listen.*\n$`),
    );
    await new Promise((done) => holder.close(done));
  });

  test("UDP alone is enough", async () => {
    const holder = createSocket("udp4");
    await new Promise<void>((done) => holder.bind(0, "127.0.0.1", done));
    const { port } = holder.address();
    const dnsvouch = start(["-c", configFile({ general: [`listen = "127.0.0.1:${port}"`] })]);
    expect(await dnsvouch.exit()).toBe(1);
    expect(dnsvouch.stderr()).toContain("DNS over UDP");
    await new Promise<void>((done) => holder.close(done));
  });
});

describe("a start that is refused names what, where and what to do", () => {
  test.for([
    {
      name: "an unknown key",
      config: { general: ['lisen = "127.0.0.1:0"'] },
      exitCode: 3,
      stderr: /config\.cfg:2: unknown key general\.lisen; did you mean general\.listen\?/,
    },
    {
      name: "a protection that is not there yet",
      config: { api: ['tls = "letsencrypt"'] },
      exitCode: 3,
      stderr: /api\.tls/,
    },
    {
      name: "a record that does not parse",
      config: { general: ['records = ["www A 192.0.2"]'] },
      exitCode: 3,
      stderr: /general\.records: record 'www A 192\.0\.2': "192\.0\.2" is no IPv4 address/,
    },
    {
      name: "PostgreSQL",
      config: { database: ['engine = "postgres"', 'connection = "postgres://localhost/acmedns"'] },
      exitCode: 3,
      stderr: /postgres/,
    },
  ])("$name", async ({ config, exitCode, stderr }) => {
    const dnsvouch = start(["-c", configFile(config)]);
    expect(await dnsvouch.exit()).toBe(exitCode);
    expect(dnsvouch.stderr()).toMatch(stderr);
    expect(dnsvouch.stdout()).not.toContain("ready");
  });

  test("a database of acme-dns: exit 3, and the file is as it was", async () => {
    const file = join(folder, "acme-dns.db");
    const acmeDns = new Database(file);
    acmeDns.exec(
      "CREATE TABLE acmedns (Name TEXT, Value TEXT); CREATE TABLE records (Username TEXT)",
    );
    acmeDns.close();
    const before = readFileSync(file);
    const dnsvouch = start(["-c", configFile({ database: ['connection = "acme-dns.db"'] })]);
    expect(await dnsvouch.exit()).toBe(3);
    expect(dnsvouch.stderr()).toMatch(/acme-dns\.db.*acme-dns/);
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(["acme-dns.db", "config.cfg"]);
  });

  test.for([
    { name: "a command that does not exist", args: ["serv"], stderr: /did you mean serve\?/ },
    { name: "an option that does not exist", args: ["--confg", "x"], stderr: /--confg/ },
    { name: "a file that is not there", args: ["-c", "none.toml"], stderr: /none\.toml/ },
  ])("$name: exit 3", async ({ args, stderr }) => {
    const dnsvouch = start(args);
    expect(await dnsvouch.exit()).toBe(3);
    expect(dnsvouch.stderr()).toMatch(stderr);
  });

  test("a Node that is too old: one line", async () => {
    const pretend =
      'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.1.0"}})';
    const dnsvouch = start(["--version"], {}, ["--import", pretend]);
    expect(await dnsvouch.exit()).toBe(1);
    expect(dnsvouch.stderr()).toMatch(
      /^dnsvouch: this is Node 20\.1\.0 .*needs 24\.12 or newer.*\n$/,
    );
  });
});
