// BIND as a resolver that starts at the lab's root and follows its delegations.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { address, dnsPort } from "./addresses.ts";
import { type Daemon, startDaemon } from "./daemon.ts";

const rootHints = `
. 3600 NS ns.root.
ns.root. 3600 A ${address.nsd}
`;

export interface BindSettings {
  readonly minimisation: "strict" | "relaxed" | "off";
  /** Octets that a name server may send over UDP; undefined for queries without EDNS. */
  readonly ednsOctets: number | undefined;
}

const usual: BindSettings = { minimisation: "strict", ednsOctets: 1232 };

function configuration(folder: string, { minimisation, ednsOctets }: BindSettings): string {
  return `
options {
  directory "${folder}";
  managed-keys-directory "${folder}";
  pid-file none;
  lock-file none;
  session-keyfile none;
  port ${dnsPort};
  listen-on { ${address.bind}; };
  listen-on-v6 { none; };
  recursion yes;
  allow-recursion { 127.0.0.0/8; };
  allow-query-cache { 127.0.0.0/8; };
  dnssec-validation no;
  empty-zones-enable no;
  qname-minimization ${minimisation};
  edns-udp-size ${ednsOctets ?? 512};
};
controls { };
server 0.0.0.0/0 { edns ${ednsOctets === undefined ? "no" : "yes"}; };
zone "." {
  type hint;
  file "root.hints";
};
`;
}

export function startBind(folder: string, settings: BindSettings = usual): Promise<Daemon> {
  const file = join(folder, "named.conf");
  writeFileSync(file, configuration(folder, settings));
  writeFileSync(join(folder, "root.hints"), rootHints);
  return startDaemon({
    command: "named",
    args: ["-4", "-g", "-n", "1", "-c", file],
    folder,
    ready: /running$/m,
  });
}
