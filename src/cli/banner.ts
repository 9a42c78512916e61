import type { Config } from "../config/config.ts";
import type { RunningServer } from "../serve.ts";
import { version } from "./version.ts";

/** What the example publishes: it has the form of a digest value and is none. */
const EXAMPLE_DIGEST = "an-example-of-a-digest-value-43-characters_";

const MAX_DNS_LINES = 8;

type Listening = Pick<RunningServer, "dns" | "http">;

/** What is listening, and three commands that show it at work, to be copied as they stand. */
export function banner(config: Config, server: Listening): string {
  const { address, port } = server.http;
  const { domains } = config.general;
  const zones = `${domains.length === 1 ? "zone" : "zones"} ${domains.join(", ")}`;
  return [
    `dnsvouch ${version()}  ${zones}  database ${config.database.connection}`,
    `  configuration ${config.file ?? "none: defaults, to try it on this machine"}`,
    ...dnsLines(server),
    `  API  http://${hostAndPort(address, port)}`,
    "",
    ...tryIt(config, server, `http://${hostAndPort(reachable(address), port)}`),
  ].join("\n");
}

/** A line for each address, or for the first ones where a host has many. */
function dnsLines(server: Listening): string[] {
  const transports = new Map<string, string[]>();
  for (const { address, port, transport } of server.dns) {
    const where = hostAndPort(address, port);
    transports.set(where, [...(transports.get(where) ?? []), transport]);
  }
  const lines = [...transports].map(
    ([where, names]) => `  DNS  ${where} ${names.sort().reverse().join("+")}`,
  );
  if (lines.length <= MAX_DNS_LINES) return lines;
  const shown = lines.slice(0, MAX_DNS_LINES - 1);
  return [...shown, `  DNS  and ${lines.length - shown.length} more addresses`];
}

/** The commands read what they need from the answer of the first, which they keep in delegate.json. */
function tryIt(config: Config, server: Listening, api: string): string[] {
  const listener = server.dns[0];
  if (listener === undefined || config.api.registration !== "open") return [];
  const at = `@${reachable(listener.address)} -p ${listener.port}`;
  const body = `"{\\"subdomain\\":\\"${field("subdomain")}\\",\\"txt\\":\\"${EXAMPLE_DIGEST}\\"}"`;
  return [
    "Try it: register a delegate, publish a value, look it up:",
    `  curl -fsS -X POST ${api}/register -o delegate.json`,
    `  curl -fsS -X POST ${api}/update -H "X-Api-User: ${field("username")}" -H "X-Api-Key: ${field("password")}" -d ${body}`,
    `  dig ${at} +short TXT "${field("fulldomain")}"`,
    "",
  ];
}

function field(name: string): string {
  return `$(sed 's/.*"${name}":"\\([^"]*\\)".*/\\1/' delegate.json)`;
}

/** An address to reach a listener at from this machine. */
function reachable(address: string): string {
  if (address === "0.0.0.0") return "127.0.0.1";
  return address === "::" ? "::1" : address;
}

function hostAndPort(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
