import type { Config } from "../config/config.ts";
import { isLoopbackAddress } from "../config/listen-address.ts";
import type { ZoneDelegation } from "../operate/delegation.ts";
import type { RunningPortal, RunningServer } from "../serve.ts";
import { version } from "../version.ts";
import { hostAndPort, reachable } from "./reach.ts";
import { delegationText } from "./records-format.ts";

/** What the example publishes: it has the form of a digest value and is none. */
const EXAMPLE_DIGEST = "an-example-of-a-digest-value-43-characters_";

const MAX_DNS_LINES = 8;

type Listening = Pick<RunningServer, "dns" | "http" | "portal">;

/** What the first start says besides: how others find this server. */
export interface FirstStart {
  readonly delegations: readonly ZoneDelegation[];
  readonly variables: number;
}

/** What is listening; after the first start, what to do next; and on loopback three commands that show it at work. */
export function banner(config: Config, server: Listening, first?: FirstStart): string {
  const { address, port } = server.http;
  const { domains } = config.general;
  const zones = `${domains.length === 1 ? "zone" : "zones"} ${domains.join(", ")}`;
  return [
    `dnsvouch ${version()}  ${zones}  database ${config.database.connection}`,
    `  configuration ${config.file ?? "none: defaults, to try it on this machine"}${variables(first)}`,
    ...dnsLines(server),
    `  API  http://${hostAndPort(address, port)}`,
    ...(server.portal === undefined ? [] : [portalLine(server.portal)]),
    "",
    ...nextSteps(config, server, first),
    ...tryIt(config, server, `http://${hostAndPort(reachable(address), port)}`),
  ].join("\n");
}

/** Where the portal is, and how to sign in for the first time. */
export function portalLine({ address, port, user, oneTimePassword }: RunningPortal): string {
  const where = `  Portal http://${hostAndPort(address, port)}  user ${user}`;
  return oneTimePassword === undefined
    ? where
    : `${where}  one-time password ${oneTimePassword}  (shown once; new one: dnsvouch admin passwd)`;
}

function variables(first: FirstStart | undefined): string {
  return first === undefined ? "" : `   environment: ${first.variables} used, 0 unknown`;
}

function nextSteps(config: Config, server: Listening, first: FirstStart | undefined): string[] {
  const suffix = config.file === undefined ? "" : ` -c ${config.file}`;
  if (servesThisMachineAlone(config, server)) {
    return first === undefined
      ? []
      : [
          "Nobody else reaches it here. To serve others set general.domain, general.listen and general.public_ip;",
          "then this start and dnsvouch records say which DNS records to create.",
          "",
        ];
  }
  const records = `dnsvouch records${suffix}`;
  if (first === undefined) return [`The DNS records that lead here: ${records}`, ""];
  const [ports] = new Set(server.dns.map(({ port }) => port));
  const forwarded =
    ports === 53 || ports === undefined ? "" : ` They must lead to port ${ports} here.`;
  return [
    ...first.delegations.flatMap((each) => indented(delegationText(each))),
    `2. Open 53/udp AND 53/tcp to the whole internet: CAs look from several places.${forwarded}`,
    ...(listensHereAlone(server.dns)
      ? [
          '   It listens on this machine alone: set general.listen, such as ":53", unless that is meant.',
        ]
      : []),
    `   (these records again: ${records})`,
    `3. See whether that is right: dnsvouch doctor${suffix}`,
    `4. Register a delegate: dnsvouch register www.example.com${suffix}`,
    "",
  ];
}

function indented([first = "", ...others]: readonly string[]): string[] {
  return [`1. ${first}`, ...others.map((line) => (line.startsWith(" ") ? line : `   ${line}`))];
}

function listensHereAlone(dns: Listening["dns"]): boolean {
  return dns.every(({ address }) => isLoopbackAddress(address));
}

/** It is tried out: nothing of it can be reached from elsewhere, nor is it told where. */
function servesThisMachineAlone({ general }: Config, { dns }: Listening): boolean {
  return listensHereAlone(dns) && general.publicIp === "" && general.publicIp6 === "";
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
