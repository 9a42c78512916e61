// Unbound as certificate authorities run it: its own recursion, mixed-case questions, minimised names.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { address, customerZone, delegateZone, dnsPort } from "./addresses.ts";
import { type Daemon, startDaemon } from "./daemon.ts";

/** `none`: as production authorities, who ask anew each time. `usual`: as any other resolver. */
export type Caching = "none" | "usual";

const noCache = `
  cache-max-ttl: 0
  cache-max-negative-ttl: 0`;

// Unbound follows a delegation on port 53 alone; a stub zone names the port, and below it names are walked and
// minimised as below any zone cut. `test.` has a built-in local zone that would answer first.
function configuration(caching: Caching, settings: readonly string[]): string {
  return `
server:
  interface: ${address.unbound}
  port: ${dnsPort}
  access-control: 127.0.0.0/8 allow
  do-daemonize: no
  use-syslog: no
  logfile: ""
  verbosity: 1
  username: ""
  chroot: ""
  directory: ""
  pidfile: ""
  num-threads: 1
  do-ip6: no
  do-not-query-localhost: no
  local-zone: "test." nodefault
  use-caps-for-id: yes
  qname-minimisation: yes
  qname-minimisation-strict: yes${caching === "none" ? noCache : ""}
${settings.map((setting) => `  ${setting}`).join("\n")}
remote-control:
  control-enable: no
stub-zone:
  name: "."
  stub-addr: ${address.nsd}@${dnsPort}
stub-zone:
  name: "${customerZone}"
  stub-addr: ${address.nsd}@${dnsPort}
stub-zone:
  name: "${delegateZone}"
  stub-addr: ${address.dnsvouch}@${dnsPort}
`;
}

/** `settings`: more lines of the server's configuration; a later one wins over those above. */
export function startUnbound(
  folder: string,
  caching: Caching,
  settings: readonly string[] = [],
): Promise<Daemon> {
  const file = join(folder, "unbound.conf");
  writeFileSync(file, configuration(caching, settings));
  return startDaemon({
    command: "unbound",
    args: ["-d", "-c", file],
    folder,
    ready: /start of service/,
  });
}
