// BIND as a resolver that starts at the lab's root and follows its delegations.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { address, dnsPort } from "./addresses.ts";
import { type Daemon, startDaemon } from "./daemon.ts";

const rootHints = `
. 3600 NS ns.root.
ns.root. 3600 A ${address.nsd}
`;

function configuration(folder: string): string {
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
  qname-minimization strict;
};
controls { };
zone "." {
  type hint;
  file "root.hints";
};
`;
}

export function startBind(folder: string): Promise<Daemon> {
  const file = join(folder, "named.conf");
  writeFileSync(file, configuration(folder));
  writeFileSync(join(folder, "root.hints"), rootHints);
  return startDaemon({
    command: "named",
    args: ["-4", "-g", "-n", "1", "-c", file],
    folder,
    ready: /running$/m,
  });
}
