// The rest of the name space, served by NSD: a root that delegates two zones, and the customers' zone.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { address, customerZone, delegateZone, dnsPort } from "./addresses.ts";
import { type Daemon, startDaemon } from "./daemon.ts";

/** Points the challenge name of a customer's domain at a delegate: the one record a customer makes by hand. */
export interface ChallengeAlias {
  /** For example `www.customer.test`. */
  readonly domain: string;
  /** The delegate's name, without a final dot. */
  readonly fulldomain: string;
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
`;

function customerZoneText(aliases: readonly ChallengeAlias[]): string {
  const records = aliases.map(
    ({ domain, fulldomain }) => `_acme-challenge.${domain}. CNAME ${fulldomain}.`,
  );
  return `
$ORIGIN ${customerZone}.
$TTL 60
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A ${address.nsd}
${records.join("\n")}
`;
}

function configuration(folder: string): string {
  return `
server:
  ip-address: ${address.nsd}
  port: ${dnsPort}
  server-count: 1
  username: ""
  zonesdir: "${folder}"
  database: ""
  zonelistfile: "${folder}/zone.list"
  xfrdfile: "${folder}/xfrd.state"
  xfrdir: "${folder}"
  pidfile: ""
remote-control:
  control-enable: no
zone:
  name: "."
  zonefile: "root.zone"
zone:
  name: "${customerZone}"
  zonefile: "customer.zone"
`;
}

export function startNsd(folder: string, aliases: readonly ChallengeAlias[]): Promise<Daemon> {
  const file = join(folder, "nsd.conf");
  writeFileSync(file, configuration(folder));
  writeFileSync(join(folder, "root.zone"), rootZone);
  writeFileSync(join(folder, "customer.zone"), customerZoneText(aliases));
  return startDaemon({
    command: "nsd",
    args: ["-d", "-c", file],
    folder,
    ready: /nsd started/,
  });
}
