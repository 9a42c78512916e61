// BIND as a resolver that starts at the lab's root and follows its delegations.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { address, dnsPort } from "./addresses.ts";
import { type Daemon, startDaemon } from "./daemon.ts";
import type { Network } from "./network.ts";
import { here } from "./place.ts";

const rootHints = `
. 3600 NS ns.root.
ns.root. 3600 A ${address.nsd}
`;

export interface BindSettings {
  readonly minimisation?: "strict" | "relaxed" | "off";
  readonly edns?: "yes" | "no";
  /** Octets that a name server may send over UDP. */
  readonly ednsOctets?: number;
  /** Where delegations are followed, on port 53 and over IPv6, too. */
  readonly network?: Network;
}

function configuration(folder: string, hintsFile: string, settings: BindSettings): string {
  const { minimisation = "strict", edns = "yes", ednsOctets = 1232, network } = settings;
  return `
options {
  directory "${folder}";
  managed-keys-directory "${folder}";
  pid-file none;
  lock-file none;
  session-keyfile none;
  port ${network === undefined ? dnsPort : 53};
  listen-on { ${address.bind}; };
  listen-on-v6 { none; };
  recursion yes;
  allow-recursion { 127.0.0.0/8; };
  allow-query-cache { 127.0.0.0/8; };
  dnssec-validation no;
  empty-zones-enable no;
  qname-minimization ${minimisation};
  edns-udp-size ${ednsOctets};
};
controls { };
server 0.0.0.0/0 { edns ${edns}; };
zone "." {
  type hint;
  file "${hintsFile}";
};
`;
}

export function startBind(folder: string, settings: BindSettings = {}): Promise<Daemon> {
  const { network } = settings;
  const file = join(folder, "named.conf");
  const hintsFile = network?.hintsFile ?? join(folder, "root.hints");
  writeFileSync(file, configuration(folder, hintsFile, settings));
  if (network === undefined) writeFileSync(hintsFile, rootHints);
  return startDaemon({
    command: "named",
    args: [...(network === undefined ? ["-4"] : []), "-g", "-n", "1", "-c", file],
    folder,
    ready: /running$/m,
    place: network?.place ?? here,
  });
}
