// The server under test: the built program, started as its users start it, and the two calls of its API.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { address, delegateZone, dnsPort } from "./addresses.ts";
import { type Daemon, startDaemon } from "./daemon.ts";
import { here, type Place } from "./place.ts";

/** The built program; run it with `process.execPath`. */
export const program: string = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

export const apiUrl: string = `http://${address.dnsvouch}:8080`;

/** The answer to POST /register: what the tests read of it. */
export interface Delegate {
  readonly username: string;
  readonly password: string;
  readonly fulldomain: string;
  readonly subdomain: string;
}

/** NS of the zone and its address in the usual lab. */
export const nameserverRecords: readonly string[] = [
  `${delegateZone}. NS ns1.${delegateZone}.`,
  `ns1.${delegateZone}. A ${address.dnsvouch}`,
];

export interface DnsvouchSettings {
  /** Lines of a zone file with absolute names. */
  readonly records?: readonly string[];
  /** Addresses with their ports. */
  readonly listen?: readonly string[];
  readonly apiAddress?: string;
  /** Where the database is, if not in the folder of the configuration. */
  readonly data?: string;
  /** `dns.cookie_secret_file`. */
  readonly cookieSecretFile?: string;
  /** More lines of the configuration, with their sections. */
  readonly more?: readonly string[];
  readonly place?: Place;
}

function isDelegate(value: unknown): value is Delegate {
  if (typeof value !== "object" || value === null) return false;
  const keys = ["username", "password", "fulldomain", "subdomain"];
  return keys.every((key) => typeof Reflect.get(value, key) === "string");
}

function configuration(folder: string, settings: DnsvouchSettings): string {
  const {
    records = nameserverRecords,
    listen = [`${address.dnsvouch}:${dnsPort}`],
    apiAddress = address.dnsvouch,
    data = folder,
    cookieSecretFile = "",
    more = [],
  } = settings;
  // JSON's arrays of strings are TOML's, too.
  return `
[general]
listen = ${JSON.stringify(listen)}
protocol = "both"
domain = "${delegateZone}"
nsname = "ns1.${delegateZone}"
nsadmin = "hostmaster.dnsvouch.test"
records = ${JSON.stringify(records)}

[database]
engine = "sqlite"
connection = "${join(data, "dnsvouch.db")}"

[api]
ip = "${apiAddress}"
port = 8080
tls = "none"

[dns]
rrl_per_second = 0
cookie_secret_file = "${cookieSecretFile}"

[limits]
register_per_source_per_hour = 0

[logconfig]
loglevel = "info"

${more.join("\n")}
`;
}

/** Starts dnsvouch on its data in `folder`: again on the same data if they are there already. */
export function startDnsvouch(folder: string, settings: DnsvouchSettings = {}): Promise<Daemon> {
  const { place = here } = settings;
  const file = join(folder, "dnsvouch.toml");
  writeFileSync(file, configuration(folder, settings));
  return startDaemon({
    command: process.execPath,
    args: [program, "serve", "-c", file],
    folder,
    ready: /^ready$/m,
    place,
  });
}

/** @throws Error unless the answer is 201 with a delegate. */
export async function register(): Promise<Delegate> {
  const response = await fetch(`${apiUrl}/register`, { method: "POST" });
  const body: unknown = await response.json();
  if (response.status === 201 && isDelegate(body)) return body;
  throw new Error(`/register answered ${response.status}: ${JSON.stringify(body)}`);
}

/** Publishes a challenge value. @throws Error unless the answer is 200: the value is then acknowledged. */
export async function update(delegate: Delegate, txt: string): Promise<void> {
  const response = await fetch(`${apiUrl}/update`, {
    method: "POST",
    headers: { "X-Api-User": delegate.username, "X-Api-Key": delegate.password },
    body: JSON.stringify({ subdomain: delegate.subdomain, txt }),
  });
  const body = await response.text();
  if (response.status !== 200) throw new Error(`/update answered ${response.status}: ${body}`);
}
