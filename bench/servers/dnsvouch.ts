import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { writeAcmeDnsDatabase } from "../acme-dns-database.ts";
import { STATIC_RECORDS, ZONE } from "../data.ts";
import type { Command } from "./server.ts";

/** What users start: `npm run build` makes it. */
export const MAIN: string = resolve(import.meta.dirname, "../../dist/main.js");

export interface DnsvouchOptions {
  readonly folder: string;
  readonly name: string;
  readonly port: number;
  readonly io: "dgram" | "batch";
  readonly workers?: number;
  readonly cpus?: string;
  /** Names in its database. */
  readonly names: number;
  /** A file with the password of admin. */
  readonly portalPasswordFile?: string;
}

/** Where a server's data are: a directory belongs to one. */
function dataFolder(folder: string, name: string): string {
  const data = join(folder, name);
  mkdirSync(data, { recursive: true });
  return data;
}

/** The command that serves a copy of a database with so many names. */
export function dnsvouch(options: DnsvouchOptions): Command {
  const { folder, name, port, io, workers = 1, cpus = "0", names, portalPasswordFile } = options;
  const database = databaseOf(options);
  if (names > 0) copyFileSync(databaseWith(folder, names), database);
  const config = writeConfig(folder, port, { io, workers, database, portalPasswordFile });
  return { name, port, command: [process.execPath, MAIN, "serve", "-c", config], cpus };
}

/** The database that it serves. */
export function databaseOf({ folder, port }: Pick<DnsvouchOptions, "folder" | "port">): string {
  return join(dataFolder(folder, `dnsvouch-${port}`), "dnsvouch.db");
}

/** The port of its API. */
export function apiPort(port: number): number {
  return port + 1000;
}

/** The port of its portal. */
export function portalPort(port: number): number {
  return port + 2000;
}

/** A database of ours with so many names, made by the import from acme-dns, once. */
function databaseWith(folder: string, names: number): string {
  const database = join(dataFolder(folder, `dnsvouch-${names}-names`), "dnsvouch.db");
  if (existsSync(database)) return database;
  const source = join(folder, `acme-dns-${names}-names.db`);
  if (!existsSync(source)) writeAcmeDnsDatabase(source, names);
  const config = writeConfig(folder, 5300, { io: "dgram", workers: 1, database });
  execFileSync(process.execPath, [MAIN, "import", "acme-dns", "--db", source, "-c", config]);
  return database;
}

function writeConfig(
  folder: string,
  port: number,
  {
    io,
    workers,
    database,
    portalPasswordFile = "",
  }: { io: string; workers: number; database: string; portalPasswordFile?: string | undefined },
): string {
  const config = join(folder, `dnsvouch-${port}.toml`);
  const records = STATIC_RECORDS.map((record) => JSON.stringify(record.replace(" 3600 IN", "")));
  writeFileSync(
    config,
    `[general]
listen = "127.0.0.1:${port}"
domain = "${ZONE}"
nsname = "ns1.${ZONE}"
records = [${records.join(", ")}]
[dns]
io = "${io}"
workers = ${workers}
[database]
connection = "${database}"
[api]
ip = "127.0.0.1"
port = ${apiPort(port)}
[portal]
listen = "127.0.0.1:${portalPort(port)}"
password_file = "${portalPasswordFile}"
[limits]
# All load comes from one address; that wrong keys are looked at at all is the hard case.
register_per_source_per_hour = 0
register_per_day = 0
auth_failures_per_source_per_minute = 0
`,
  );
  return config;
}
