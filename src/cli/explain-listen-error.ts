import { networkInterfaces } from "node:os";
import { portHolder } from "../doctor/port-holder.ts";
import { addressText, type Endpoint, type ListenError } from "../server/listen-error.ts";

const KEYS = {
  dns: "general.listen",
  http: "api.ip and api.port",
  metrics: "metrics.listen",
  portal: "portal.listen",
} as const;
const NAMES = { http: "the HTTP API", metrics: "the metrics", portal: "the portal" } as const;

/** One line: what could not be bound, who holds it if that can be known, and what to do. */
export function explainListenError({ endpoint, reason, message }: ListenError): string {
  const what = `cannot listen on ${describe(endpoint)}`;
  const other = `set ${KEYS[endpoint.service]} to`;
  switch (reason) {
    case "EADDRINUSE": {
      const { transport, address, port } = endpoint;
      const holder = portHolder(transport, address, port) ?? "another process";
      if (holder.includes("systemd-resolve")) return `${what}: ${holder} ${resolvedFixes()}`;
      return `${what}: ${holder} holds that port; stop it, or ${other} another one`;
    }
    case "EACCES":
      return `${what}: ports below 1024 need the capability CAP_NET_BIND_SERVICE; grant it, or ${other} a higher one`;
    case "EADDRNOTAVAIL":
      return `${what}: this machine has no such address; ${other} one that it has (see: ip address)`;
    default:
      return `${message}; ${other} an address and port that can be used`;
  }
}

function describe({ service, transport, address, port }: Endpoint): string {
  const name = service === "dns" ? `DNS over ${transport.toUpperCase()}` : NAMES[service];
  return `port ${port} of ${addressText(address)} for ${name}`;
}

/** systemd-resolved(8): its stub listens at 127.0.0.53 and .54, so that every address together cannot be had. */
function resolvedFixes(): string {
  return `holds that port at its stub addresses; either set general.listen to the addresses of this machine alone, such as ["${ownAddress()}:53"], or turn the stub off: put DNSStubListener=no below [Resolve] into /etc/systemd/resolved.conf.d/dnsvouch.conf, point /etc/resolv.conf at /run/systemd/resolve/resolv.conf, and run systemctl restart systemd-resolved`;
}

function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const other = all.find(({ family, internal }) => family === "IPv4" && !internal);
  return other?.address ?? "198.51.100.7";
}
