import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { digests, STATIC_RECORDS, subdomain, ZONE } from "../data.ts";
import type { Command } from "./server.ts";

/** The others, as one would run them for this: one process or one UDP worker, no rate limit. */

const SOA = `${ZONE}. 5 IN SOA ns1.${ZONE}. hostmaster.${ZONE}. 2026010100 3600 600 604800 5`;

/** Whether a program is installed. */
export function isInstalled(program: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
}

export function writeZoneFile(file: string, names: number): void {
  const lines = [SOA, ...STATIC_RECORDS];
  for (let number = 0; number < names; number++) {
    const owner = `${subdomain(number)}.${ZONE}.`;
    for (const digest of digests(number)) lines.push(`${owner} 1 IN TXT "${digest}"`);
  }
  writeFileSync(file, `${lines.join("\n")}\n`);
}

export function nsd(folder: string, zoneFile: string, port: number): Command {
  const config = join(folder, "nsd.conf");
  writeFileSync(
    config,
    `server:
  ip-address: 127.0.0.1@${port}
  server-count: 1
  username: ""
  zonesdir: "${folder}"
  pidfile: "${folder}/nsd.pid"
  xfrdfile: "${folder}/xfrd.state"
  zonelistfile: "${folder}/zone.list"
  rrl-ratelimit: 0
remote-control:
  control-enable: no
zone:
  name: ${ZONE}
  zonefile: ${zoneFile}
`,
  );
  return { name: "NSD", port, command: ["nsd", "-d", "-c", config] };
}

export function knot(folder: string, zoneFile: string, port: number): Command {
  const config = join(folder, "knot.conf");
  mkdirSync(join(folder, "knot"), { recursive: true });
  writeFileSync(
    config,
    `server:
    rundir: "${folder}/knot"
    listen: 127.0.0.1@${port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: "${folder}/knot"
log:
  - target: stderr
    any: error
zone:
  - domain: ${ZONE}
    file: "${zoneFile}"
    zonefile-sync: -1
    journal-content: none
`,
  );
  return { name: "Knot", port, command: ["knotd", "-c", config] };
}

/** With its caches, as it comes; over SQLite, as acme-dns and this server have their data. */
export function powerDns(folder: string, names: number, port: number): Command {
  const file = join(folder, "pdns.db");
  writePowerDnsDatabase(file, names);
  const settings = [
    `--config-dir=${folder}`,
    `--socket-dir=${folder}`,
    "--daemon=no",
    "--guardian=no",
    "--launch=gsqlite3",
    `--gsqlite3-database=${file}`,
    "--local-address=127.0.0.1",
    `--local-port=${port}`,
    "--receiver-threads=1",
    "--distributor-threads=1",
  ];
  return { name: "PowerDNS", port, command: ["pdns_server", ...settings] };
}

/** The tables that its SQLite backend reads, with the columns that it asks for. */
function writePowerDnsDatabase(file: string, names: number): void {
  const database = new Database(file);
  database.exec(`
    CREATE TABLE domains (id INTEGER PRIMARY KEY, name VARCHAR(255) NOT NULL, master VARCHAR(128),
      last_check INTEGER, type VARCHAR(8) NOT NULL, notified_serial INTEGER, account VARCHAR(40),
      options VARCHAR(65535), catalog VARCHAR(255));
    CREATE TABLE records (id INTEGER PRIMARY KEY, domain_id INTEGER, name VARCHAR(255), type VARCHAR(10),
      content VARCHAR(65535), ttl INTEGER, prio INTEGER, disabled BOOLEAN DEFAULT 0,
      ordername VARCHAR(255), auth BOOL DEFAULT 1);
    CREATE INDEX records_lookup_idx ON records (name, type);
    CREATE TABLE domainmetadata (id INTEGER PRIMARY KEY, domain_id INT, kind VARCHAR(32), content TEXT);
    CREATE TABLE cryptokeys (id INTEGER PRIMARY KEY, domain_id INT, flags INT, active BOOL,
      published BOOL, content TEXT);
    CREATE TABLE comments (id INTEGER PRIMARY KEY, domain_id INT, name TEXT, type TEXT, modified_at INT,
      account TEXT, comment TEXT);
    CREATE TABLE tsigkeys (id INTEGER PRIMARY KEY, name TEXT, algorithm TEXT, secret TEXT);
    CREATE TABLE supermasters (ip TEXT, nameserver TEXT, account TEXT);
    INSERT INTO domains (id, name, type) VALUES (1, '${ZONE}', 'NATIVE')`);
  const insert = database.prepare(
    "INSERT INTO records (domain_id, name, type, content, ttl) VALUES (1, ?, ?, ?, ?)",
  );
  database.transaction(() => {
    for (const line of [SOA, ...STATIC_RECORDS]) {
      const [name = "", ttl, , type, ...content] = line.split(" ");
      const text = content.join(" ").replace(/\.(?= |$)/g, "");
      insert.run(name.slice(0, -1), type, text, Number(ttl));
    }
    for (let number = 0; number < names; number++) {
      const owner = `${subdomain(number)}.${ZONE}`;
      for (const digest of digests(number)) insert.run(owner, "TXT", `"${digest}"`, 1);
    }
  })();
  database.close();
}

/** acme-dns itself: `ACME_DNS_BIN`. */
export function acmeDns(program: string, folder: string, database: string, port: number): Command {
  const config = join(folder, "acme-dns.cfg");
  writeFileSync(
    config,
    `[general]
listen = "127.0.0.1:${port}"
protocol = "both"
domain = "${ZONE}"
nsname = "ns1.${ZONE}"
nsadmin = "hostmaster.${ZONE}"
records = [${STATIC_RECORDS.map((record) => JSON.stringify(record)).join(", ")}]
debug = false
[database]
engine = "sqlite3"
connection = "${database}"
[api]
ip = "127.0.0.1"
port = "${port + 1000}"
tls = "none"
[logconfig]
loglevel = "error"
logtype = "stdout"
logformat = "text"
`,
  );
  return { name: "acme-dns", port, command: [program, "-c", config] };
}

/** The ceiling in C, undefined where there is no compiler. */
export function cEcho(folder: string, port: number): Command | undefined {
  if (!isInstalled("cc")) return undefined;
  const program = join(folder, "echo");
  execFileSync("cc", ["-O2", "-o", program, join(import.meta.dirname, "../echo.c")]);
  return { name: "C echo", port, command: [program, String(port)], isEcho: true };
}

/** The ceiling of node:dgram. */
export function dgramEcho(port: number): Command {
  const script = join(import.meta.dirname, "dgram-echo.ts");
  return {
    name: "dgram echo",
    port,
    command: [process.execPath, script, String(port)],
    isEcho: true,
  };
}
