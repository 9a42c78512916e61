import { specialRange } from "../check/special-address.ts";
import { isInAny, type Network, parseAddress } from "../delegate/network.ts";
import { type Finding, pass, skip, warn } from "./finding.ts";

/** Where a request came from, as the audit trail has it. */
export interface SeenRequest {
  /** The address of the connection. */
  readonly peer: string;
  /** What a trusted proxy said of the client; null without one. */
  readonly forwarded: string | null;
}

export interface ClientFacts {
  /** Requests over HTTP, of the newest rows of the trail. */
  readonly seen: readonly SeenRequest[];
  readonly trustedProxies: readonly Network[];
  readonly headerName: string;
  /** Addresses of the default gateway, if this is known. */
  readonly gateways: readonly string[];
}

/** Fewer requests than that say nothing. */
const ENOUGH = 3;

/** Whether the server sees who its clients are: allowfrom and limits by source live of it. */
export function judgeClients({ seen, trustedProxies, headerName, gateways }: ClientFacts): Finding {
  const id = "clients";
  const isProxy = (peer: string): boolean => {
    const address = parseAddress(peer);
    return address !== undefined && isInAny(trustedProxies, address);
  };
  if (seen.length < ENOUGH) return skip(id, "too few requests in the audit trail to tell");
  const unsaid = seen.find(({ peer, forwarded }) => isProxy(peer) && isUnreadable(forwarded));
  if (unsaid !== undefined) {
    const fix = `let the proxy send ${headerName} with the client's address, or set api.header_name to the header that it sends`;
    return warn(id, `the proxy ${unsaid.peer} does not say for whom it asks`, fix);
  }
  const peers = [...new Set(seen.filter(({ peer }) => !isProxy(peer)).map(({ peer }) => peer))];
  const [only, another] = peers;
  const isHidden = only !== undefined && another === undefined && specialRange(only) !== undefined;
  if (!isHidden)
    return pass(
      id,
      `${new Set(seen.map(sourceOf)).size} sources of the last ${seen.length} requests`,
    );
  const all = `all of the last ${seen.length} requests came from ${only}`;
  if (gateways.includes(only)) {
    const fix =
      "publish the port so that the source address stays (docs/platforms.md), since neither allowfrom nor limits by source work like this";
    return warn(id, `${all}, the gateway of this container`, fix);
  }
  const fix = `if a reverse proxy is at ${only}, set trusted_proxies = ["${only}"] below [api]; if it is your one client, leave it`;
  return warn(id, all, fix);
}

function isUnreadable(forwarded: string | null): boolean {
  return forwarded?.startsWith("unreadable: ") === true;
}

function sourceOf({ peer, forwarded }: SeenRequest): string {
  return forwarded ?? peer;
}
