// Unbound as certificate authorities run it: its own recursion, mixed-case questions, minimised names.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { address, customerZone, delegateZone, dnsPort, instantZone } from "./addresses.ts";
import { type Daemon, startDaemon } from "./daemon.ts";
import type { Network } from "./network.ts";
import { here } from "./place.ts";

/** `none`: as production authorities, who ask anew each time. `usual`: as any other resolver. */
export type Caching = "none" | "usual";

const noCache = `
  cache-max-ttl: 0
  cache-max-negative-ttl: 0`;

// Unbound follows a delegation on port 53 alone; a stub zone names the port, and below it names are walked and
// minimised as below any zone cut.
const ours: readonly string[] = [delegateZone, instantZone];
function stubsOf(more: Readonly<Record<string, readonly string[]>>): string {
  const usual = [".", customerZone, ...ours].map((zone): [string, readonly string[]] => [
    zone,
    [ours.includes(zone) ? address.dnsvouch : address.nsd],
  ]);
  return Object.entries({ ...Object.fromEntries(usual), ...more })
    .map(
      ([zone, addresses]) => `
stub-zone:
  name: "${zone}"
${addresses.map((each) => `  stub-addr: ${each}@${dnsPort}`).join("\n")}`,
    )
    .join("");
}

export interface UnboundSettings {
  readonly caching?: Caching;
  /** More lines of the server's configuration; they win over those that are there anyway. */
  readonly lines?: readonly string[];
  /** Where it listens, if not where the lab's only resolver does. */
  readonly listen?: string;
  /** Addresses of the name servers of more zones. */
  readonly stubs?: Readonly<Record<string, readonly string[]>>;
  /** Where delegations are followed, on port 53. The usual lab has its name servers on another port. */
  readonly network?: Network;
}

// `test.` has a built-in local zone that would answer first.
function configuration(settings: UnboundSettings): string {
  const { caching = "usual", lines = [], network, listen = address.unbound, stubs = {} } = settings;
  return `
server:
  interface: ${listen}
  port: ${network === undefined ? dnsPort : 53}
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
  do-ip6: ${network === undefined ? "no" : "yes"}
  do-not-query-localhost: no
  local-zone: "test." nodefault
  use-caps-for-id: yes
  qname-minimisation: yes
  qname-minimisation-strict: yes${caching === "none" ? noCache : ""}
${lines.map((line) => `  ${line}`).join("\n")}
${network === undefined ? "" : `  root-hints: "${network.hintsFile}"`}
remote-control:
  control-enable: no
${network === undefined ? stubsOf(stubs) : ""}
`;
}

export function startUnbound(folder: string, settings: UnboundSettings = {}): Promise<Daemon> {
  const file = join(folder, "unbound.conf");
  writeFileSync(file, configuration(settings));
  return startDaemon({
    command: "unbound",
    args: ["-d", "-c", file],
    folder,
    ready: /start of service/,
    place: settings.network?.place ?? here,
  });
}
