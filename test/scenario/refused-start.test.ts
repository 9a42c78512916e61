import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { listenAnywhere, ProcessFolder } from "../support/process-folder.ts";

/** An address that no other test uses: the TCP port of the same number is free there. */
const UNSHARED = "127.0.0.5";

let folder: ProcessFolder;

beforeEach(() => {
  folder = new ProcessFolder();
});

afterEach(() => folder.remove());

describe("a port that is taken", () => {
  test("by another program: exit 1, with the port, who holds it and what to set", async () => {
    const holder = createServer();
    const port = await listenAnywhere(holder);
    const dns = folder.start([
      "-c",
      folder.configFile({ general: [`listen = "127.0.0.1:${port}"`] }),
    ]);
    expect(await dns.exit()).toBe(1);
    // The ports come first: a start that fails for one leaves nothing behind.
    expect(readdirSync(folder.path)).not.toContain("db.sqlite");
    expect(dns.stderr()).toMatch(
      new RegExp(`^dnsvouch: .*port ${port} .*DNS over TCP.*general.listen.*\n$`),
    );

    const api = folder.start([
      "-c",
      folder.configFile({ api: ['ip = "127.0.0.1"', `port = ${port}`] }),
    ]);
    expect(await api.exit()).toBe(1);
    expect(api.stderr()).toContain(`port ${port} of 127.0.0.1 for the HTTP API`);
    expect(api.stderr()).toContain("set api.ip and api.port");
    if (existsSync("/proc/net/tcp")) expect(api.stderr()).toContain(`(pid ${process.pid})`);
    expect(api.stdout()).not.toContain("ready");
    await new Promise((done) => holder.close(done));
  });

  test("by systemd-resolved: who it is, and the two ways out", async () => {
    // A program that is called so, and holds the port.
    const script = `require("net").createServer().listen(0, "${UNSHARED}", function () { console.log(this.address().port) })`;
    const holder = spawn(process.execPath, ["-e", script], {
      argv0: "/lib/systemd/systemd-resolved",
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void holder.kill("SIGKILL"));
    const [port] = await once(holder.stdout, "data");
    const general = [`listen = "${UNSHARED}:${String(port).trim()}"`];
    const refused = await folder.run("-c", folder.configFile({ general }));
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(`systemd-resolved`);
    expect(refused.err).toContain(`(pid ${holder.pid})`);
    expect(refused.err).toMatch(
      /either set general\.listen to .*, or turn the stub off: .*DNSStubListener=no/,
    );
  });

  test("UDP alone is enough", async () => {
    const holder = createSocket("udp4");
    await new Promise<void>((done) => holder.bind(0, UNSHARED, done));
    const { port } = holder.address();
    const dnsvouch = folder.start([
      "-c",
      folder.configFile({ general: [`listen = "${UNSHARED}:${port}"`] }),
    ]);
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
    const dnsvouch = folder.start(["-c", folder.configFile(config)]);
    expect(await dnsvouch.exit()).toBe(exitCode);
    expect(dnsvouch.stderr()).toMatch(stderr);
    expect(dnsvouch.stdout()).not.toContain("ready");
  });

  test("a database of acme-dns: exit 3, and the file is as it was", async () => {
    const file = join(folder.path, "acme-dns.db");
    const acmeDns = new Database(file);
    acmeDns.exec(
      "CREATE TABLE acmedns (Name TEXT, Value TEXT); CREATE TABLE records (Username TEXT)",
    );
    acmeDns.close();
    const before = readFileSync(file);
    const dnsvouch = folder.start([
      "-c",
      folder.configFile({ database: ['connection = "acme-dns.db"'] }),
    ]);
    expect(await dnsvouch.exit()).toBe(3);
    expect(dnsvouch.stderr()).toMatch(/acme-dns\.db.*acme-dns/);
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(folder.path).sort()).toEqual(["acme-dns.db", "config.cfg", "dnsvouch.lock"]);
  });

  test.for([
    { name: "a command that does not exist", args: ["serv"], stderr: /did you mean serve\?/ },
    { name: "an option that does not exist", args: ["--confg", "x"], stderr: /--confg/ },
    { name: "a file that is not there", args: ["-c", "none.toml"], stderr: /none\.toml/ },
  ])("$name: exit 3", async ({ args, stderr }) => {
    const dnsvouch = folder.start(args);
    expect(await dnsvouch.exit()).toBe(3);
    expect(dnsvouch.stderr()).toMatch(stderr);
  });

  test("a Node that is too old: one line", async () => {
    const pretend =
      'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.1.0"}})';
    const dnsvouch = folder.start(["--version"], ["--import", pretend]);
    expect(await dnsvouch.exit()).toBe(1);
    expect(dnsvouch.stderr()).toMatch(
      /^dnsvouch: this is Node 20\.1\.0 .*needs 24\.12 or newer.*\n$/,
    );
  });
});
