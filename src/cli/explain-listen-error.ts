import { addressText, type Endpoint, type ListenError } from "../server/listen-error.ts";
import { portHolder } from "./port-holder.ts";

/** One line: what could not be bound, who holds it if that can be known, and what to do. */
export function explainListenError({ endpoint, reason, message }: ListenError): string {
  const what = `cannot listen on ${describe(endpoint)}`;
  const other = endpoint.service === "dns" ? "set general.listen to" : "set api.ip and api.port to";
  switch (reason) {
    case "EADDRINUSE": {
      const { transport, address, port } = endpoint;
      const holder = portHolder(transport, address, port) ?? "another process";
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
  const name = service === "dns" ? `DNS over ${transport.toUpperCase()}` : "the HTTP API";
  return `port ${port} of ${addressText(address)} for ${name}`;
}
