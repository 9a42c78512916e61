import { type Finding, fail, pass, skip, warn } from "./finding.ts";

/** An address that the configuration names. */
export interface Endpoint {
  readonly service: "DNS" | "API" | "metrics" | "portal";
  readonly transport: "udp" | "tcp";
  /** "" is every address. */
  readonly address: string;
  readonly port: number;
  /** The key that it is set with. */
  readonly key: string;
  /** Whether a server starts without it where the port is taken. */
  readonly isOptional?: boolean;
}

export interface PortFacts {
  readonly endpoints: readonly Endpoint[];
  /** Who holds a port, such as `unbound -d (pid 712)`; undefined if nobody does or it cannot be known. */
  readonly holderOf: (endpoint: Endpoint) => string | undefined;
  /** Whether a server runs on the data of this configuration; undefined if that cannot be known. */
  readonly isRunning: boolean | undefined;
  /** Its process id; undefined if that cannot be known. */
  readonly serverPid: string | undefined;
}

/** Whether the server has the ports that it is configured for, and who has them if not. */
export function judgePorts(facts: PortFacts): Finding[] {
  const { endpoints, isRunning } = facts;
  const server =
    isRunning === undefined
      ? skip("server", "whether it runs cannot be seen by this user")
      : isRunning
        ? pass("server", "it runs")
        : fail(
            "server",
            "no server runs on this data",
            "start it: dnsvouch serve -c FILE, or systemctl start dnsvouch",
          );
  return [server, ...endpoints.map((endpoint) => judgePort(endpoint, facts))];
}

function judgePort(endpoint: Endpoint, { holderOf, isRunning, serverPid }: PortFacts): Finding {
  const holder = holderOf(endpoint);
  const { service, transport, key } = endpoint;
  const id = `port-${service.toLowerCase()}-${transport}`;
  const where = `${placeOf(endpoint)} for ${service} over ${transport.toUpperCase()}`;
  if (endpoint.port === 0) return skip(id, `${where}: the system chooses a port at each start`);
  if (holder === undefined) {
    if (isRunning === false) return pass(id, `${where}: free`);
    return skip(id, `${where}: who holds it cannot be seen by this user`);
  }
  if (isRunning !== false && isServer(holder, serverPid)) return pass(id, `${where}: ${holder}`);
  const isResolved = holder.includes("systemd-resolve");
  const fix = isResolved
    ? "turn its stub off: put DNSStubListener=no below [Resolve] into /etc/systemd/resolved.conf.d/dnsvouch.conf, point /etc/resolv.conf at /run/systemd/resolve/resolv.conf, and run systemctl restart systemd-resolved"
    : `stop it, or set ${key} to another address or port`;
  const judged = endpoint.isOptional === true ? warn : fail;
  return judged(id, `${where}: held by ${holder}`, fix);
}

/** Without an id its command line tells, as far as it is shown. */
function isServer(holder: string, serverPid: string | undefined): boolean {
  if (serverPid !== undefined) return holder.endsWith(`(pid ${serverPid})`);
  return /dnsvouch|dist\/main\.js|src\/main\.ts/.test(holder);
}

export function placeOf({ address, port }: Pick<Endpoint, "address" | "port">): string {
  if (address === "") return `port ${port} of every address`;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
