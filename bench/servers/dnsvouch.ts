import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, writeFileSync } from "node:fs";
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
}

/** The command that serves a copy of a database with so many names. */
export function dnsvouch(options: DnsvouchOptions): Command {
  const { folder, name, port, io, workers = 1, cpus = "0", names } = options;
  const database = join(folder, `dnsvouch-${port}.db`);
  if (names > 0) copyFileSync(databaseWith(folder, names), database);
  const config = writeConfig(folder, port, { io, workers, database });
  return { name, port, command: [process.execPath, MAIN, "serve", "-c", config], cpus };
}

/** The port of its API. */
export function apiPort(port: number): number {
  return port + 1000;
}

/** A database of ours with so many names, made by the import from acme-dns, once. */
function databaseWith(folder: string, names: number): string {
  const database = join(folder, `dnsvouch-${names}-names.db`);
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
  { io, workers, database }: { io: string; workers: number; database: string },
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
`,
  );
  return config;
}
