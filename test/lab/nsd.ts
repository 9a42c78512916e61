// NSD, for all of the name space that is not dnsvouch's: whatever zones it is given.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { address, customerZone, delegateZone, dnsPort, instantZone } from "./addresses.ts";
import { type Daemon, startDaemon } from "./daemon.ts";
import { here, type Place } from "./place.ts";

/** Points the challenge name of a customer's domain at a delegate: the one record a customer makes by hand. */
export interface ChallengeAlias {
  /** For example `www.customer.test`. */
  readonly domain: string;
  /** The delegate's name, without a final dot. */
  readonly fulldomain: string;
}

export interface NsdServer {
  readonly addresses: readonly string[];
  readonly port?: number;
  readonly place?: Place;
  /** 32 hexadecimal digits: answers with DNS cookies made with it. */
  readonly cookieSecret?: string;
  /** Zone files by the name of their zone. */
  readonly zones: Readonly<Record<string, string>>;
}

const rootZone = `
$ORIGIN .
$TTL 3600
@ SOA ns.root. hostmaster.root. 1 3600 600 86400 60
@ NS ns.root.
ns.root. A ${address.nsd}
${customerZone}. NS ns.${customerZone}.
ns.${customerZone}. A ${address.nsd}
${delegateZone}. NS ns1.${delegateZone}.
ns1.${delegateZone}. A ${address.dnsvouch}
${instantZone}. NS ns1.${delegateZone}.
`;

export function challengeRecords(aliases: readonly ChallengeAlias[]): string[] {
  return aliases.map(({ domain, fulldomain }) => `_acme-challenge.${domain}. CNAME ${fulldomain}.`);
}

function customerZoneText(aliases: readonly ChallengeAlias[]): string {
  return `
$ORIGIN ${customerZone}.
$TTL 60
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A ${address.nsd}
${challengeRecords(aliases).join("\n")}
`;
}

// Answers as small as dnsvouch gives them (minimal-responses), and as many as are asked for (no rate limits).
function configuration(folder: string, server: NsdServer): string {
  const zones = Object.keys(server.zones).map(
    (name, i) => `
zone:
  name: "${name}"
  zonefile: "${i}.zone"`,
  );
  return `
server:
${server.addresses.map((each) => `  ip-address: ${each}`).join("\n")}
  port: ${server.port ?? dnsPort}
  server-count: 1
  username: ""
  zonesdir: "${folder}"
  database: ""
  zonelistfile: "${folder}/zone.list"
  xfrdfile: "${folder}/xfrd.state"
  xfrdir: "${folder}"
  pidfile: ""
  minimal-responses: yes
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
${server.cookieSecret === undefined ? "" : `  answer-cookie: yes\n  cookie-secret: ${server.cookieSecret}`}
remote-control:
  control-enable: no
${zones.join("\n")}
`;
}

/** A server for these zones. */
export function startNsdServer(folder: string, server: NsdServer): Promise<Daemon> {
  const file = join(folder, "nsd.conf");
  writeFileSync(file, configuration(folder, server));
  Object.values(server.zones).forEach((text, i) => {
    writeFileSync(join(folder, `${i}.zone`), text);
  });
  return startDaemon({
    command: "nsd",
    args: ["-d", "-c", file],
    folder,
    ready: /nsd started/,
    place: server.place ?? here,
  });
}

/** The name space of most tests: a root that delegates two zones, and the customers' zone. */
export function startNsd(folder: string, aliases: readonly ChallengeAlias[]): Promise<Daemon> {
  const zones = { ".": rootZone, [customerZone]: customerZoneText(aliases) };
  return startNsdServer(folder, { addresses: [address.nsd], zones });
}
